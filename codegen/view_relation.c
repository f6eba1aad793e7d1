/* view_relation.c: a model's object slots and lists. */
#include "view_parts.h"

#include "buffer.h"
#include "cname.h"
#include "ctypes.h"
#include "quote.h"

#include <stdlib.h>
#include <string.h>

static size_t index_of_ref(const struct ref *r)
{
    return (size_t)(r - r->model->refs);
}

static const char *const action_names[] = {
    [ACTION_NO_ACTION] = "ORM_NO_ACTION",
    [ACTION_RESTRICT] = "ORM_RESTRICT",
    [ACTION_CASCADE] = "ORM_CASCADE",
    [ACTION_SET_NULL] = "ORM_SET_NULL",
    [ACTION_SET_DEFAULT] = "ORM_SET_DEFAULT",
};

static const char *const fetch_names[] = {
    [FETCH_UNSAID] = "",
    [FETCH_PEERS] = "ORM_FETCH_PEERS",
    [FETCH_ONE] = "ORM_FETCH_ONE",
};

/* BOOK_AUTHOR_ID, ...: the indexes of columns. */
static void put_column_list(
    struct view *v, const char *key, const struct field *const *fields, size_t count)
{
    begin_list(v);
    for (size_t i = 0; i < count; i++)
        add_text(v, column_upper(fields[i]));
    end_list(v, key);
}

/* The columns that become null with the reference, a bit each. */
static unsigned cleared_bits(const struct ref *r)
{
    unsigned bits = 0;

    for (size_t i = 0; i < r->column_count; i++)
        bits |= (unsigned)r->clears[i] << i;
    return bits;
}

/* The place of the target's slot that shows `r` from the other side. */
static char *inverse_of_ref(const struct ref *r)
{
    if (!r->reverse)
        return format("ORM_NO_INVERSE");
    if (r->unique)
        return slot_upper(r->target, r->reverse);
    for (size_t i = 0; i < r->target->many_count; i++)
        if (r->target->manys[i].ref == r)
            return format("%zu", i);
    return format("ORM_NO_INVERSE");
}

/* What is loaded whenever the relation is. */
static void put_with(struct view *v, const struct default_plans *with)
{
    begin_list(v);
    for (size_t i = 0; i < with->count; i++) {
        const struct default_plan *p = &with->at[i];
        begin_item(v);
        put(v, "kind", p->many ? "ORM_PLAN_TO_MANY" : "ORM_PLAN_TO_ONE");
        put_made(v, "relation",
            p->many      ? list_upper(p->many->model, p->many->name)
            : p->reverse ? slot_upper(p->ref->target, p->ref->reverse)
                         : slot_upper(p->ref->model, p->ref->name));
        end_item(v);
    }
    end_list(v, "with");
}

static const char *change_macro(const struct ref *r)
{
    if (!c_is_changeable(r))
        return "";
    return r->optional ? "ORM_OPTIONAL_CHANGES" : "ORM_TO_ONE_CHANGES";
}

static void put_slot(
    struct view *v, const struct model *m, const struct ref *r, bool reverse)
{
    const struct model *target = reverse ? r->model : r->target;
    const char *name = reverse ? r->reverse : r->name;
    struct buffer words = {0};

    begin_item(v);
    put(v, "name", name);
    put_c_string(v, "yaml", name);
    put_made(v, "upper", slot_upper(m, name));
    put_made(v, "target", c_model(target));
    const struct field *const *ours = reverse ? r->target_fields : r->fields;
    const struct field *const *theirs = reverse ? r->fields : r->target_fields;
    put_column_list(v, "columns", ours, r->column_count);
    put_column_list(v, "target_columns", theirs, r->column_count);
    put_number(v, "clears", reverse ? 0 : cleared_bits(r));
    put_made(v, "inverse", reverse ? slot_upper(r->model, r->name) : inverse_of_ref(r));
    put_flag(v, "reverse", reverse);
    put(v, "change", reverse ? "" : change_macro(r));
    put_flag(v, "unique", r->unique);
    put(v, "on_delete", action_names[r->on_delete]);
    put(v, "on_update", action_names[r->on_update]);
    put_with(v, reverse ? &r->reverse_with : &r->with);
    if (r->doc && !reverse)
        buffer_printf(&words, "%s\n\n", r->doc);
    buffer_printf(
        &words, "Loads the %s of every %s that arrived with this one.", name, m->name);
    put_comment(v, words.at);
    end_item(v);
    buffer_free(&words);
}

void put_slots(struct view *v, const struct model *m)
{
    begin_list(v);
    for (size_t i = 0; i < m->ref_count; i++)
        put_slot(v, m, &m->refs[i], false);
    for (size_t i = 0; i < m->one_count; i++)
        put_slot(v, m, m->ones[i], true);
    end_list(v, "slots");
}

static void put_join_end(struct view *v, const char *key, const struct join_end *end)
{
    begin_item(v);
    begin_list(v);
    for (size_t i = 0; i < end->column_count; i++) {
        struct buffer name = {0};
        quote_c(&name, end->columns[i]);
        add_text(v, name.at);
    }
    end_list(v, "columns");
    put_column_list(v, "key", end->fields, end->column_count);
    end_list(v, key);
}

void put_manys(struct view *v, const struct model *m)
{
    begin_list(v);
    for (size_t i = 0; i < m->many_count; i++) {
        const struct many *r = &m->manys[i];
        const bool joins = r->kind != MANY_REVERSE;
        const bool through = r->kind == MANY_THROUGH;

        begin_item(v);
        put(v, "name", r->name);
        put_c_string(v, "yaml", r->name);
        put_made(v, "upper", list_upper(m, r->name));
        put_made(v, "target", c_model(r->target));
        put_comment(v, r->doc ? r->doc : "");
        put(v, "kind", joins ? "ORM_MANY_JOIN" : "ORM_MANY_REVERSE");
        put_made(
            v, "ref", joins ? format("%s", "") : slot_upper(r->target, r->ref->name));
        put_made(v, "inverse",
            r->inverse ? format("%zu", (size_t)(r->inverse - r->target->manys))
                       : format("ORM_NO_INVERSE"));
        if (joins) {
            const struct model *home = through       ? r->through
                                       : r->declared ? m
                                                     : r->target;
            put_c_string(v, "join_schema", home->schema);
            put_c_string(v, "join_table", r->join_table);
            put_join_end(v, "owner_end", &r->owner_end);
            put_join_end(v, "target_end", &r->target_end);
        } else {
            put(v, "join_table", "");
        }
        put_made(v, "through", through ? c_model(r->through) : format("%s", ""));
        begin_list(v);
        for (size_t k = 0; k < r->order_count; k++) {
            begin_item(v);
            put_made(v, "column", column_upper(r->order[k].field));
            put_flag(v, "descending", r->order[k].descending);
            end_item(v);
        }
        end_list(v, "order");
        put(v, "fetch", fetch_names[r->fetch]);
        put_number(v, "max_keys", r->max_keys);
        put_with(v, &r->with);
        put_number(v, "through_owner", through ? index_of_ref(r->through_owner) : 0);
        put_number(v, "through_target", through ? index_of_ref(r->through_target) : 0);
        end_item(v);
    }
    end_list(v, "manys");
}
