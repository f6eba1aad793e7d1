#!/bin/sh
# shapes.sh SHAPES INCLUDE [SEED]: hostile words stay in their quotes, and what comes out
# compiles, in one file.
. "$(dirname "$0")/lib.sh"
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I$2"

it "writes the same tokens for hostile words as for plain ones"
# shellcheck disable=SC2086
status 0 "$ormgen" . ${3-}
cat out

it "compiles with hostile words"
sed 's/orm\.c/orm.h/' all.c >all.cc
# shellcheck disable=SC2086
status 0 gcc -std=c11 $strict all.c
# shellcheck disable=SC2086
status 0 g++ -std=c++17 $strict all.cc
