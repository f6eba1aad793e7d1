/* relate.c: refs and lists, each with both its ends.
 *
 * Declared lists come before reverse ones, both in order of the file; those that
 * another file makes come last, in the order in which `reverse_of:` names them, so that
 * a struct is the same whichever file is asked for. */
#include "resolve.h"

#include "suggest.h"

static struct draft_model *find_model(
    struct draft *d, const struct draft_field *f, const struct node *name)
{
    const bool *known = d->files[name->place.file]->reaches;
    struct draft_model *m = strmap_get(&d->by_name, name->text);
    if (m && known[m->file->number])
        return m;
    struct suggestion s = {.wanted = name->text};
    if (diag_wants(d->diag, name->place) && !m)
        for (size_t i = 0; i < d->model_count; i++)
            if (known[d->models[i].file->number])
                suggest_offer(&s, d->models[i].name);
    const char *where = place_name(d, f), *wanted = shown(d, name->text);
    if (m)
        diag_error(d->diag, ERR_NO_MODEL, name->place,
            "%s: \"%s\" is in %s, which this file does not include; add it to include:",
            where, wanted, m->file->path);
    else if (s.best)
        diag_error(d->diag, ERR_NO_MODEL, name->place,
            "%s: no model \"%s\"; did you mean \"%s\"?", where, wanted, s.best);
    else
        diag_error(d->diag, ERR_NO_MODEL, name->place,
            "%s: no model \"%s\"; add it under models:", where, wanted);
    return NULL;
}

void resolve_targets(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
            const struct node *name = f->kind == FIELD_REF    ? f->keys.ref
                                      : f->kind == FIELD_MANY ? f->keys.many
                                                              : NULL;
            if (name)
                f->target = find_model(d, f, name);
        }
}

static struct place reverse_place(const struct draft_field *f)
{
    return f->reverse ? f->keys.reverse->place : (struct place){0};
}

/* A reference becomes null by the columns that are its own; if it shares them all, by
 * those that may be null. */
static bool fill_clears(const struct draft_field *f, bool own_only)
{
    bool any = false;
    for (size_t i = 0; i < f->column_count; i++) {
        const struct draft_column *c = f->columns[i];
        f->ref->clears[i] =
            f->optional && c->field.optional && (c->maker == f || !own_only);
        any = any || f->ref->clears[i];
    }
    return any;
}

/* True if the key has these columns and no others: then the reference is one-to-one. */
static bool is_whole_key(const struct draft_field *f)
{
    size_t in_key = 0;
    for (size_t i = 0; i < f->column_count; i++)
        in_key += f->columns[i]->field.key;
    return in_key && in_key == f->column_count && in_key == f->owner->key_column_count;
}

/* One-to-one: its other side is an object, not a list. */
static bool is_one(const struct draft_field *f)
{
    return f->kind == FIELD_REF && (f->unique || is_whole_key(f));
}

static void fill_ref(struct draft *d, struct draft_field *f)
{
    struct ref *r = f->ref;
    *r = (struct ref){
        .model = f->owner->model,
        .name = f->name,
        .doc = f->keys.doc ? f->keys.doc->text : NULL,
        .place = f->place,
        .target = f->target->model,
        .column_count = f->column_count,
        .fields = arena_array(d->arena, f->column_count, sizeof *r->fields),
        .target_fields = arena_array(d->arena, f->column_count, sizeof *r->fields),
        .clears = arena_array(d->arena, f->column_count, sizeof *r->clears),
        .to_key = !f->to,
        .on_delete = f->on_delete,
        .on_update = f->on_update,
        .deferrable = f->deferrable,
        .optional = f->optional,
        .unique = is_one(f),
        .constrained = !f->owner->is_view && !f->target->is_view,
        .reverse = f->reverse,
        .reverse_place = reverse_place(f),
    };
    for (size_t i = 0; i < f->column_count; i++) {
        struct draft_column *c = f->columns[i];
        if (c->maker == f)
            c->placed->ref = r;
        r->fields[i] = c->placed;
        r->target_fields[i] =
            f->to ? f->to->columns[0]->placed : &f->target->model->key[i];
    }
    if (f->optional && f->column_count && !fill_clears(f, true) &&
        !fill_clears(f, false))
        diag_error(d->diag, ERR_REF, f->keys.optional->place,
            "%s: optional, but none of its columns may be null; delete optional: here, "
            "or add it to one of them",
            place_name(d, f));
}

/* One of the two that via: names: a ref of the join model to `end`. */
static struct draft_field *find_side(struct draft *d, const struct draft_field *f,
    const struct draft_model *join, const struct node *n, bool is_ours)
{
    const char *where = arena_printf(d->arena, "%s: via: ", place_name(d, f));
    const struct draft_model *end = is_ours ? f->owner : f->target;
    if (n->kind != NODE_TEXT) {
        diag_error(
            d->diag, ERR_SHAPE, n->place, "%sit takes the names of two refs", where);
        return NULL;
    }
    struct draft_field *side = find_field(d, where, join, n, FIELD_REF);
    const bool is_ref = side && side->kind == FIELD_REF;
    if (!side || (is_ref && !side->target))
        return NULL; /* which is reported */
    if (is_ref && side->target == end)
        return side;
    if (is_ref)
        diag_error(d->diag, ERR_THROUGH, n->place,
            "%s%s refers to \"%s\"; the %s of the two must refer to \"%s\"", where,
            place_name(d, side), side->target->name, is_ours ? "first" : "second",
            end->name);
    else
        diag_error(d->diag, ERR_THROUGH, n->place, "%s%s is not a ref", where,
            place_name(d, side));
    diag_note(d->diag, side->place, "\"%s\" is declared here", shown(d, side->name));
    return NULL;
}

static bool find_named_sides(struct draft *d, const struct draft_field *f,
    const struct draft_model *join, struct draft_field *sides[2])
{
    const struct node *via = f->keys.via;
    if (via->count != 2) {
        diag_error(d->diag, ERR_THROUGH, via->place,
            "%s: via takes two refs of \"%s\", ours first: [%s, %s]", place_name(d, f),
            join->name, f->owner->name, f->target->name);
        return false;
    }
    sides[0] = find_side(d, f, join, via->first, true);
    sides[1] = sides[0] ? find_side(d, f, join, via->first->next, false) : NULL;
    if (sides[1] && sides[0] == sides[1])
        diag_error(d->diag, ERR_THROUGH, via->place,
            "%s: via names one ref twice; name ours, then theirs", place_name(d, f));
    return sides[1] && sides[0] != sides[1];
}

/* Without via: each end must be referred to by one ref, and the ends must differ. */
static bool find_only_sides(struct draft *d, const struct draft_field *f,
    const struct draft_model *join, struct draft_field *sides[2])
{
    const struct draft_model *const ends[2] = {f->owner, f->target};
    const char *where = place_name(d, f);
    const struct place at = f->keys.through->place;
    const bool is_self = ends[0] == ends[1];
    size_t found[2] = {0};
    bool has_holes = false;
    for (struct draft_field *r = join->fields; r < join->fields + join->field_count;
         r++) {
        has_holes = has_holes || r->broken || (r->kind == FIELD_REF && !r->target);
        for (int i = 0; i < 2; i++)
            if (r->kind == FIELD_REF && r->target == ends[i] && found[i]++ == 0)
                sides[i] = r;
    }
    if (!is_self && found[0] == 1 && found[1] == 1)
        return true;
    if (has_holes)
        return false; /* what is missing may be what is broken */

    const int i = !is_self && found[0] == 1 ? 1 : 0;
    if (is_self && found[0] >= 2)
        diag_error(d->diag, ERR_THROUGH, at,
            "%s: two refs of \"%s\" refer to \"%s\"; say which is ours: via: [ours, "
            "theirs]",
            where, join->name, ends[0]->name);
    else if (found[i] > 1)
        diag_error(d->diag, ERR_THROUGH, at,
            "%s: \"%s\" has %zu refs to \"%s\"; say which one with via: [ours, theirs]",
            where, join->name, found[i], ends[i]->name);
    else
        diag_error(d->diag, ERR_THROUGH, at,
            "%s: \"%s\" has no %sref to \"%s\"; add one, or name another model", where,
            join->name, found[i] ? "second " : "", ends[i]->name);
    return false;
}

/* A side of a join table that is ours: its columns are called after the side. */
static struct join_end end_of_key(
    struct draft *d, const struct model *side, const char *name)
{
    const size_t count = side->key_count;
    struct join_end end = {
        .column_count = count,
        .columns = arena_array(d->arena, count, sizeof *end.columns),
        .fields = arena_array(d->arena, count, sizeof *end.fields),
    };
    for (size_t i = 0; i < count; i++) {
        end.fields[i] = &side->key[i];
        end.columns[i] =
            arena_printf(d->arena, "%s_%s", name, count > 1 ? side->key[i].name : "id");
    }
    return end;
}

/* A side of a join table that is a model. */
static struct join_end end_of_ref(struct draft *d, const struct ref *r)
{
    struct join_end end = {
        .column_count = r->column_count,
        .columns = arena_array(d->arena, r->column_count, sizeof *end.columns),
        .fields = r->target_fields,
    };
    for (size_t i = 0; i < r->column_count; i++)
        end.columns[i] = r->fields[i]->column;
    return end;
}

/* Fills a declared `many` and, if it has a reverse, `back` on the target. */
static void fill_many(struct draft *d, struct draft_field *f, struct many *back)
{
    struct many *m = f->many;
    *m = (struct many){
        .model = f->owner->model,
        .name = f->name,
        .doc = f->keys.doc ? f->keys.doc->text : NULL,
        .place = f->place,
        .target = f->target->model,
        .kind = f->keys.through ? MANY_THROUGH : MANY_JOIN,
        .declared = true,
    };
    if (m->kind == MANY_THROUGH) {
        struct draft_model *join = find_model(d, f, f->keys.through);
        struct draft_field *sides[2] = {NULL, NULL};
        const bool found = join && (f->keys.via ? find_named_sides(d, f, join, sides)
                                                : find_only_sides(d, f, join, sides));
        if (found) {
            m->through = join->model;
            m->through_owner = sides[0]->ref;
            m->through_target = sides[1]->ref;
            m->join_table = join->table;
            m->owner_end = end_of_ref(d, sides[0]->ref);
            m->target_end = end_of_ref(d, sides[1]->ref);
        }
    } else {
        m->join_table = f->keys.table
                            ? f->keys.table->text
                            : arena_printf(d->arena, "%s_%s", f->owner->name, f->name);
        m->owner_end = end_of_key(d, m->model, m->model->name);
        m->target_end =
            end_of_key(d, m->target, m->target == m->model ? "other" : m->target->name);
    }
    if (!back)
        return;
    *back = (struct many){
        .model = m->target,
        .name = f->reverse,
        .place = reverse_place(f),
        .target = m->model,
        .kind = m->kind,
        .inverse = m,
        .join_table = m->join_table,
        .owner_end = m->target_end,
        .target_end = m->owner_end,
        .through = m->through,
        .through_owner = m->through_target,
        .through_target = m->through_owner,
    };
    m->inverse = back;
}

/* A declared list and what `f` makes on its target; `shown_by` is what the target's
 * file says of it, or NULL. */
static void fill_ends(
    struct draft *d, struct draft_field *f, const struct draft_field *shown_by)
{
    struct model *to = f->target->model;
    struct many *back = f->reverse && !is_one(f) ? &to->manys[to->many_count++] : NULL;
    if (f->reverse && is_one(f))
        to->ones[to->one_count++] = f->ref;
    else if (f->many)
        fill_many(d, f, back);
    else if (back)
        *back = (struct many){
            .model = to,
            .name = f->reverse,
            .place = reverse_place(f),
            .target = f->owner->model,
            .kind = MANY_REVERSE,
            .ref = f->ref,
        };
    if (back && shown_by && shown_by->keys.doc)
        back->doc = shown_by->keys.doc->text;
}

void fill_relations(struct draft *d)
{
    /* Count */
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
            if (!f->target)
                continue;
            m->model->many_count += f->kind == FIELD_MANY;
            if (f->reverse && is_one(f))
                f->target->model->one_count++;
            else if (f->reverse)
                f->target->model->many_count++;
        }
    /* Allocate; from here the counts say what is filled */
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++) {
        struct model *out = m->model;
        out->manys = arena_array(d->arena, out->many_count, sizeof *out->manys);
        out->ones = arena_array(d->arena, out->one_count, sizeof *out->ones);
        out->many_count = out->one_count = 0;
    }
    /* Declared ones first */
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
            if (f->kind == FIELD_MANY && f->target)
                f->many = &m->model->manys[m->model->many_count++];
            if (f->ref)
                fill_ref(d, f);
        }
    /* Then reverse ends */
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->target && !f->shown_by)
                fill_ends(d, f, NULL);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->shows)
                fill_ends(d, f->shows, f);
}
