/* symbols_schema.c: the names that a schema makes, in C and in SQL. */
#include "symbols.h"
#include "symbols_parts.h"

#include "buffer.h"
#include "cname.h"
#include "constraints.h"
#include "ctypes.h"
#include "reserved.h"
#include "sqlname.h"

#include <stdlib.h>
#include <string.h>

static struct origin *origin_of(
    struct symbols *y, struct place place, const char *model, const char *part)
{
    struct origin *o = arena_alloc(y->arena, sizeof *o);
    o->place = place;
    o->model = model;
    o->label = part ? arena_printf(y->arena, "%s.%s", model, part) : model;
    return o;
}

static const char *c_kept(
    struct symbols *y, const struct schema_file *file, const char *name)
{
    return arena_printf(y->arena, "%s%s", file->prefix, name);
}

/* A field's own name is a parameter's: no keyword.  `column` is what it is called in
 * SQL, or NULL.  False after a message: of what it makes nothing more is to be said. */
static bool is_free_word(
    struct symbols *y, const char *name, const char *column, const struct origin *o)
{
    if (!reserved(name, RESERVED_KEYWORD))
        return true;
    const char *keep =
        column ? arena_printf(
                     y->arena, ", and keep this one in SQL with \"column: %s\"", column)
               : "";
    diag_error(y->diag, ERR_RESERVED, o->place,
        "%s: \"%s\" is a keyword of C or C++; choose another name%s", o->label, name,
        keep);
    return false;
}

/* The functions that macros make of a column. */
static void add_families(struct symbols *y, const struct field *f,
    const struct values *of, const struct origin *o)
{
    enum c_family families[FAMILY_COUNT];
    const size_t count = c_families_of(f, families);

    for (size_t i = 0; i < count; i++) {
        struct values v = *of;
        v.field = c_stem(f, families[i]);
        const char *name = c_families[families[i]].names;
        while (*name) {
            const int len = (int)strcspn(name, " ");
            v.ending = arena_printf(y->arena, "%.*s", len, name);
            add_patterns(y, of_family, &v, o);
            name += len + (name[len] == ' ');
        }
    }
}

static void add_field(struct symbols *y, const struct field *f)
{
    const struct model *m = f->model;
    const struct origin *o = origin_of(y, f->place, m->name, f->yaml);
    struct values v = {
        c_kept(y, m->file, m->struct_name), f->name, c_question(f), NULL};

    if (!f->ref && !is_free_word(y, f->name, f->column, o))
        return;
    add_patterns(y, of_field, &v, o);
    if (f->settable)
        add_patterns(y, of_settable_field, &v, o);
    if (f->optional)
        add_patterns(y, of_optional_field, &v, o);
    if (f->optional && f->settable)
        add_patterns(y, of_clearable_field, &v, o);
    add_families(y, f, &v, o);
    if (f->unique) {
        add_sql(y, "relation", m->schema, "index", sql_unique(m->table, f->column), o);
        add_constraint(y, m, sql_unique(m->table, f->column), o);
    }
    if (f->traits.check)
        add_constraint(y, m, sql_check(m->table, f->column), o);
    if (f->identity)
        add_sql(
            y, "relation", m->schema, "sequence", sql_sequence(m->table, f->column), o);
}

static void add_ref(struct symbols *y, const struct ref *r)
{
    const struct model *m = r->model;
    const struct origin *o = origin_of(y, r->place, m->name, r->name);
    const struct values v = {
        .model = c_kept(y, m->file, m->struct_name), .field = r->name};

    if (!is_free_word(y, r->name, r->fields[0]->column, o))
        return;
    add_patterns(y, of_slot, &v, o);
    if (!m->view_sql)
        add_patterns(y, of_settable_field, &v, o);
    if (c_is_changeable(r))
        add_patterns(y, of_changeable_ref, &v, o);
    if (c_is_changeable(r) && r->optional)
        add_patterns(y, of_nullable_ref, &v, o);
    if (!m->view_sql && r->optional && r->column_count > 1)
        add_patterns(y, of_optional_ref, &v, o);
    if (r->constrained)
        add_constraint(y, m, sql_fkey(r), o);
    if (sql_needs_unique(r)) {
        add_sql(y, "relation", m->schema, "index", sql_ref_unique(r), o);
        add_constraint(y, m, sql_ref_unique(r), o);
    }
    if (sql_needs_index(r))
        add_sql(y, "relation", m->schema, "index", sql_ref_index(r), o);
}

static void add_join_table(
    struct symbols *y, const struct many *j, const struct origin *o)
{
    const char *schema = j->model->schema;

    add_sql(y, "relation", schema, "table", format("%s", j->join_table), o);
    add_sql(y, "type", schema, "table", format("%s", j->join_table), o);
    add_sql(y, "relation", schema, "index", sql_pkey(j->join_table), o);
    add_sql(y, "relation", schema, "index", sql_join_index(j, &j->target_end), o);
}

/* Those that are indexes as well share their names with tables. */
static void add_constraints(struct symbols *y, const struct model *m)
{
    for (size_t i = 0; i < m->unique_count; i++) {
        const struct unique *u = &m->uniques[i];
        const struct origin *o = origin_of(y, u->place, m->name, "unique");
        add_sql(y, "relation", m->schema, "index", sql_unique_over(m, u), o);
        add_constraint(y, m, sql_unique_over(m, u), o);
    }
    for (size_t i = 0; i < m->check_count; i++) {
        const struct check *c = &m->checks[i];
        const struct origin *o = origin_of(y, c->place, m->name, "checks");
        add_constraint(y, m, format("%s", c->name), o);
    }
    for (size_t i = 0; i < m->exclusion_count; i++) {
        const struct exclusion *e = &m->exclusions[i];
        const struct origin *o = origin_of(y, e->place, m->name, "exclude");
        add_sql(y, "relation", m->schema, "index", sql_exclusion(m, e), o);
        add_constraint(y, m, sql_exclusion(m, e), o);
    }
    for (size_t i = 0; i < m->index_count; i++) {
        const struct index *x = &m->indexes[i];
        add_sql(y, "relation", m->schema, "index", sql_index(m, x),
            origin_of(y, x->place, m->name, "indexes"));
    }
}

/* The constants that errors tell them apart by. */
static void add_violations(struct symbols *y, const struct model *m)
{
    struct constraints all = constraints_of(m);

    for (size_t i = 0; i < all.count; i++) {
        const struct constraint *c = &all.at[i];
        add_c(y, CONSTANT, arena_printf(y->arena, "%s", c->upper),
            origin_of(y, c->place, m->name, c->yaml));
    }
    free_constraints(&all);
}

static void add_embed(struct symbols *y, const struct embed *e)
{
    const struct model *m = e->model;
    const struct origin *o = origin_of(y, e->place, m->name, e->name);
    const struct values v = {.model = c_kept(y, m->file, m->name), .field = e->name};

    if (!is_free_word(y, e->name, NULL, o))
        return;
    add_patterns(y, of_embed, &v, o);
    if (!m->view_sql)
        add_patterns(y, of_settable_field, &v, o);
    if (e->optional)
        add_patterns(y, of_optional_embed, &v, o);
    if (e->optional && !m->view_sql)
        add_patterns(y, of_clearable_embed, &v, o);
}

/* Its fields are members: no keyword, and no macro either. */
static void add_value(struct symbols *y, const struct value *x)
{
    const struct values v = {.model = c_kept(y, x->file, x->name)};

    add_patterns(y, of_value, &v, origin_of(y, x->place, x->name, NULL));
    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *f = &x->fields[i];
        const struct origin *o = origin_of(y, f->place, x->name, f->name);
        if (is_free_word(y, f->name, NULL, o) && reserved(f->name, RESERVED_MACRO))
            diag_error(y->diag, ERR_RESERVED, f->place,
                "%s: \"%s\" is a macro of the C library and cannot be a member of a "
                "struct; choose another name",
                o->label, f->name);
    }
}

static void add_model(struct symbols *y, const struct model *m)
{
    const struct origin *o = origin_of(y, m->place, m->name, NULL);
    struct values v = {.model = c_kept(y, m->file, m->struct_name)};

    if (strcmp(v.model, "orm") == 0) { /* one message, not one per name */
        add_c(y, FUNCTION, "orm_table", o);
        return;
    }
    add_patterns(y, of_model, &v, o);
    if (!m->view_sql)
        add_patterns(y, of_written_model, &v, o);
    if (m->key_count > 1)
        add_patterns(y, of_composite_model, &v, o);
    if (!m->view_sql && c_listed(y->schema, m) != LISTED_NOWHERE)
        add_patterns(y, of_listed_model, &v, o);
    if (c_listed(y->schema, m) == LISTED_ELSEWHERE)
        add_patterns(y, of_model_listed_elsewhere, &v, o);
    if (c_is_shown_elsewhere(y->schema, m))
        add_patterns(y, of_model_shown_elsewhere, &v, o);
    add_sql(y, "relation", m->schema, "table", format("%s", m->table), o);
    add_sql(y, "type", m->schema, "table", format("%s", m->table), o);
    add_sql(y, "relation", m->schema, "index", sql_pkey(m->table), o);
    add_constraint(y, m, sql_pkey(m->table), o);
    for (size_t i = 0; i < m->field_count; i++)
        add_field(y, &m->fields[i]);
    for (size_t i = 0; i < m->ref_count; i++)
        add_ref(y, &m->refs[i]);
    for (size_t i = 0; i < m->embed_count; i++)
        add_embed(y, &m->embeds[i]);
    for (size_t i = 0; i < m->one_count; i++) {
        const struct ref *r = m->ones[i];
        v.field = r->reverse;
        o = origin_of(y, r->reverse_place, r->model->name, r->name);
        if (is_free_word(y, r->reverse, NULL, o))
            add_patterns(y, of_slot, &v, o);
    }
    for (size_t i = 0; i < m->many_count; i++) {
        const struct many *r = &m->manys[i];
        v.field = r->name;
        o = origin_of(y, r->place, m->name, r->name);
        if (is_free_word(y, r->name, NULL, o))
            add_patterns(y, of_many, &v, o);
        if (r->kind == MANY_JOIN && r->declared)
            add_join_table(y, r, o);
    }
    add_constraints(y, m);
    add_violations(y, m);
}

static void add_enumeration(struct symbols *y, const struct enumeration *e)
{
    const struct origin *o = origin_of(y, e->place, e->name, NULL);
    struct values v = {.model = c_kept(y, e->file, e->c_name)};

    add_patterns(y, of_enumeration, &v, o);
    if (e->in_array)
        add_patterns(y, of_array_enumeration, &v, o);
    add_sql(y, "type", e->schema, "type", format("%s", e->name), o);
    for (size_t i = 0; i < e->label_count; i++) {
        v.field = e->labels[i];
        struct origin *label = origin_of(y, e->label_places[i], e->name, e->labels[i]);
        label->of_enum = true;
        add_patterns(y, of_label, &v, label);
    }
}

/* What a file makes besides its models. */
static void add_file(struct symbols *y, const struct schema_file *f, const char *base)
{
    const struct place whole = {.file = (unsigned)(f - y->schema->files)};
    const bool is_first = f == y->schema->files;
    const char *of = is_first ? "" : arena_printf(y->arena, " of %s", f->path);
    struct origin *module =
        origin_of(y, whole, arena_printf(y->arena, "the module%s", of), NULL);
    struct origin *header =
        origin_of(y, whole, arena_printf(y->arena, "the header%s", of), NULL);
    module->remedy = "give the module another name with \"module:\"";
    header->remedy = "give the file another name";
    char *guard = c_guard(base, "ORM_H");
    char *hash = c_guard(base, "ORM_HASH");

    add_c(y, OBJECT, arena_printf(y->arena, "%s_schema", f->module), module);
    add_c(y, MACRO, guard, header);
    add_c(y, MACRO, hash, header);
    free(guard);
    free(hash);
}

void symbols_check(const struct schema *s, const char *base, struct diag *d)
{
    struct arena *arena = arena_new();
    struct symbols y = {.arena = arena,
        .map = {.arena = arena},
        .reported = {.arena = arena},
        .schema = s,
        .diag = d};

    add_file(&y, &s->files[0], base);
    for (size_t i = 1; i < s->file_count; i++) {
        char *other = c_base(s->files[i].path);
        add_file(&y, &s->files[i], other);
        free(other);
    }
    for (size_t i = 0; i < s->model_count; i++)
        add_model(&y, &s->models[i]);
    for (size_t i = 0; i < s->value_count; i++)
        add_value(&y, &s->values[i]);
    for (size_t i = 0; i < s->enumeration_count; i++)
        add_enumeration(&y, s->enumerations[i]);
    arena_free(arena);
}
