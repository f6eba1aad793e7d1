#!/bin/sh
# symbols.sh ORMGEN INCLUDE: the collision table knows every name that templates write and
# that their macros make: a model that takes one is refused.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C
include=$2

for case in types cycle through structure; do
    it "knows each name of $case"
    yaml=$here/../golden/$case/in.yaml
    header=$here/../golden/$case/in.orm.h
    prefix=$(sed -n 's/^prefix: *//p' "$yaml")

    # Whatever is declared: types, functions, constants, objects, macros; and what macros
    # make, as the compiler sees it.
    gcc -E -P "-I$include" "$header" | sed '1,/_schema;/d' >whole
    {
        grep -o -E 'static inline (const )?struct [a-z_0-9]+ \*?[a-z_0-9]+ ?\(' whole |
            sed 's/ *($//; s/.*[ *]//'
        grep -o -E '^(struct|enum) [a-z_0-9]+ \{' "$header" | cut -d ' ' -f 2
        grep -o -E '^ {4}[A-Z][A-Z_0-9]+,?$' "$header" | tr -d ' ,'
        grep -E '^[a-z]' "$header" | grep -o -E '[a-z_0-9]+\(' | tr -d '('
        grep -o -E '^extern const struct [a-z_]+ [a-z_]+' "$header" | cut -d ' ' -f 5
        grep -o -E '^#define [A-Z_]+' "$header" | cut -d ' ' -f 2
    } | grep -v -E '_$' | sort -u >names
    [ "$(wc -l <names)" -gt 100 ] || fail "few names: $(cat names)"

    # A model gets the prefix put before it: only names that have it can be met.  Many in
    # one file, but none that is the beginning of another: those might meet each other.
    rm -f batch.*
    sed -n "s/^$prefix//p" names | awk '{
        for (b = 1; b <= batches; b++) {
            clear = 1
            for (part = $0; sub(/_[^_]*$/, "", part);)
                if ((b, part) in has)
                    clear = 0
            if (clear)
                break
        }
        if (b > batches)
            batches = b
        has[b, $0] = 1
        print >("batch." b)
    }'
    for batch in batch.*; do
        # One round may stop at mistakes that come before these.
        while [ -s "$batch" ]; do
            {
                cat "$yaml"
                while read -r model; do
                    printf '\n  %s:\n    table: elsewhere_%s\n    fields: { x: bool }\n' \
                        "$model" "$model"
                done <"$batch"
            } >in.yaml
            set +e
            "$ormgen" check in.yaml 2>err
            set -e
            sed -n -E 's/^in.yaml:[0-9:]* (error|note): "?([A-Za-z_0-9]*).*/\2/p' err |
                sort -u >refused
            sort -u "$batch" | comm -23 - refused >left
            cmp -s left "$batch" && fail "not known: $(cat left)"
            mv left "$batch"
        done
    done
done
