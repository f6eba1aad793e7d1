#!/bin/sh
# budget.sh ORMGEN INCLUDE: what generated code of ten columns weighs.  Prints the figures.
. "$(dirname "$0")/lib.sh"
include=$2
cp "$here/ten.yaml" .
"$ormgen" generate ten.yaml

# One model alone: what a second, equal one adds.
sed 's/^  ten:/  two:/; s/parts/pieces/; /^models:/d; /^#/d' ten.yaml >second
cat ten.yaml second >both.yaml
"$ormgen" generate both.yaml

# sizes FILE: bytes of code and tables in its object.
sizes() {
    gcc -std=c11 -O2 "-I$include" -c "$1" -o one.o
    size -A one.o | awk '/^\.(text|rodata|data)/ { sum += $2 } END { print sum }'
}
bytes() {
    wc -c <"$1"
}

source=$(($(sizes both.orm.c) - $(sizes ten.orm.c)))
header=$(($(bytes both.orm.h) - $(bytes ten.orm.h)))
echo "ten columns: $source bytes of code and tables, $header bytes of header"

it "keeps code and tables of ten columns within 4 KB"
[ "$source" -le 4096 ] || fail "$source"

it "keeps the header of ten columns within 16 KB"
[ "$header" -le 16384 ] || fail "$header"
