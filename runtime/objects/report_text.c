/* report_text.c: a report in words, and in JSON. */
#include "objects/report_way.h"

static const char *struct_name(const struct orm_model *m)
{
    return m->name;
}

/* -- Parts ------------------------------------------------------------------------- */

static void put_path(struct buffer *b, const struct way *w)
{
    if (w->from) {
        put_path(b, w->from);
        buffer_text(b, ".");
    }
    buffer_text(b, w->name);
}

/* The next step from `w` towards `end`. */
static const struct way *step_towards(const struct way *w, const struct way *end)
{
    while (end->from != w)
        end = end->from;
    return end;
}

/* ".with = {book_with_author(NULL)}", or with the plans that it needs in between. */
static void put_plan(struct buffer *b, const struct way *at, const struct way *end)
{
    const struct way *next = step_towards(at, end);
    buffer_text(b, ".with = {");
    buffer_text(b, struct_name(at->model));
    buffer_text(b, "_with_");
    buffer_text(b, next->name);
    buffer_text(b, "(");
    if (next == end) {
        buffer_text(b, "NULL");
    } else {
        buffer_text(b, "&(struct ");
        buffer_text(b, struct_name(next->model));
        buffer_text(b, "_query){");
        put_plan(b, next, end);
        buffer_text(b, "}");
    }
    buffer_text(b, ")}");
}

static const struct way *root_of(const struct way *w)
{
    while (w->from)
        w = w->from;
    return w;
}

static size_t unseen(const struct way *w)
{
    return w->unseen.count + w->gone;
}

/* A column has no plan. */
static bool has_plan(const struct way *w)
{
    return w->model;
}

/* -- In words ---------------------------------------------------------------------- */

static void put_count(struct buffer *b, size_t n, const char *what)
{
    buffer_number(b, n);
    buffer_text(b, what);
    buffer_text(b, n == 1 ? "" : "s");
}

static void put_words(struct buffer *b, const struct way *w)
{
    put_path(b, w);
    buffer_text(b, ": ");
    put_count(b, w->loads, " lazy load");
    buffer_text(b, " for ");
    put_count(b, w->peers, " object");
    buffer_text(b, ", ");
    put_count(b, w->rows, " row");
    if (unseen(w)) {
        buffer_text(b, ", ");
        buffer_number(b, unseen(w));
        buffer_text(b, " never looked at");
    }
    if (has_plan(w)) {
        buffer_text(b, "; in one round trip: ");
        put_plan(b, root_of(w), w);
    }
    buffer_text(b, "\n");
}

/* -- In JSON ----------------------------------------------------------------------- */

static void put_text(struct buffer *b, const char *key, const char *value)
{
    buffer_text(b, key);
    buffer_text(b, "\"");
    buffer_text(b, value);
    buffer_text(b, "\"");
}

static void put_number(struct buffer *b, const char *key, size_t n)
{
    buffer_text(b, key);
    buffer_number(b, n);
}

/* Names of a schema need no escapes. */
static void put_json(struct buffer *b, const struct way *w)
{
    buffer_text(b, "    {\"path\": \"");
    put_path(b, w);
    put_text(b, "\", \"model\": ", w->from->model->name);
    put_text(b, ", \"field\": ", w->name);
    put_number(b, ", \"loads\": ", w->loads);
    put_number(b, ", \"peers\": ", w->peers);
    put_number(b, ", \"rows\": ", w->rows);
    put_number(b, ", \"unseen\": ", unseen(w));
    if (has_plan(w)) {
        buffer_text(b, ", \"with\": \"");
        put_plan(b, root_of(w), w);
        buffer_text(b, "\"");
    }
    buffer_text(b, "}");
}

/* -- The whole --------------------------------------------------------------------- */

static const struct way *next_loaded(const struct way *w)
{
    while (w && !w->loads)
        w = w->next;
    return w;
}

static const struct way *first_loaded(const struct orm_session *s)
{
    return s->report ? next_loaded(s->report->first) : NULL;
}

/* What was put together, or `otherwise` when memory was out. */
static const char *finish(struct buffer *b, const char *otherwise)
{
    buffer_add(b, "", 1);
    return b->failed ? otherwise : b->data;
}

const char *orm_report(struct orm_session *s)
{
    const struct way *w = s ? first_loaded(s) : NULL;
    if (!w)
        return "no lazy loads\n";
    struct buffer *b = &s->report->text;
    buffer_clear(b);
    for (; w; w = next_loaded(w->next))
        put_words(b, w);
    return finish(b, "no memory for the report\n");
}

const char *orm_report_json(struct orm_session *s)
{
    const struct way *w = s ? first_loaded(s) : NULL;
    if (!w)
        return "{\"lazy\": []}\n";
    struct buffer *b = &s->report->text;
    buffer_clear(b);
    buffer_text(b, "{\"lazy\": [\n");
    while (w) {
        put_json(b, w);
        w = next_loaded(w->next);
        buffer_text(b, w ? ",\n" : "\n]}\n");
    }
    return finish(b, "{}\n");
}
