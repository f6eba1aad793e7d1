#!/bin/sh
# collisions.sh COLLISIONS INCLUDE: of all schemas in which names might meet, those that are
# accepted compile, in one file.
. "$(dirname "$0")/lib.sh"
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I$2"

it "refuses names that meet, once, with both places and a remedy"
status 0 "$ormgen" . "$2"
cat out

it "compiles what it accepts"
accepted=$(grep -c include all.c)
[ "$accepted" -gt 100 ] || fail "only $accepted: the prefixes do not work"
sed 's/orm\.c/orm.h/' all.c >all.cc
# shellcheck disable=SC2086
status 0 gcc -std=c11 $strict all.c
# shellcheck disable=SC2086
status 0 g++ -std=c++17 $strict all.cc
