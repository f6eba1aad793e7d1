/* parse_type.c: what a column holds, from the words type: and enum: say it with. */
#include "keys.h"

#include "names.h"
#include "suggest.h"
#include "types.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LENGTH = 10485760 /* PostgreSQL's for varchar(n) */
};

static void report_no_type(
    struct draft *d, const char *where, const struct node *n, const char *name)
{
    const char *hint = type_hint(name);
    struct suggestion s = {.wanted = name};
    for (enum type t = 0; t < TYPE_COUNT; t++) {
        suggest_offer(&s, type_info(t)->yaml);
        if (type_info(t)->alias)
            suggest_offer(&s, type_info(t)->alias);
    }
    name = shown(d, name);
    if (type_is_missing(name))
        diag_error(d->diag, ERR_UNSUPPORTED, n->place,
            "%stype \"%s\" is not supported yet", where, name);
    else if (hint)
        diag_error(
            d->diag, ERR_NO_TYPE, n->place, "%sno type \"%s\"; %s", where, name, hint);
    else if (strmap_get(&d->by_name, name))
        diag_error(d->diag, ERR_NO_TYPE, n->place,
            "%sno type \"%s\", but a model; for a reference write { ref: %s }", where,
            name, name);
    else if (s.best)
        diag_error(d->diag, ERR_NO_TYPE, n->place,
            "%sno type \"%s\"; did you mean \"%s\"?", where, name, s.best);
    else
        diag_error(d->diag, ERR_NO_TYPE, n->place,
            "%sno type \"%s\"; there are bool, int2, int4, int8, float4, float8, text, "
            "varchar(n), date and timestamptz",
            where, name);
}

/* The n of varchar(n), 0 if it is none: "(20)" as written. */
static unsigned parse_length(const char *text)
{
    const size_t digits = strspn(text + 1, "0123456789");
    if (digits == 0 || digits > 8 || text[1] == '0' ||
        strcmp(text + 1 + digits, ")") != 0)
        return 0;
    const unsigned long n = strtoul(text + 1, NULL, 10);
    return n <= MAX_LENGTH ? (unsigned)n : 0;
}

bool parse_type(
    struct draft *d, const char *where, const struct node *n, struct draft_field *f)
{
    const size_t word = strcspn(n->text, "( ");
    const char *rest = n->text + word;
    const char *name = arena_copy(d->arena, n->text, word);
    f->type = type_by_name(name);
    if (f->type == TYPE_COUNT) {
        report_no_type(d, where, n, name);
        return false;
    }
    if (f->type == TYPE_ENUM) {
        diag_error(d->diag, ERR_ENUM, n->place,
            "%sname the labels: { enum: [one, two] }", where);
        return false;
    }
    if (!type_info(f->type)->has_length && *rest) {
        diag_error(d->diag, ERR_LENGTH, n->place, "%s%s takes no length; write \"%s\"",
            where, name, name);
        return false;
    }
    if (!type_info(f->type)->has_length)
        return true;
    f->length = *rest == '(' ? parse_length(rest) : 0;
    if (!*rest)
        diag_error(d->diag, ERR_LENGTH, n->place,
            "%s%s needs a length, as %s(80); a text without limit is \"text\"", where,
            name, name);
    else if (!f->length)
        diag_error(d->diag, ERR_LENGTH, n->place,
            "%s\"%s\": the length is a number from 1 to %d, as %s(80)", where,
            shown(d, n->text), MAX_LENGTH, name);
    return f->length != 0;
}

bool parse_enum(
    struct draft *d, const char *where, const struct node *list, struct draft_field *f)
{
    if (list->count == 0) {
        diag_error(d->diag, ERR_ENUM, list->place,
            "%san enum needs a label at least: [one, two]", where);
        return false;
    }
    struct enumeration *e = arena_alloc(d->arena, sizeof *e);
    e->name = arena_printf(d->arena, "%s_%s", f->owner->name, f->name);
    e->c_name = arena_printf(d->arena, "%s_%s", f->owner->struct_name, f->name);
    e->place = f->place;
    e->labels = arena_array(d->arena, list->count, sizeof *e->labels);
    e->label_places = arena_array(d->arena, list->count, sizeof *e->label_places);
    struct strmap seen = {.arena = d->arena};
    bool right = true;
    for (const struct node *n = list->first; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%sa label must be a name, and is %s", where, what_is(n));
            right = false;
            continue;
        }
        right = check_name(d, where, "label", n) && right;
        const struct node *other = strmap_add(&seen, n->text, (void *)(uintptr_t)n);
        if (other) {
            diag_error(d->diag, ERR_ENUM, n->place,
                "%slabel \"%s\" is written twice; delete one", where,
                shown(d, n->text));
            diag_note(d->diag, other->place, "the first one is here");
            right = false;
        }
        e->labels[e->label_count] = n->text;
        e->label_places[e->label_count++] = n->place;
    }
    if (strlen(e->name) > SQL_NAME_MAX_BYTES) {
        diag_error(d->diag, ERR_SQL_NAME, f->place,
            "%sits enum type \"%s\" would be longer than the 63 bytes that PostgreSQL "
            "keeps of a name; shorten the model's or the field's name",
            where, e->name);
        right = false;
    }
    f->type = TYPE_ENUM;
    f->enumeration = e;
    return right;
}
