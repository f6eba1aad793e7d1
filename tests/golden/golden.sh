#!/bin/sh
# golden.sh ORMGEN CASE: what `generate` and `sql` make of CASE/in.yaml is what lies there.
# golden.sh --refresh ORMGEN CASE...: makes it so; read the diff before you commit it.

refresh=false
if [ "$1" = --refresh ]; then
    refresh=true
    shift
fi
ormgen=$(realpath "$1")
shift
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for case in "$@"; do
    "$ormgen" generate --out-dir "$work/$case" "$case/in.yaml"
    "$ormgen" sql "$case/in.yaml" >"$work/$case/in.sql"
    for file in in.orm.h in.orm.c in.sql; do
        if $refresh; then
            cp "$work/$case/$file" "$case/$file"
        else
            diff -u "$case/$file" "$work/$case/$file"
        fi
    done
done
