/* loading.c: how relations come when they are asked for, and what comes with them:
 * fetch:, max_keys: and with:, and reverse_fetch: and so on for the other side. */
#include "keys.h"
#include "resolve.h"
#include "suggest.h"

#include <stdlib.h>
#include <string.h>

/* ---- What one field says ---- */

#define AT(member) offsetof(struct field_keys, member)

/* Of keys about the other side of a relation. */
static const struct {
    const char *name;
    size_t offset;
    enum diag_code code;
    bool of_list; /* it says something about a list */
} reverse_keys[] = {
    {"reverse_order", AT(reverse_order), ERR_LIST_ORDER, true},
    {"reverse_fetch", AT(reverse_fetch), ERR_LOADING, true},
    {"reverse_max_keys", AT(reverse_max_keys), ERR_LOADING, true},
    {"reverse_with", AT(reverse_with), ERR_LOADING, false},
};

static bool check_reverse_keys(
    struct draft *d, const char *where, const struct draft_field *f)
{
    bool right = true;
    for (size_t i = 0; i < sizeof reverse_keys / sizeof *reverse_keys; i++) {
        const struct node *n = *(const struct node *const *)((const char *)&f->keys +
                                                             reverse_keys[i].offset);
        const bool of_list = reverse_keys[i].of_list;
        const bool is_one = f->kind == FIELD_REF && f->unique;
        if (!n || (f->reverse && !(is_one && of_list)))
            continue;
        const char *name = reverse_keys[i].name;
        if (f->reverse)
            diag_error(d->diag, reverse_keys[i].code, n->key->place,
                "%s%s: the other side of a unique ref is one object, no list; delete "
                "it",
                where, name);
        else
            diag_error(d->diag, reverse_keys[i].code, n->key->place,
                "%s%s: there is no %s on the other side; name one with reverse:", where,
                name, of_list ? "list" : "relation");
        right = false;
    }
    return right;
}

static bool check_fetch(
    struct draft *d, const char *where, const char *key, const struct node *n)
{
    if (!n || is_word(n, "peers") || is_word(n, "one"))
        return true;
    diag_error(d->diag, ERR_LOADING, n->place,
        "%s%s: \"%s\" is no way to load a list; write peers, for all owners that "
        "arrived together at the first touch, or one, for the owner alone",
        where, key, shown(d, n->text));
    return false;
}

/* A whole number from 1 on; 0: it is none. */
static unsigned number_of(const struct node *n)
{
    const size_t digits = strspn(n->text, "0123456789");
    if (n->text[digits] || digits > 9 || *n->text == '0')
        return 0;
    return (unsigned)strtoul(n->text, NULL, 10);
}

static bool check_max_keys(
    struct draft *d, const char *where, const char *key, const struct node *n)
{
    if (!n || number_of(n))
        return true;
    diag_error(d->diag, ERR_LOADING, n->place,
        "%s%s: \"%s\" is no number of owners; write one from 1 to 999999999", where,
        key, shown(d, n->text));
    return false;
}

bool check_loading(struct draft *d, const char *where, const struct draft_field *f)
{
    const struct field_keys *k = &f->keys;
    bool right = check_reverse_keys(d, where, f);
    right = check_fetch(d, where, "fetch", k->fetch) && right;
    right = check_fetch(d, where, "reverse_fetch", k->reverse_fetch) && right;
    right = check_max_keys(d, where, "max_keys", k->max_keys) && right;
    return check_max_keys(d, where, "reverse_max_keys", k->reverse_max_keys) && right;
}

/* ---- with: ---- */

/* The relation of `m` that is called so.  False: there is none. */
static bool find_relation(
    const struct model *m, const char *name, struct default_plan *plan)
{
    *plan = (struct default_plan){0};
    for (size_t i = 0; i < m->ref_count; i++)
        if (strcmp(m->refs[i].name, name) == 0)
            plan->ref = &m->refs[i];
    for (size_t i = 0; i < m->one_count; i++)
        if (strcmp(m->ones[i]->reverse, name) == 0) {
            plan->ref = m->ones[i];
            plan->reverse = true;
        }
    for (size_t i = 0; i < m->many_count; i++)
        if (strcmp(m->manys[i].name, name) == 0)
            plan->many = &m->manys[i];
    return plan->ref || plan->many;
}

static void report_unknown(struct draft *d, const char *where,
    const struct draft_model *of, const struct node *n)
{
    const struct model *m = of->model;
    const struct draft_field *f = strmap_get(&of->by_name, n->text);
    if (f && f->kind != FIELD_COLUMN)
        return; /* a relation with a mistake of its own */
    struct suggestion s = {.wanted = n->text};
    for (size_t i = 0; i < m->ref_count; i++)
        suggest_offer(&s, m->refs[i].name);
    for (size_t i = 0; i < m->one_count; i++)
        suggest_offer(&s, m->ones[i]->reverse);
    for (size_t i = 0; i < m->many_count; i++)
        suggest_offer(&s, m->manys[i].name);
    const char *wanted = shown(d, n->text);
    if (f)
        diag_error(d->diag, ERR_LOADING, n->place,
            "%s\"%s\" is a column of %s, which comes with it anyway; name relations",
            where, wanted, of->name);
    else if (s.best)
        diag_error(d->diag, ERR_NO_FIELD, n->place,
            "%s%s has no relation \"%s\"; did you mean \"%s\"?", where, of->name,
            wanted, s.best);
    else
        diag_error(d->diag, ERR_NO_FIELD, n->place, "%s%s has no relation \"%s\"",
            where, of->name, wanted);
}

static struct default_plans fill_with(struct draft *d, const char *where,
    const struct node *list, const struct draft_model *of)
{
    struct default_plans plans = {0};
    size_t count = 0;
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        count++;
    plans.at = arena_array(d->arena, count, sizeof *plans.at);
    struct strmap seen = {.arena = d->arena};
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        if (n->kind != NODE_TEXT)
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%sthese are names of relations, and this is %s", where, what_is(n));
        else if (strmap_add(&seen, n->text, d))
            diag_error(d->diag, ERR_LOADING, n->place,
                "%s\"%s\" is named twice; delete one", where, shown(d, n->text));
        else if (find_relation(of->model, n->text, &plans.at[plans.count]))
            plans.count++;
        else
            report_unknown(d, where, of, n);
    }
    return plans;
}

/* ---- All of them ---- */

static void fill_list(
    struct many *list, const struct node *fetch, const struct node *max_keys)
{
    if (fetch)
        list->fetch = is_word(fetch, "one") ? FETCH_ONE : FETCH_PEERS;
    if (max_keys)
        list->max_keys = number_of(max_keys);
}

static void fill(struct draft *d, struct draft_model *m, struct draft_field *f)
{
    const struct field_keys *k = &f->keys;
    const char *name = place_name(d, f);
    const struct default_plans there =
        fill_with(d, arena_printf(d->arena, "%s: with: ", name), k->with, f->target);
    const struct default_plans back = fill_with(
        d, arena_printf(d->arena, "%s: reverse_with: ", name), k->reverse_with, m);
    struct many *other = other_end(f);

    if (f->ref) {
        f->ref->with = there;
        f->ref->reverse_with = back;
    }
    if (f->many) {
        f->many->with = there;
        fill_list(f->many, k->fetch, k->max_keys);
    }
    if (other) {
        other->with = back;
        fill_list(other, k->reverse_fetch, k->reverse_max_keys);
    }
}

void fill_loading(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->target && !f->broken)
                fill(d, m, f);
}
