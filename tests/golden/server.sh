#!/bin/sh
# server.sh ORMGEN CASE: the SQL of CASE/in.yaml makes what CASE/in.catalogue says, and the
# names that it spells out, unless the schema gives them, are those that PostgreSQL would
# have chosen.
# server.sh --refresh ORMGEN CASE...: writes the catalogues anew.
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
    "$ormgen" dev run --schema "$case/in.yaml" -- psql -X -q -f catalogue.sql >"$work/made"
    if $refresh; then
        cp "$work/made" "$case/in.catalogue"
    fi
    diff -u "$case/in.catalogue" "$work/made"

    "$ormgen" sql "$case/in.yaml" | sed -e 's/ (SEQUENCE NAME [^)]*)//' \
        -e 's/CONSTRAINT "[^"]*_\(pkey\|fkey\|key\|check\|excl\)" //' \
        -e 's/INDEX "[^"]*_idx" ON/INDEX ON/' >"$work/unnamed.sql"
    "$ormgen" dev run -- psql -X -q -v ON_ERROR_STOP=1 -f "$work/unnamed.sql" \
        -f catalogue.sql >"$work/unnamed"
    diff -u "$case/in.catalogue" "$work/unnamed"
done
