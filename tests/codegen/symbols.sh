#!/bin/sh
# symbols.sh ORMGEN: the collision table knows every name that templates write: a model
# that takes one is refused.
. "$(dirname "$0")/lib.sh"

for case in types cycle through structure; do
    it "knows each name of $case"
    yaml=$here/../golden/$case/in.yaml
    header=$here/../golden/$case/in.orm.h
    prefix=$(sed -n 's/^prefix: *//p' "$yaml")

    # Whatever is declared: types, functions, constants, objects, macros.
    {
        grep -o -E '^(struct|enum) [a-z_0-9]+ \{' "$header" | cut -d ' ' -f 2
        grep -o -E '^ {4}[A-Z][A-Z_0-9]+,?$' "$header" | tr -d ' ,'
        grep -E '^[a-z]' "$header" | grep -o -E '[a-z_0-9]+\(' | tr -d '('
        grep -o -E '^extern const struct [a-z_]+ [a-z_]+' "$header" | cut -d ' ' -f 5
        grep -o -E '^#define [A-Z_]+' "$header" | cut -d ' ' -f 2
    } | grep -v -E '_$' | sort -u >names
    [ "$(wc -l <names)" -gt 100 ] || fail "few names: $(cat names)"

    while read -r name; do
        # A model gets the prefix put before it: only names that have it can be met.
        model=${name#"$prefix"}
        [ "$prefix$model" = "$name" ] || continue
        { cat "$yaml"; printf '\n  %s:\n    table: elsewhere\n    fields: { x: bool }\n' "$model"; } \
            >in.yaml
        status 1 "$ormgen" check in.yaml # $name
        grep -q -E "E0[0-9]+" err || fail "$name: $(cat err)"
    done <names
done
