#!/bin/sh
# symbols.sh LIBRARY: fails if the library defines a global name that is not ours.
set -eu
all=$(nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }')
foreign=$(printf '%s\n' "$all" | grep -v '^orm_' || true)
if [ -n "$foreign" ]; then
    echo "global names that are not orm_: $foreign" >&2
    exit 1
fi
printf '%s\n' "$all" | grep -q '^orm_open$'
