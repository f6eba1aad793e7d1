/* schema_reads.c: what comes out of good files, member by member. */
#include "invariants.h"
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct schema *read_good(const char *path)
{
    struct diag *d = diag_new();
    struct schema *s = schema_read(path, d);
    diag_print(d, stderr);
    assert_non_null(s);
    assert_int_equal(diag_count(d), 0);
    diag_free(d);
    check_invariants(s);
    return s;
}

static const struct model *model(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->model_count; i++)
        if (strcmp(s->models[i].name, name) == 0)
            return &s->models[i];
    fail_msg("no model %s", name);
    return NULL;
}

static const struct many *many(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->many_count; i++)
        if (strcmp(m->manys[i].name, name) == 0)
            return &m->manys[i];
    fail_msg("no many %s.%s", m->name, name);
    return NULL;
}

static const struct field *field(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (strcmp(m->fields[i].name, name) == 0)
            return &m->fields[i];
    fail_msg("no field %s.%s", m->name, name);
    return NULL;
}

static const struct ref *ref(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->ref_count; i++)
        if (strcmp(m->refs[i].name, name) == 0)
            return &m->refs[i];
    fail_msg("no ref %s.%s", m->name, name);
    return NULL;
}

static void assert_place(struct place p, unsigned line, unsigned column, unsigned end)
{
    assert_int_equal(p.line, line);
    assert_int_equal(p.column, column);
    assert_int_equal(p.end_column, end);
}

/* Every member of a column, beside its place; `type` as enum type. */
struct column {
    const char *name, *column, *yaml;
    enum type type;
    unsigned is;
};

enum {
    KEY = 1,
    IDENTITY = 2,
    OPTIONAL = 4,
    UNIQUE = 8
};

static void assert_columns(const struct model *m, const struct column *c, size_t count)
{
    assert_int_equal(m->field_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct field *f = &m->fields[i];
        assert_ptr_equal(f->model, m);
        assert_string_equal(f->name, c[i].name);
        assert_string_equal(f->column, c[i].column);
        assert_string_equal(f->yaml, c[i].yaml);
        assert_int_equal(f->type, c[i].type);
        assert_int_equal(f->key, (c[i].is & KEY) != 0);
        assert_int_equal(f->identity, (c[i].is & IDENTITY) != 0);
        assert_int_equal(f->optional, (c[i].is & OPTIONAL) != 0);
        assert_int_equal(f->unique, (c[i].is & UNIQUE) != 0);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ASSERT_COLUMNS(m, ...)                                                         \
    do {                                                                               \
        const struct column c[] = {__VA_ARGS__};                                       \
        assert_columns(m, c, COUNT(c));                                                \
    } while (0)

static const struct column implicit_key = {"id", "id", "id", TYPE_INT8, KEY | IDENTITY};

/* ---- blog.yaml ---- */

static void blog_names_its_module_and_its_models_in_order(void **state)
{
    (void)state;
    struct schema *s = read_good("blog.yaml");
    assert_string_equal(s->path, "blog.yaml");
    assert_string_equal(s->module, "blog");
    assert_string_equal(s->prefix, "");
    assert_int_equal(s->model_count, 3);
    assert_int_equal(s->enumeration_count, 0);
    const char *const names[] = {"author", "book", "tag"};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(s->models[i].name, names[i]);
        assert_string_equal(s->models[i].table, names[i]);
        assert_string_equal(s->models[i].schema, "public");
        assert_string_equal(s->by_dependency[i]->name, names[i]);
        assert_int_equal(s->models[i].rank, i);
        assert_int_equal(s->models[i].index_count, 0);
        assert_int_equal(s->models[i].one_count, 0);
    }
    assert_string_equal(s->models[0].doc, "Somebody who writes or edits.");
    assert_string_equal(s->models[1].doc, "A book somebody wrote.");
    assert_null(s->models[2].doc);
    assert_place(s->models[1].place, 12, 3, 7);
    schema_free(s);
}

static void blog_has_its_columns(void **state)
{
    (void)state;
    struct schema *s = read_good("blog.yaml");
    ASSERT_COLUMNS(&s->models[0], implicit_key, {"name", "name", "name", TYPE_TEXT, 0},
        {"email", "email", "email", TYPE_TEXT, UNIQUE},
        {"born", "born", "born", TYPE_DATE, OPTIONAL});
    ASSERT_COLUMNS(&s->models[1], implicit_key,
        {"title", "title", "title", TYPE_TEXT, 0},
        {"pages", "pages", "pages", TYPE_INT4, OPTIONAL},
        {"published", "published", "published", TYPE_TIMESTAMPTZ, 0},
        {"author_id", "author_id", "author", TYPE_INT8, 0},
        {"editor_id", "editor_id", "editor", TYPE_INT8, OPTIONAL});
    ASSERT_COLUMNS(
        &s->models[2], implicit_key, {"name", "name", "name", TYPE_TEXT, UNIQUE});
    assert_place(s->models[0].fields[2].place, 9, 7, 12);
    assert_place(s->models[0].fields[0].place, 5, 3, 9); /* the model's */
    schema_free(s);
}

static void blog_has_its_relations(void **state)
{
    (void)state;
    struct schema *s = read_good("blog.yaml");
    const struct model *author = &s->models[0], *book = &s->models[1],
                       *tag = &s->models[2];

    assert_int_equal(book->ref_count, 2);
    const struct ref *r = &book->refs[0];
    assert_ptr_equal(r->model, book);
    assert_string_equal(r->name, "author");
    assert_null(r->doc);
    assert_ptr_equal(r->fields[0], &book->fields[4]);
    assert_ptr_equal(r->fields[0]->ref, r);
    assert_ptr_equal(r->target, author);
    assert_ptr_equal(r->target_fields[0], author->key);
    assert_int_equal(r->on_delete, ACTION_CASCADE);
    assert_false(r->optional);
    assert_false(r->unique);
    assert_string_equal(r->reverse, "books");
    assert_place(r->place, 18, 7, 13);
    assert_place(r->reverse_place, 18, 42, 47);
    r = &book->refs[1];
    assert_string_equal(r->name, "editor");
    assert_int_equal(r->on_delete, ACTION_SET_NULL);
    assert_true(r->optional);
    assert_string_equal(r->reverse, "edited");

    assert_int_equal(author->many_count, 2);
    const struct many *m = &author->manys[0];
    assert_ptr_equal(m->model, author);
    assert_string_equal(m->name, "books");
    assert_ptr_equal(m->target, book);
    assert_int_equal(m->kind, MANY_REVERSE);
    assert_ptr_equal(m->ref, &book->refs[0]);
    assert_false(m->declared);
    assert_null(m->inverse);
    assert_null(m->join_table);
    assert_null(m->through);
    assert_string_equal(author->manys[1].name, "edited");
    assert_ptr_equal(author->manys[1].ref, &book->refs[1]);

    assert_int_equal(book->many_count, 1);
    m = &book->manys[0];
    assert_string_equal(m->name, "tags");
    assert_ptr_equal(m->target, tag);
    assert_int_equal(m->kind, MANY_JOIN);
    assert_true(m->declared);
    assert_string_equal(m->join_table, "book_tags");
    assert_string_equal(m->owner_end.columns[0], "book_id");
    assert_string_equal(m->target_end.columns[0], "tag_id");
    assert_null(m->ref);
    assert_ptr_equal(m->inverse, &tag->manys[0]);

    assert_int_equal(tag->many_count, 1);
    m = &tag->manys[0];
    assert_string_equal(m->name, "books");
    assert_ptr_equal(m->target, book);
    assert_false(m->declared);
    assert_string_equal(m->join_table, "book_tags");
    assert_string_equal(m->owner_end.columns[0], "tag_id");
    assert_string_equal(m->target_end.columns[0], "book_id");
    assert_ptr_equal(m->inverse, &book->manys[0]);
    schema_free(s);
}

/* ---- everything.yaml ---- */

static void names_for_c_and_for_sql_are_apart(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    assert_string_equal(s->module, "shop");
    assert_string_equal(s->prefix, "shop_");
    assert_string_equal(s->models[0].schema, "Shop floor");
    assert_string_equal(model(s, "category")->table, "categories");
    assert_string_equal(model(s, "product")->table, "product");
    assert_string_equal(field(model(s, "country"), "code")->column, "iso code");
    assert_string_equal(field(model(s, "country"), "code")->doc, "Two letters.");
    assert_string_equal(field(model(s, "sale"), "product_id")->column, "what");
    schema_free(s);
}

static void a_field_can_be_the_key_and_comes_first(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    const struct model *country = model(s, "country");
    ASSERT_COLUMNS(country, {"code", "iso code", "code", TYPE_VARCHAR, KEY},
        {"name", "name", "name", TYPE_TEXT, 0});
    assert_int_equal(country->key->length, 2);
    /* A reference has the type of the key it refers to. */
    const struct field *home = field(model(s, "customer"), "home_id");
    assert_int_equal(home->type, TYPE_VARCHAR);
    assert_int_equal(home->length, 2);
    assert_int_equal(home->default_kind, DEFAULT_LITERAL);
    assert_string_equal(home->default_text, "DE");
    assert_int_equal(home->ref->on_delete, ACTION_SET_DEFAULT);
    assert_null(home->ref->reverse);
    schema_free(s);
}

static void defaults_are_kept_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *model, *field, *text;
        enum default_kind kind;
    } defaults[] = {
        {"customer", "on", "true", DEFAULT_LITERAL},
        {"customer", "name", NULL, DEFAULT_NONE},
        {"profile", "born", "infinity", DEFAULT_LITERAL},
        {"profile", "seen", "now()", DEFAULT_SQL},
        {"profile", "score", "-1.5e3", DEFAULT_LITERAL},
        {"product", "size", "no", DEFAULT_LITERAL},
        {"product", "stock", "-32768", DEFAULT_LITERAL},
        {"sale", "note", "it's", DEFAULT_LITERAL},
    };
    struct schema *s = read_good("everything.yaml");
    for (size_t i = 0; i < COUNT(defaults); i++) {
        const struct field *f = field(model(s, defaults[i].model), defaults[i].field);
        assert_int_equal(f->default_kind, defaults[i].kind);
        if (defaults[i].text)
            assert_string_equal(f->default_text, defaults[i].text);
        else
            assert_null(f->default_text);
    }
    assert_place(field(model(s, "customer"), "on")->default_place, 23, 34, 38);
    schema_free(s);
}

static void an_enum_is_named_by_model_and_field(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    assert_int_equal(s->enumeration_count, 2);
    const struct enumeration *e = s->enumerations[0];
    assert_string_equal(e->name, "product_size");
    assert_int_equal(e->label_count, 3);
    assert_string_equal(e->labels[0], "small");
    assert_string_equal(e->labels[1], "no");
    assert_string_equal(e->labels[2], "large");
    assert_place(e->label_places[1], 37, 29, 31);
    assert_ptr_equal(field(model(s, "product"), "size")->enumeration, e);
    assert_string_equal(s->enumerations[1]->name, "dependency_kind");
    schema_free(s);
}

static void a_model_can_refer_to_itself(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    const struct model *category = model(s, "category");
    const struct ref *parent = ref(category, "parent");
    assert_ptr_equal(parent->target, category);
    assert_int_equal(parent->on_delete, ACTION_RESTRICT);
    assert_ptr_equal(many(category, "children")->ref, parent);

    const struct model *customer = model(s, "customer");
    const struct many *friends = many(customer, "friends");
    assert_string_equal(friends->join_table, "customer_friends");
    assert_string_equal(friends->owner_end.columns[0], "customer_id");
    assert_string_equal(friends->target_end.columns[0], "other_id");
    assert_ptr_equal(friends->inverse, many(customer, "friend_of"));
    assert_string_equal(friends->inverse->owner_end.columns[0], "other_id");
    schema_free(s);
}

static void a_unique_ref_is_one_to_one(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    const struct model *customer = model(s, "customer");
    const struct ref *r = ref(model(s, "profile"), "customer");
    assert_true(r->unique);
    assert_int_equal(customer->one_count, 1);
    assert_ptr_equal(customer->ones[0], r);
    assert_string_equal(r->reverse, "profile");
    schema_free(s);
}

static void a_model_can_be_the_join_table(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    const struct model *product = model(s, "product"), *link = model(s, "dependency");
    const struct many *needs = many(product, "needs"),
                      *back = many(product, "needed_by");
    assert_int_equal(needs->kind, MANY_THROUGH);
    assert_ptr_equal(needs->through, link);
    assert_ptr_equal(needs->through_owner, ref(link, "product"));
    assert_ptr_equal(needs->through_target, ref(link, "target"));
    assert_string_equal(needs->join_table, "dependency");
    assert_string_equal(needs->owner_end.columns[0], "product_id");
    assert_string_equal(needs->target_end.columns[0], "target_id");
    assert_ptr_equal(needs->inverse, back);
    assert_ptr_equal(back->through_owner, ref(link, "target"));
    assert_string_equal(back->owner_end.columns[0], "target_id");
    assert_false(back->declared);

    /* Its refs are found without via: where only one fits, and their columns count. */
    const struct many *buyers = many(product, "buyers");
    assert_ptr_equal(buyers->through_owner, ref(model(s, "sale"), "product"));
    assert_string_equal(buyers->owner_end.columns[0], "what");
    assert_string_equal(buyers->target_end.columns[0], "who");
    const struct many *tags = many(product, "tags");
    assert_string_equal(tags->join_table, "product labels");
    assert_string_equal(tags->doc, "Where else it stands.");
    schema_free(s);
}

static void declared_lists_come_before_reverse_ones(void **state)
{
    (void)state;
    static const char *const names[] = {
        "tags", "needs", "buyers", "fans", "needed_by", "dependencies"};
    struct schema *s = read_good("everything.yaml");
    const struct model *product = model(s, "product");
    assert_int_equal(product->many_count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(product->manys[i].name, names[i]);
    schema_free(s);
}

static void indexes_name_fields_and_refs(void **state)
{
    (void)state;
    struct schema *s = read_good("everything.yaml");
    const struct model *product = model(s, "product");
    assert_int_equal(product->index_count, 2);
    const struct index *i = &product->indexes[0];
    assert_false(i->unique);
    assert_int_equal(i->part_count, 2);
    assert_ptr_equal(i->parts[0].field, field(product, "category_id"));
    assert_ptr_equal(i->parts[1].field, field(product, "serial"));
    assert_false(i->parts[0].descending);
    assert_true(i->parts[1].descending);
    assert_place(i->place, 47, 9, 55);
    i = &product->indexes[1];
    assert_true(i->unique);
    assert_ptr_equal(i->parts[0].field, field(product, "maker_id"));
    schema_free(s);
}

static void a_circle_is_cut_at_its_optional_reference(void **state)
{
    (void)state;
    static const char *const names[] = {
        "category", "country", "customer", "product", "profile", "dependency", "sale"};
    struct schema *s = read_good("everything.yaml");
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(s->by_dependency[i]->name, names[i]);
    schema_free(s);
}

/* ---- small ones, in place ---- */

static struct schema *parse_good(const char *path, const char *text)
{
    struct diag *d = diag_new();
    struct schema *s = schema_parse(path, text, strlen(text), d);
    diag_print(d, stderr);
    assert_non_null(s);
    diag_free(d);
    check_invariants(s);
    return s;
}

static void the_file_names_the_module(void **state)
{
    (void)state;
    const char *text = "models: { a: { fields: { b: text } } }";
    static const char *const paths[] = {
        "shop.yaml", "x.y/shop.yml", "../a-b/shop", "shop.yaml"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct schema *s = parse_good(paths[i], text);
        assert_string_equal(s->path, paths[i]);
        assert_string_equal(s->module, "shop");
        schema_free(s);
    }
}

static void words_of_yaml_1_1_are_names(void **state)
{
    (void)state;
    struct schema *s = parse_good("a.yaml", "models:\r\n"
                                            "  yes:\r\n"
                                            "    fields: { no: text, on: bool, null: { "
                                            "ref: yes, optional: true }, y: int }\r\n");
    assert_string_equal(s->models[0].name, "yes");
    assert_string_equal(s->models[0].fields[1].name, "no");
    assert_string_equal(s->models[0].refs[0].name, "null");
    schema_free(s);
}

static void an_explicit_document_start_is_fine(void **state)
{
    (void)state;
    schema_free(parse_good(
        "a.yaml", "# hi\n---\nmodels: { a: { fields: { b: text } } }\n...\n"));
}

static void the_implicit_key_can_be_indexed(void **state)
{
    (void)state;
    struct schema *s = parse_good(
        "a.yaml", "models: { a: { fields: { b: text }, indexes: [{ on: [b, id] }] } }");
    assert_ptr_equal(s->models[0].indexes[0].parts[1].field, s->models[0].key);
    schema_free(s);
}

static void a_model_may_hold_lists_only(void **state)
{
    (void)state;
    schema_free(
        parse_good("a.yaml", "models: { a: { fields: { all: { many: a } } } }"));
}

static void tables_of_two_sql_schemas_may_be_called_alike(void **state)
{
    (void)state;
    schema_free(parse_good("a.yaml",
        "models:\n"
        "  old: { schema: past, table: book, fields: { kind: { enum: [x] } } }\n"
        "  book: { fields: { kind: { enum: [x] } } }\n"));
}

/* A chain as long as the file allows is ordered without recursion. */
static void a_chain_of_ten_thousand_models_is_ordered(void **state)
{
    (void)state;
    enum {
        MODELS = 10000
    };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs("models:\n", out);
    for (int i = 0; i < MODELS; i++)
        fprintf(out, "  m%d: { fields: { x: { ref: m%d%s } } }\n", i, (i + 1) % MODELS,
            i == MODELS - 1 ? ", optional: true" : "");
    fclose(out);
    struct schema *s = parse_good("chain.yaml", text);
    assert_string_equal(s->by_dependency[0]->name, "m9999");
    assert_string_equal(s->by_dependency[MODELS - 1]->name, "m0");
    schema_free(s);
    free(text);
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: schema_reads tests/schema\n");
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blog_names_its_module_and_its_models_in_order),
        cmocka_unit_test(blog_has_its_columns),
        cmocka_unit_test(blog_has_its_relations),
        cmocka_unit_test(names_for_c_and_for_sql_are_apart),
        cmocka_unit_test(a_field_can_be_the_key_and_comes_first),
        cmocka_unit_test(defaults_are_kept_as_written),
        cmocka_unit_test(an_enum_is_named_by_model_and_field),
        cmocka_unit_test(a_model_can_refer_to_itself),
        cmocka_unit_test(a_unique_ref_is_one_to_one),
        cmocka_unit_test(a_model_can_be_the_join_table),
        cmocka_unit_test(declared_lists_come_before_reverse_ones),
        cmocka_unit_test(indexes_name_fields_and_refs),
        cmocka_unit_test(a_circle_is_cut_at_its_optional_reference),
        cmocka_unit_test(the_file_names_the_module),
        cmocka_unit_test(words_of_yaml_1_1_are_names),
        cmocka_unit_test(an_explicit_document_start_is_fine),
        cmocka_unit_test(the_implicit_key_can_be_indexed),
        cmocka_unit_test(a_model_may_hold_lists_only),
        cmocka_unit_test(tables_of_two_sql_schemas_may_be_called_alike),
        cmocka_unit_test(a_chain_of_ten_thousand_models_is_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
