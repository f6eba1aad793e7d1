#!/bin/sh
# getters.sh INCLUDE...: how many instructions an accessor is, all its branches counted.
# With RECORDS=FILE the figures go there too, a JSON object a line.
set -eu
include=
for folder; do
    include="$include -I$(realpath "$folder")"
done
records=${RECORDS:+$(realpath "$RECORDS")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The accessors, each in a function of its name that does nothing else.
cat >getters.c <<'C'
#include "bench.orm.h"
struct plain {
    int64_t id;
    const char *title;
};
const char *member_of_a_struct(const struct plain *p);
const char *member_of_a_struct(const struct plain *p) { return p->title; }
const char *text(const struct book *b);
const char *text(const struct book *b) { return book_title(b); }
int32_t integer(const struct book *b);
int32_t integer(const struct book *b) { return book_pages(b); }
bool is_there(const struct book *b);
bool is_there(const struct book *b) { return book_has_isbn(b); }
struct author *related_object(struct book *b);
struct author *related_object(struct book *b) { return book_author(b); }
struct tag_manager *related_list(struct book *b);
struct tag_manager *related_list(struct book *b) { return book_tags(b); }
void set_integer(struct book *b, int32_t pages);
void set_integer(struct book *b, int32_t pages) { book_set_pages(b, pages); }
C
# shellcheck disable=SC2086 # options are split on purpose
gcc -std=c11 -O2 -fcf-protection=none $include -c getters.c -o getters.o
printf '\n%s\n\n' 'Instructions of an accessor, gcc -O2, all branches'
objdump -d --no-show-raw-insn getters.o | awk -v records="$records" '
    /^[0-9a-f]+ <.*>:$/ {
        name = substr($2, 2, length($2) - 3)
        if (name !~ /\.cold$/)
            order[++functions] = name
    }
    /^ +[0-9a-f]+:/ && $2 !~ /^(nop|data16|xchg|cs)/ { count[name]++ }
    END {
        for (i = 1; i <= functions; i++) {
            name = order[i]
            shown = name
            gsub("_", " ", shown)
            printf "%-20s %3d\n", shown, count[name]
            if (records)
                printf "{\"part\": \"getters\", \"accessor\": \"%s\", \"instructions\": %d}\n",
                    shown, count[name] >>records
        }
    }'
