#!/bin/sh
# shapes.sh SHAPES INCLUDE ORMGEN [SEED]: hostile words stay in their quotes; what comes out
# compiles, in one file, and a server takes the SQL of some of it.
database=$(realpath "$3") # before the folder changes
. "$(dirname "$0")/lib.sh"
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -I$2"

it "writes the same tokens for hostile words as for plain ones"
# shellcheck disable=SC2086
status 0 "$ormgen" . ${4-}
cat out

it "compiles with hostile words"
sed 's/orm\.c/orm.h/' all.c >all.cc
# shellcheck disable=SC2086
status 0 gcc -std=c11 $strict all.c
# shellcheck disable=SC2086
status 0 g++ -std=c++17 $strict all.cc

it "writes SQL that a server takes"
cat v?.sql v??.sql >all.sql
status 0 "$database" dev run -- psql -X -q -v ON_ERROR_STOP=1 -f all.sql
