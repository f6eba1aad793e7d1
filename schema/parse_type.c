/* parse_type.c: what a column holds, from the words type: and enum: say it with. */
#include "keys.h"

#include "names.h"
#include "suggest.h"
#include "types.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LENGTH = 10485760, /* PostgreSQL's for varchar(n) */
    MAX_PRECISION = 1000,  /* and for numeric(p,s) */
    INT64_DIGITS = 18      /* so many decimal digits fit */
};

/* The parts of a type as it is written: varchar, 20 and true of "varchar(20)[]". */
struct words {
    const char *name;
    const char *detail; /* what stands in brackets, or NULL */
    bool is_array;
};

static bool split_words(struct draft *d, const char *text, struct words *w)
{
    size_t length = strlen(text);
    *w = (struct words){0};
    w->is_array = length > 2 && strcmp(text + length - 2, "[]") == 0;
    length -= w->is_array ? 2 : 0;
    const char *open = memchr(text, '(', length);
    size_t name = open ? (size_t)(open - text) : length;
    const bool has_blank = open && name > 0 && text[name - 1] == ' ';
    w->name = arena_copy(d->arena, text, name - has_blank);
    if (open && text[length - 1] == ')')
        w->detail = has_blank ? ""
                              : arena_copy(d->arena, open + 1,
                                    (size_t)(text + length - 1 - (open + 1)));
    return !open || w->detail;
}

/* ---- types that there are not ---- */

static const char *list_types(const struct draft *d)
{
    const char *list = NULL;
    for (enum type t = 0; t < TYPE_INT4MULTIRANGE; t++)
        if (type_by_name(type_info(t)->yaml) == t)
            list = list ? arena_printf(d->arena, "%s, %s", list, type_info(t)->yaml)
                        : type_info(t)->yaml;
    return arena_printf(
        d->arena, "%s, their multiranges, and arrays, as \"int4[]\"", list);
}

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
    if (hint)
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
        diag_error(d->diag, ERR_NO_TYPE, n->place, "%sno type \"%s\"; there are %s",
            where, name, list_types(d));
}

/* ---- what stands in brackets ---- */

/* A whole number without leading zeros at *text, which moves on; -1: none, or too
 * large.
 */
static long take_number(const char **text, long most)
{
    const size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > 8 || (**text == '0' && digits > 1))
        return -1;
    const long n = strtol(*text, NULL, 10);
    *text += digits;
    return n <= most ? n : -1;
}

static bool parse_length(struct draft *d, const char *where, const struct node *n,
    const struct words *w, struct draft_field *f)
{
    const char *text = w->detail ? w->detail : "";
    const long length = take_number(&text, MAX_LENGTH);
    if (!w->detail)
        diag_error(d->diag, ERR_LENGTH, n->place,
            "%s%s needs a length, as %s(80); a text without limit is \"text\"", where,
            w->name, w->name);
    else if (length < 1 || *text)
        diag_error(d->diag, ERR_LENGTH, n->place,
            "%s\"%s\": the length is a number from 1 to %d, as %s(80)", where,
            shown(d, n->text), MAX_LENGTH, w->name);
    f->length = length > 0 ? (unsigned)length : 0;
    return length > 0 && !*text;
}

static bool parse_precision(struct draft *d, const char *where, const struct node *n,
    const struct words *w, struct draft_field *f)
{
    if (!w->detail)
        return true;
    const char *text = w->detail;
    const long precision = take_number(&text, MAX_PRECISION);
    long scale = 0;
    if (*text == ',') {
        text += 1 + strspn(text + 1, " ");
        scale = take_number(&text, precision);
    }
    if (precision < 1 || scale < 0 || *text) {
        diag_error(d->diag, ERR_LENGTH, n->place,
            "%s\"%s\": write numeric(p,s), as numeric(10,2): p is how many digits "
            "there "
            "are, from 1 to %d, and s how many of them stand after the point",
            where, shown(d, n->text), MAX_PRECISION);
        return false;
    }
    f->length = (unsigned)precision;
    f->scale = (unsigned)scale;
    if (precision <= INT64_DIGITS)
        f->type = TYPE_DECIMAL;
    return true;
}

static bool parse_detail(struct draft *d, const char *where, const struct node *n,
    const struct words *w, struct draft_field *f)
{
    switch (type_info(f->type)->detail) {
    case DETAIL_LENGTH:
        return parse_length(d, where, n, w, f);
    case DETAIL_PRECISION:
        return parse_precision(d, where, n, w, f);
    default:
        if (w->detail)
            diag_error(d->diag, ERR_LENGTH, n->place,
                "%s%s takes no length; write \"%s\"", where, w->name, w->name);
        return !w->detail;
    }
}

/* ---- types ---- */

/* Makes an array of the type that the field has. */
static bool make_array(
    struct draft *d, const char *where, struct place place, struct draft_field *f)
{
    if (type_info(f->type)->has_no_arrays) {
        diag_error(d->diag, ERR_NO_TYPE, place,
            "%sthere are no arrays of %s; a multirange is a set of ranges", where,
            type_info(f->type)->yaml);
        return false;
    }
    f->element = f->type;
    f->type = TYPE_ARRAY;
    if (f->enumeration)
        f->enumeration->in_array = true;
    return true;
}

bool parse_type(
    struct draft *d, const char *where, const struct node *n, struct draft_field *f)
{
    struct words w;
    const bool closed = split_words(d, n->text, &w);
    f->type = type_by_name(w.name);
    if (f->type == TYPE_COUNT) {
        report_no_type(d, where, n, w.name);
        return false;
    }
    if (f->type == TYPE_ENUM) {
        diag_error(d->diag, ERR_ENUM, n->place,
            "%sname the labels: { enum: [one, two] }", where);
        return false;
    }
    if (f->type == TYPE_ARRAY) {
        diag_error(d->diag, ERR_NO_TYPE, n->place,
            "%san array is written by what it holds: \"int4[]\"", where);
        return false;
    }
    if (!closed) {
        diag_error(d->diag, ERR_LENGTH, n->place,
            "%s\"%s\": the bracket is not closed; between braces a comma ends the "
            "word: "
            "put the type in quotes",
            where, shown(d, n->text));
        return false;
    }
    return parse_detail(d, where, n, &w, f) &&
           (!w.is_array || make_array(d, where, n->place, f));
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

bool parse_array_key(struct draft *d, const char *where, struct draft_field *f)
{
    const struct node *n = f->keys.array;
    if (!is_true(n))
        return true;
    if (f->type == TYPE_ENUM)
        return make_array(d, where, n->place, f);
    diag_error(d->diag, ERR_MISPLACED_KEY, n->key->place,
        "%sarray: true belongs to enum:; of a type, write \"%s[]\"", where,
        f->keys.type ? shown(d, f->keys.type->text) : "text");
    return false;
}

/* ---- defaults of arrays ---- */

/* {"1","2"}: as PostgreSQL reads it, each item in quotes. */
static const char *array_literal(struct draft *d, const struct node *list)
{
    size_t size = sizeof "{}";
    for (const struct node *n = list->first; n; n = n->next)
        size += 2 * n->length + sizeof "\"\",";
    char *literal = arena_alloc(d->arena, size), *to = literal;
    *to++ = '{';
    for (const struct node *n = list->first; n; n = n->next) {
        *to++ = '"';
        for (const char *from = n->text; *from; *to++ = *from++)
            if (*from == '"' || *from == '\\')
                *to++ = '\\';
        *to++ = '"';
        if (n->next)
            *to++ = ',';
    }
    *to = '}';
    return literal;
}

bool parse_array_default(
    struct draft *d, const char *where, const struct node *list, struct draft_field *f)
{
    const struct field item = {.type = f->element,
        .length = f->length,
        .scale = f->scale,
        .enumeration = f->enumeration};
    const struct type_info *type = type_info(item.type);
    bool right = true;
    for (const struct node *n = list->first; n; n = n->next) {
        const bool is_text = n->kind == NODE_TEXT;
        if (is_text && !is_nothing(n) && type->holds(&item, n->text))
            continue;
        diag_error(d->diag, ERR_DEFAULT, n->place, "%sdefault: %s%s%s is not %s", where,
            is_text ? "\"" : "", is_text ? shown(d, n->text) : what_is(n),
            is_text ? "\"" : "", type->wants);
        right = false;
    }
    f->default_kind = DEFAULT_LITERAL;
    f->default_text = right ? array_literal(d, list) : "";
    return right;
}
