#!/bin/sh
# compile.sh ORMGEN INCLUDE: what generated code costs to make and to compile, by the number
# of models in one file: ten columns each, two of them references.
#
# With RECORDS=FILE the figures go there too, a JSON object a line.
#
# Seconds are of processor time, so that a busy machine does not matter.  ODB's figures
# were measured elsewhere: its compiler and g++ -O2, for classes of a like size.
set -eu
ormgen=$(realpath "$1")
include=$(realpath "$2")
rounds=${ROUNDS:-3}
records=${RECORDS:+$(realpath "$RECORDS")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# schema MODELS: a file of so many.
schema() {
    echo 'models:'
    i=1
    while [ "$i" -le "$1" ]; do
        cat <<YAML
  model$i:
    fields:
      title:   text
      code:    { type: varchar(20), unique: true }
      stock:   int
      size:    { type: int8, optional: true }
      price:   float8
      active:  bool
      created: timestamptz
      parent:  { ref: model$((1 + i / 2)), optional: true, reverse: children_of_$i }
      other:   { ref: model1, optional: true }
YAML
        i=$((i + 1))
    done
}

# look: sets `spent` to the microseconds of processor time that commands took so far.
look() {
    times >times
    spent=$(sed -n 2p times | tr 'ms' '  ' |
        awk '{ printf "%d", ($1 * 60 + $2 + $3 * 60 + $4) * 1e6 }')
}

# best COMMAND...: the seconds of processor time of its fastest round.
best() {
    least=
    round=0
    while [ "$round" -lt "$rounds" ]; do
        look
        start=$spent
        "$@"
        look
        took=$((spent - start))
        [ -n "$least" ] && [ "$least" -le "$took" ] || least=$took
        round=$((round + 1))
    done
    echo "$least" | awk '{ printf "%.2f", $1 / 1e6 }'
}

compile() {
    gcc -std=c11 -O2 "-I$include" -c "$1" -o one.o
}

text_of() {
    size one.o | awk 'NR == 2 { print $1 + $2 }'
}

echo 'int nothing;' >empty.c
empty=$(best compile empty.c)
printf '%s\n%s\n' \
    '| models | ormgen, s | gcc -O2 of the .c, s | bytes of text | header, KB | its inclusion, s | ODB 2.4, s |' \
    '|--:|--:|--:|--:|--:|--:|--:|'
for models in 1 10 100 500 1000; do
    case $models in
    1) odb=1.6 ;;
    10) odb=6.8 ;;
    100) odb='111.8 (2.11 MB of text)' ;;
    *) odb= ;;
    esac
    schema $models >bench.yaml
    generate=$(best "$ormgen" generate bench.yaml)
    source=$(best compile bench.orm.c)
    text=$(text_of)
    echo '#include "bench.orm.h"' >include.c
    header=$(best compile include.c)
    printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$models" "$generate" "$source" "$text" \
        "$(($(wc -c <bench.orm.h) / 1024))" "$header" "$odb"
    [ -z "$records" ] || printf '{"part": "compile", "models": %s, "generate_s": %s, "compile_s": %s, "text_bytes": %s, "header_s": %s}\n' \
        "$models" "$generate" "$source" "$text" "$header" >>"$records"
done
echo "An empty file: $empty s."
