/* verify.c: orm_verify(): the tables that there should be, and what is told of them. */
#include "verify/verify.h"

#include "session/flight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Telling ----------------------------------------------------------------------- */

static void *get(struct verify *v, size_t size)
{
    void *p = arena_get(&v->arena, size);
    v->nomem = v->nomem || !p;
    return p;
}

static const char *copy(struct verify *v, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *to = get(v, size);
    return to ? memcpy(to, text, size) : "";
}

const char *verify_keep(struct verify *v, struct buffer *b)
{
    buffer_add(b, "", 1);
    v->nomem = v->nomem || b->failed;
    const char *text = b->failed ? "" : copy(v, b->data);
    buffer_free(b);
    return text;
}

const char *verify_name(struct verify *v, const char *name)
{
    struct buffer b = {0};
    buffer_identifier(&b, name);
    return verify_keep(v, &b);
}

const char *verify_table_name(struct verify *v)
{
    struct buffer b = {0};
    buffer_table(&b, v->table->model->schema, v->table->model->table);
    return verify_keep(v, &b);
}

void verify_tell(struct verify *v, enum orm_difference_kind kind, const char *field,
    const char *expected, const char *found, const char *format, ...)
{
    struct difference *d = get(v, sizeof *d);
    if (!d)
        return;
    char text[1024], line[1024];
    const char *model = v->table->model->name;
    const int n = snprintf(
        text, sizeof text, "%s%s%s: ", model, field ? "." : "", field ? field : "");
    va_list args;
    va_start(args, format);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    error_copy(line, sizeof line, text);
    *d = (struct difference){.told = {.kind = kind,
                                 .model = model,
                                 .field = field ? field : "",
                                 .expected = copy(v, expected),
                                 .found = copy(v, found),
                                 .message = copy(v, line)}};
    *v->last = d;
    v->last = &d->next;
    v->count++;
}

/* -- What there should be ---------------------------------------------------------- */

static void add_table(struct verify *v, const struct orm_model *m, const char *field)
{
    struct expected *e = get(v, sizeof *e);
    if (!e)
        return;
    *e = (struct expected){.model = m, .field = field};
    *v->last_table = e;
    v->last_table = &e->next;
}

/* One of the two sides' columns of a join table, and the reference that they are. */
static void put_end(const struct orm_join_end *end, const struct orm_model *side,
    const char *field, struct orm_column *columns, uint16_t *at, struct orm_to_one *ref)
{
    for (unsigned i = 0; i < end->count; i++) {
        const struct orm_column *key = &side->columns[end->key[i]];
        columns[at[i]] = *key;
        columns[at[i]].name = end->columns[i];
        columns[at[i]].field = field;
        columns[at[i]].flags = 0;
    }
    *ref = (struct orm_to_one){.name = field,
        .target = side,
        .columns = at,
        .target_columns = end->key,
        .count = end->count,
        .on_delete = ORM_CASCADE};
}

/* A table that joins only, as if it were a model with a key of all its columns. */
static void add_join(struct verify *v, const struct orm_to_many *r)
{
    const unsigned ours = r->owner_end.count, all = ours + r->target_end.count;
    struct orm_model *m = get(v, sizeof *m);
    struct orm_column *columns = get(v, all * sizeof *columns);
    struct orm_to_one *refs = get(v, 2 * sizeof *refs);
    uint16_t *at = get(v, all * sizeof *at);
    if (v->nomem)
        return;
    for (unsigned i = 0; i < all; i++)
        at[i] = (uint16_t)i;
    put_end(&r->owner_end, r->owner, r->name, columns, at, &refs[0]);
    put_end(&r->target_end, r->target, r->name, columns, at + ours, &refs[1]);
    *m = (struct orm_model){.name = r->owner->name,
        .schema = r->join_schema,
        .table = r->join_table,
        .columns = columns,
        .key = at,
        .to_ones = refs,
        .column_count = (uint16_t)all,
        .to_one_count = 2,
        .key_count = (uint16_t)all};
    add_table(v, m, r->name);
}

/* Both sides may have a slot on it. */
static bool is_known(const struct verify *v, const struct orm_to_many *r)
{
    for (const struct expected *e = v->tables; e; e = e->next)
        if (e->field && strcmp(e->model->schema, r->join_schema) == 0 &&
            strcmp(e->model->table, r->join_table) == 0)
            return true;
    return false;
}

static void list_tables(struct verify *v)
{
    const struct orm_schema *schema = v->s->schema;
    for (unsigned i = 0; i < schema->model_count; i++)
        add_table(v, schema->models[i], NULL);
    for (unsigned i = 0; i < schema->model_count; i++)
        for (unsigned k = 0; k < schema->models[i]->to_many_count; k++) {
            const struct orm_to_many *r = &schema->models[i]->to_manys[k];
            if (r->kind == ORM_MANY_JOIN && !r->through && !is_known(v, r))
                add_join(v, r);
        }
}

/* -- Asking ------------------------------------------------------------------------ */

static const struct orm_column text_column = {.type = ORM_TEXT};

static void put_text(struct params *p, const char *text)
{
    params_array_add(p, &text_column, (union orm_value){.text = text});
}

static void put_tables(const struct verify *v, struct params *p)
{
    for (int names = 0; names < 2; names++) {
        params_array_begin(p, type_oids(&text_column, NULL).oid);
        for (const struct expected *e = v->tables; e; e = e->next)
            put_text(p, names ? e->model->table : e->model->schema);
        params_array_end(p);
    }
}

static void put_types(const struct verify *v, struct params *p)
{
    const struct enum_oids *types = v->s->enums;
    for (int names = 0; names < 2; names++) {
        params_array_begin(p, type_oids(&text_column, NULL).oid);
        for (size_t i = 0; i < types->count; i++)
            put_text(p, names ? types->enums[i]->name : types->enums[i]->schema);
        params_array_end(p);
    }
}

static bool ask(struct verify *v)
{
    struct params tables = {0}, types = {0};
    put_tables(v, &tables);
    put_types(v, &types);
    const bool good = params_finish(&tables, &v->s->error) &&
                      params_finish(&types, &v->s->error) &&
                      verify_ask(v, &tables, &types);
    params_free(&tables);
    params_free(&types);
    return good;
}

/* -- Types ------------------------------------------------------------------------- */

/* The types' oids as they are now: since the session began they may have been made
 * anew. */
static void take_types(struct verify *v, struct found *types)
{
    const struct enum_oids *known = v->s->enums;
    v->types = *known;
    v->types.oids = get(v, (known->count + 1) * sizeof *v->types.oids);
    for (size_t i = 0; !v->nomem && i < known->count; i++) {
        types[i] = verify_rows(v, ASK_TYPES, i + 1);
        v->types.oids[i] = (struct type_oids){0};
        if (types[i].from < types[i].to)
            v->types.oids[i] = (struct type_oids){
                (uint32_t)strtoul(
                    verify_text(&types[i], types[i].from, TYPE_OID), NULL, 10),
                (uint32_t)strtoul(
                    verify_text(&types[i], types[i].from, TYPE_ARRAY_OID), NULL, 10)};
    }
}

/* The first column that has it becomes the one that is being compared. */
static const struct orm_column *user_of(
    struct verify *v, const struct orm_named_type *type)
{
    for (v->table = v->tables; v->table; v->table = v->table->next)
        for (unsigned i = 0; i < v->table->model->column_count; i++)
            if (v->table->model->columns[i].named == type)
                return &v->table->model->columns[i];
    return NULL;
}

static bool is_label(const struct orm_named_type *type, const char *label)
{
    for (unsigned i = 0; i < type->label_count; i++)
        if (strcmp(type->labels[i], label) == 0)
            return true;
    return false;
}

static bool has_label(const struct found *labels, const char *label)
{
    for (size_t row = labels->from; row < labels->to; row++)
        if (strcmp(verify_text(labels, row, LABEL), label) == 0)
            return true;
    return false;
}

static void check_labels(
    struct verify *v, const struct orm_column *c, const struct found *labels)
{
    const struct orm_named_type *type = c->named;
    struct buffer b = {0};
    buffer_table(&b, type->schema, type->name);
    const char *name = verify_keep(v, &b);
    for (unsigned i = 0; i < type->label_count; i++)
        if (!has_label(labels, type->labels[i]))
            verify_tell(v, ORM_DIFFERS_LABEL, c->field, type->labels[i], "",
                "%s has no label '%s'; ALTER TYPE %s ADD VALUE '%s', or generate again",
                name, type->labels[i], name, type->labels[i]);
    for (size_t row = labels->from; row < labels->to; row++) {
        const char *label = verify_text(labels, row, LABEL);
        if (!is_label(type, label))
            verify_tell(v, ORM_DIFFERS_LABEL, c->field, "", label,
                "%s has the label '%s', the YAML does not, so that rows which have it "
                "cannot be read; add it to the YAML and generate again",
                name, label);
    }
}

static void check_types(struct verify *v, const struct found *types)
{
    const struct enum_oids *known = v->s->enums;
    for (size_t i = 0; i < known->count; i++) {
        const struct found labels = verify_rows(v, ASK_LABELS, i + 1);
        const struct orm_column *c = user_of(v, known->enums[i]);
        if (!c || types[i].from == types[i].to)
            continue;
        if (known->enums[i]->label_count)
            check_labels(v, c, &labels);
        else
            verify_domain(v, c, verify_text(&types[i], types[i].from, TYPE_BASE));
    }
}

/* -- All of it --------------------------------------------------------------------- */

static void compare(struct verify *v)
{
    struct found *types = get(v, (v->s->enums->count + 1) * sizeof *types);
    if (!types)
        return;
    take_types(v, types);
    size_t i = 0;
    for (v->table = v->tables; v->table && !v->nomem; v->table = v->table->next)
        verify_table(v, ++i);
    if (!v->nomem)
        check_types(v, types);
}

size_t orm_verify(struct orm_session *s,
    void (*fn)(void *arg, const struct orm_difference *d), void *arg)
{
    if (!s || s->error.code)
        return 0;
    struct verify v = {.s = s};
    v.last_table = &v.tables;
    v.last = &v.first;
    list_tables(&v);
    if (!v.nomem && ask(&v))
        compare(&v);
    flight_end(s);
    if (v.nomem)
        session_nomem(s);
    if (s->error.code)
        v.first = NULL, v.count = 0;
    for (const struct difference *d = v.first; fn && d; d = d->next)
        fn(arg, &d->told);
    arena_free(&v.arena);
    return v.count;
}
