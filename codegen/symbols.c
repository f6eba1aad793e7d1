/* symbols.c: every name that comes out, in one table.
 *
 * The names are listed here as patterns, beside the templates that write them out:
 * tests/codegen/symbols.sh compares the two.  In C, structs, functions, constants
 * and objects share one namespace: g++ warns of a function named like a struct. Members
 * are apart, and end in "_" as no other name does. */
#include "symbols.h"
#include "arena.h"
#include "buffer.h"
#include "cname.h"
#include "ctypes.h"
#include "reserved.h"
#include "sqlname.h"
#include "strmap.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What somebody wrote that names come from. */
struct origin {
    struct place place;
    const char *model;  /* "book" */
    const char *label;  /* "book.title" */
    bool of_enum;       /* a label of the enumeration `model` */
    const char *remedy; /* NULL: rename it */
};

struct symbol {
    const struct origin *origin;
    const char *what; /* "function book_title()" */
};

struct symbols {
    struct arena *arena;
    struct strmap map; /* of namespace and name, to struct symbol */
    struct strmap reported;
    const struct schema *schema;
    struct diag *diag;
};

enum kind {
    STRUCT,
    ENUM,
    FUNCTION,
    CONSTANT,
    OBJECT,
    MACRO
};

static const struct {
    const char *what;
    unsigned avoids; /* enum reserved */
} kinds[] = {
    [STRUCT] = {"struct %s", RESERVED_STRUCT},
    [ENUM] = {"enum %s", RESERVED_STRUCT},
    [FUNCTION] = {"function %s()", RESERVED_ANY},
    [CONSTANT] = {"constant %s", RESERVED_ANY},
    [OBJECT] = {"object %s", RESERVED_ANY},
    [MACRO] = {"macro %s", RESERVED_ANY},
};

/* -- Patterns ---------------------------------------------------------------------- */

/* %m a model, %f a field or relation, %q what has_ asks about, %o an operation; a
 * capital letter for capitals. */
struct pattern {
    enum kind kind;
    const char *name;
};

static const struct pattern of_model[] = {
    {STRUCT, "%m"},
    {STRUCT, "%m_list"},
    {STRUCT, "%m_manager"},
    {STRUCT, "%m_cond"},
    {STRUCT, "%m_order"},
    {STRUCT, "%m_plan"},
    {STRUCT, "%m_pick"},
    {STRUCT, "%m_query"},
    {OBJECT, "%m_model"},
    {FUNCTION, "%m_table"},
    {FUNCTION, "%m_all"},
    {FUNCTION, "%m_find"},
    {FUNCTION, "%m_first"},
    {FUNCTION, "%m_get"},
    {FUNCTION, "%m_require"},
    {FUNCTION, "%m_count"},
    {FUNCTION, "%m_exists"},
    {FUNCTION, "%m_refresh"},
    {FUNCTION, "%m_where"},
    {FUNCTION, "%m_any_of"},
    {FUNCTION, "%m_all_of"},
    {FUNCTION, "%m_none_of"},
    {FUNCTION, "%m_end"},
    {0, NULL},
};

static const struct pattern of_written_model[] = {
    {FUNCTION, "%m_new"},
    {FUNCTION, "%m_delete"},
    {0, NULL},
};

static const struct pattern of_listed_model[] = {
    {FUNCTION, "%m_add"},
    {FUNCTION, "%m_remove"},
    {0, NULL},
};

static const struct pattern of_model_listed_elsewhere[] = {
    {MACRO, "%M_ADD_ORM_H"},
    {0, NULL},
};

static const struct pattern of_model_shown_elsewhere[] = {
    {MACRO, "%M_MANAGER_ORM_H"},
    {0, NULL},
};

static const struct pattern of_field[] = {
    {FUNCTION, "%m_%f"},
    {CONSTANT, "%M_%F"},
    {0, NULL},
};

static const struct pattern of_sorted_field[] = {
    {FUNCTION, "%m_%f_asc"},
    {FUNCTION, "%m_%f_desc"},
    {0, NULL},
};

static const struct pattern of_settable_field[] = {
    {FUNCTION, "%m_set_%f"},
    {0, NULL},
};

static const struct pattern of_optional_field[] = {
    {FUNCTION, "%m_has_%q"},
    {FUNCTION, "%m_%q_is_null"},
    {FUNCTION, "%m_%q_not_null"},
    {0, NULL},
};

static const struct pattern of_clearable_field[] = {
    {FUNCTION, "%m_clear_%q"},
    {0, NULL},
};

static const struct pattern of_operation[] = {
    {FUNCTION, "%m_%f_%o"},
    {0, NULL},
};

static const struct pattern of_slot[] = {
    {FUNCTION, "%m_%f"},
    {FUNCTION, "%m_%f_state"},
    {CONSTANT, "%M_REF_%F"},
    {0, NULL},
};

static const struct pattern of_ref[] = {
    {FUNCTION, "%m_%f_is"},
    {0, NULL},
};

/* Of one column, it is that column's. */
static const struct pattern of_optional_ref[] = {
    {FUNCTION, "%m_clear_%f"},
    {0, NULL},
};

static const struct pattern of_many[] = {
    {FUNCTION, "%m_%f"},
    {0, NULL},
};

static const struct pattern of_value[] = {
    {STRUCT, "%m"},
    {0, NULL},
};

static const struct pattern of_embed[] = {
    {FUNCTION, "%m_%f"},
    {0, NULL},
};

static const struct pattern of_optional_embed[] = {
    {FUNCTION, "%m_has_%f"},
    {0, NULL},
};

static const struct pattern of_clearable_embed[] = {
    {FUNCTION, "%m_clear_%f"},
    {0, NULL},
};

static const struct pattern of_enumeration[] = {
    {ENUM, "%m"},
    {FUNCTION, "%m_name"},
    {0, NULL},
};

static const struct pattern of_array_enumeration[] = {
    {STRUCT, "%m_array"},
    {0, NULL},
};

static const struct pattern of_label[] = {
    {CONSTANT, "%M_%F"},
    {0, NULL},
};

/* -- Reporting --------------------------------------------------------------------- */

/* Two origins of one model are reported once, two models too, however many names they
 * share, and so are two places.  Enumerations that differ in case alone have fields
 * that met already. */
static bool is_news(struct symbols *y, const struct origin *a, const struct origin *b)
{
    const bool one_model = strcmp(a->model, b->model) == 0;
    if (a->of_enum && b->of_enum && !one_model && strcasecmp(a->model, b->model) == 0)
        return false;
    const char *words = one_model ? arena_printf(y->arena, "%s %s", a->label, b->label)
                                  : arena_printf(y->arena, "%s/%s", a->model, b->model);
    const bool new_words = !strmap_add(&y->reported, words, y);
    if (!a->place.line || !b->place.line)
        return new_words;
    const char *places = arena_printf(y->arena, "%u:%u:%u %u:%u:%u", a->place.file,
        a->place.line, a->place.column, b->place.file, b->place.line, b->place.column);
    return !strmap_add(&y->reported, places, y) && new_words;
}

static void report_pair(struct symbols *y, const struct symbol *a,
    const struct symbol *b, enum diag_code code, const char *remedy)
{
    if (!is_news(y, a->origin, b->origin))
        return;
    if (strcmp(a->what, b->what) == 0)
        diag_error(y->diag, code, b->origin->place, "%s: its %s is also made by %s; %s",
            b->origin->label, b->what, a->origin->label, remedy);
    else
        diag_error(y->diag, code, b->origin->place,
            "%s: its %s has the name of %s, made by %s; %s", b->origin->label, b->what,
            a->what, a->origin->label, remedy);
    if (a->origin->place.line)
        diag_note(y->diag, a->origin->place, "%s is here", a->origin->label);
}

/* -- Adding names ------------------------------------------------------------------ */

static const struct {
    unsigned kind; /* enum reserved */
    const char *what;
} takers[] = {
    {RESERVED_KEYWORD, "a keyword of C or C++"},
    {RESERVED_MACRO, "a macro of the C library"},
    {RESERVED_TAG, "a struct of the C library"},
    {RESERVED_TYPEDEF, "a type of the C library"},
    {RESERVED_FUNCTION, "a function of the C library"},
    {RESERVED_VARIABLE, "a variable of the C library"},
    {RESERVED_CONSTANT, "a constant of the C library"},
};

/* Who has `name` already, or NULL. */
static const char *taker_of(const char *name, unsigned avoids)
{
    const unsigned found = reserved(name, avoids);

    if (strncmp(name, "orm_", 4) == 0 || strncmp(name, "ORM_", 4) == 0)
        return "kept for the runtime";
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (found & takers[i].kind)
            return takers[i].what;
    return NULL;
}

static const char *remedy_of(
    struct symbols *y, const struct symbol *a, const struct symbol *b)
{
    const char *first = a->origin->remedy, *second = b->origin->remedy;
    if (first && second)
        return second;
    if (first || second)
        return arena_printf(y->arena, "rename one, or %s", first ? first : second);
    return "rename one (\"table:\" or \"column:\" keeps the name in SQL)";
}

static void add_to(
    struct symbols *y, const char *space, const char *name, struct symbol *s)
{
    const struct symbol *there =
        strmap_add(&y->map, arena_printf(y->arena, "%s %s", space, name), s);
    if (there)
        report_pair(y, there, s, ERR_EMITTED_CLASH, remedy_of(y, there, s));
}

static void add_c(
    struct symbols *y, enum kind kind, const char *name, const struct origin *o)
{
    struct symbol *s = arena_alloc(y->arena, sizeof *s);
    s->origin = o;
    s->what = arena_printf(y->arena, kinds[kind].what, name);

    const char *taker = taker_of(name, kinds[kind].avoids);
    if (taker) {
        diag_error(y->diag, ERR_RESERVED, o->place, "%s: its %s is taken: %s is %s; %s",
            o->label, s->what, name, taker,
            o->remedy ? o->remedy
                      : "choose another name, or put one before all with \"prefix:\"");
        return;
    }
    /* An enum may be named like its getter; a struct must not. */
    if (kind == STRUCT || kind == ENUM)
        add_to(y, "tag", name, s);
    if (kind != ENUM)
        add_to(y, "C", name, s);
}

struct values {
    const char *model;
    const char *field;
    const char *question;
    const char *operation;
};

static const char *upper(struct symbols *y, const char *s)
{
    char *made = c_upper(s);
    const char *kept = arena_printf(y->arena, "%s", made);
    free(made);
    return kept;
}

static const char *expand(
    struct symbols *y, const char *pattern, const struct values *v)
{
    struct buffer made = {0};

    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            buffer_putc(&made, *pattern);
            continue;
        }
        switch (*++pattern) {
        case 'm':
            buffer_puts(&made, v->model);
            break;
        case 'M':
            buffer_puts(&made, upper(y, v->model));
            break;
        case 'f':
            buffer_puts(&made, v->field);
            break;
        case 'F':
            buffer_puts(&made, upper(y, v->field));
            break;
        case 'q':
            buffer_puts(&made, v->question);
            break;
        default:
            buffer_puts(&made, v->operation);
        }
    }
    const char *kept = arena_printf(y->arena, "%s", buffer_of(&made));
    buffer_free(&made);
    return kept;
}

static void add_patterns(struct symbols *y, const struct pattern *p,
    const struct values *v, const struct origin *o)
{
    for (; p->name; p++)
        add_c(y, p->kind, expand(y, p->name, v), o);
}

/* Adds a name in SQL; takes `name`. */
static void add_sql(struct symbols *y, const char *space, const char *within,
    const char *what, char *name, const struct origin *o)
{
    struct symbol *s = arena_alloc(y->arena, sizeof *s);
    const char *key = arena_printf(y->arena, "%s %s %s", space, within, name);

    s->origin = o;
    s->what = arena_printf(y->arena, "%s \"%s\"", what, name);
    free(name);
    const struct symbol *there = strmap_add(&y->map, key, s);
    if (there)
        report_pair(y, there, s, ERR_SQL_CLASH,
            strcmp(there->origin->label, o->label) == 0
                ? "leave one out, or give it another name with \"name:\""
                : "rename one with \"table:\", \"column:\" or \"name:\"");
}

/* Constraints are told apart within their table. */
static void add_constraint(
    struct symbols *y, const struct model *m, char *name, const struct origin *o)
{
    const char *table = arena_printf(y->arena, "%s\n%s", m->schema, m->table);
    add_sql(y, "constraint", table, "constraint", name, o);
}

/* -- The schema -------------------------------------------------------------------- */

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

static void add_field(struct symbols *y, const struct field *f)
{
    const struct model *m = f->model;
    const struct origin *o = origin_of(y, f->place, m->name, f->yaml);
    struct values v = {
        c_kept(y, m->file, m->struct_name), f->name, c_question(f), NULL};

    if (!f->ref && !is_free_word(y, f->name, f->column, o))
        return;
    add_patterns(y, of_field, &v, o);
    if (c_is_sorted(f))
        add_patterns(y, of_sorted_field, &v, o);
    if (f->settable)
        add_patterns(y, of_settable_field, &v, o);
    if (f->optional)
        add_patterns(y, of_optional_field, &v, o);
    if (f->optional && f->settable)
        add_patterns(y, of_clearable_field, &v, o);
    for (size_t i = 0; i < c_op_count; i++) {
        v.operation = c_ops[i].name;
        if (c_ops_of(f) & c_ops[i].of)
            add_patterns(y, of_operation, &v, o);
    }
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
    add_patterns(y, of_ref, &v, o);
    if (!m->view_sql)
        add_patterns(y, of_settable_field, &v, o);
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
