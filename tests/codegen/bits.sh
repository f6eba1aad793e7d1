#!/bin/sh
# bits.sh ORMGEN INCLUDE: the bits of columns on both sides of a byte's end, and of as many
# columns as PostgreSQL's tables hold.
. "$(dirname "$0")/lib.sh"
include=$2

for columns in 7 8 9 1600; do
    it "has a bit for each of $columns columns"
    {
        printf 'models:\n  wide:\n    fields:\n'
        i=1 # the key is column 0
        while [ "$i" -lt "$columns" ]; do
            echo "      c$i: { type: bool, optional: true }"
            i=$((i + 1))
        done
    } >wide.yaml
    status 0 "$ormgen" generate wide.yaml
    {
        cat <<'C'
#include "wide.orm.h"
#include <stdio.h>

static bool (*const has[])(const struct wide *) = {NULL,
C
        i=1
        while [ "$i" -lt "$columns" ]; do
            echo "wide_has_c$i,"
            i=$((i + 1))
        done
        cat <<'C'
};

/* Each bit is seen by its own question, and by no other. */
int main(void)
{
    static struct wide w;
    enum { COLUMNS = sizeof has / sizeof *has };

    for (size_t set = 1; set < COLUMNS; set++) {
        w.null_bits[set / 8] = (uint8_t)(1u << set % 8);
        for (size_t i = 1; i < COLUMNS; i++)
            if (has[i](&w) == (i == set))
                return printf("bit %zu, column %zu\n", set, i), 1;
        w.null_bits[set / 8] = 0;
    }
    return printf("%zu bytes\n", sizeof w.null_bits), 0;
}
C
    } >main.c
    status 0 gcc -std=c11 -O1 -Wall -Wextra -Werror "-I$include" main.c -o main
    status 0 ./main
    says out "$(((columns + 7) / 8)) bytes"
done

it "refuses one column more"
echo "      one_more: bool" >>wide.yaml
status 1 "$ormgen" check wide.yaml
mentions err '1601 columns'
