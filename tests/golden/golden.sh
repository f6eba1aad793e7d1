#!/bin/sh
# golden.sh ORMGEN CASE: what `generate` makes of each CASE/X.yaml and `sql` of in.yaml is
# what lies there.
# golden.sh --refresh ORMGEN CASE...: makes it so; read the diff before you commit it.
set -eu
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
    "$ormgen" generate --out-dir "$work/$case" "$case"/*.yaml
    "$ormgen" sql "$case/in.yaml" >"$work/$case/in.sql"
    for made in "$work/$case"/*; do
        file=${made##*/}
        if $refresh; then
            cp "$work/$case/$file" "$case/$file"
        else
            diff -u "$case/$file" "$work/$case/$file"
        fi
    done
done
