#!/bin/sh
# localize.sh OUT.a IN.a OBJCOPY CC...: one object of all of IN, its hidden symbols made local.
set -eu
out=$1 in=$2 objcopy=$3
shift 3
object=$out.o
"$@" -r -nostdlib -o "$object" -Wl,--whole-archive "$in"
"$objcopy" --localize-hidden "$object"
rm -f "$out"
ar rcs "$out" "$object"
rm -f "$object"
