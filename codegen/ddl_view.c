/* ddl_view.c: CREATE VIEW.  Views come after all tables, and one that another names
 * before that one. */
#include "ddl_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Whether the text holds the name as a word.  Where it does and means something else,
 * two views trade places, and no harm is done. */
static bool mentions(const char *sql, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = sql; (at = strstr(at, name)); at++)
        if ((at == sql || !is_of_name(at[-1])) && !is_of_name(at[length]))
            return true;
    return false;
}

static bool is_ready(const struct schema *s, const struct model *m, const bool *made)
{
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *other = s->by_dependency[i];
        if (other != m && other->view_sql && !made[i] &&
            mentions(m->view_sql, other->table))
            return false;
    }
    return true;
}

static void create_view(const struct model *m, struct buffer *out)
{
    size_t length = strlen(m->view_sql);
    while (length > 0 && strchr(" \t\n", m->view_sql[length - 1]))
        length--;
    buffer_printf(out, "\nCREATE %sVIEW ", m->materialized ? "MATERIALIZED " : "");
    put_table(out, m);
    buffer_puts(out, " AS\n");
    buffer_add(out, m->view_sql, length);
    buffer_puts(out, ";\n");
    create_indexes(m, out);
    comment_on(m, out);
}

/* The next to be made; of those that name each other, the first. */
static size_t next_view(const struct schema *s, const bool *made)
{
    size_t first = s->model_count;
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *m = s->by_dependency[i];
        if (!m->view_sql || made[i])
            continue;
        if (is_ready(s, m, made))
            return i;
        if (first == s->model_count)
            first = i;
    }
    return first;
}

void create_views(const struct schema *s, struct buffer *out)
{
    bool *made = must(calloc(s->model_count, sizeof *made));
    for (size_t i; (i = next_view(s, made)) < s->model_count; made[i] = true)
        create_view(s->by_dependency[i], out);
    free(made);
}
