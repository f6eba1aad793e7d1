/* parse_ref.c: what only a ref has: its columns, and what happens to it when the row
 * that it refers to goes or changes. */
#include "keys.h"

#include "names.h"
#include "over.h"
#include "suggest.h"

#include <string.h>

static bool parse_action(struct draft *d, const char *where, const struct node *n,
    const struct draft_field *f, enum action *action)
{
    static const char *const actions[ACTION_COUNT] = {
        [ACTION_NO_ACTION] = "no_action",
        [ACTION_RESTRICT] = "restrict",
        [ACTION_CASCADE] = "cascade",
        [ACTION_SET_NULL] = "set_null",
        [ACTION_SET_DEFAULT] = "set_default",
    };
    if (!n)
        return true;
    struct suggestion s = {.wanted = n->text};
    size_t i = 0;
    while (i < ACTION_COUNT && strcmp(actions[i], n->text) != 0)
        suggest_offer(&s, actions[i++]);
    const char *wanted = shown(d, n->text);
    if (i == ACTION_COUNT && s.best)
        diag_error(d->diag, ERR_ON_DELETE, n->place,
            "%sno action \"%s\"; did you mean \"%s\"?", where, wanted, s.best);
    else if (i == ACTION_COUNT)
        diag_error(d->diag, ERR_ON_DELETE, n->place,
            "%sno action \"%s\"; there are cascade, restrict, set_null, set_default "
            "and no_action",
            where, wanted);
    else if (i == ACTION_SET_NULL && !f->optional)
        diag_error(d->diag, ERR_ON_DELETE, n->place,
            "%sset_null needs a reference that may be null; add optional: true", where);
    else if (i == ACTION_SET_DEFAULT && !f->keys.fallback)
        diag_error(d->diag, ERR_ON_DELETE, n->place,
            "%sset_default needs a default; add default: with the key of a row", where);
    else {
        *action = (enum action)i;
        return true;
    }
    return false;
}

static bool parse_columns(struct draft *d, const char *where, struct draft_field *f)
{
    const struct node *list = f->keys.columns;
    if (!list)
        return true;
    if (f->keys.column) {
        diag_error(d->diag, ERR_EXCLUSIVE, list->key->place,
            "%shas both column: and columns:; keep the list", where);
        return false;
    }
    bool right = true;
    struct strmap seen = {.arena = d->arena};
    for (const struct node *n = list->first; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            diag_error(d->diag, ERR_SHAPE, n->place, "%scolumns takes names of columns",
                where);
            right = false;
        } else if (strmap_add(&seen, n->text, f)) {
            diag_error(d->diag, ERR_REF, n->place,
                "%scolumns: \"%s\" is named twice; each part of the key has a column "
                "of its own",
                where, shown(d, n->text));
            right = false;
        } else {
            const char *problem = sql_name_problem(n->text);
            if (problem)
                diag_error(d->diag, ERR_SQL_NAME, n->place, "%scolumns: \"%s\" %s",
                    where, shown(d, n->text), problem);
            right = right && !problem;
        }
    }
    return right;
}

bool parse_ref(struct draft *d, const char *where, struct draft_field *f)
{
    const char *update = arena_printf(d->arena, "%son_update: ", where);
    const bool columns = parse_columns(d, where, f);
    const bool deletes = parse_action(d, where, f->keys.on_delete, f, &f->on_delete);
    const bool updates = parse_action(d, update, f->keys.on_update, f, &f->on_update);
    return take_deferrable(d, where, f->keys.deferrable, &f->deferrable) && columns &&
           deletes && updates;
}
