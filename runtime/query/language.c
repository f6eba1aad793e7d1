/* language.c: conditions in a language that only the server reads: what it says about
 * a mistake names no column, so we do. */
#include "query/language.h"

#include <string.h>

/* What the server may have failed to read, and where it stood. */
struct suspects {
    bool paths; /* JSON paths, else regular expressions */
    unsigned count;
    const struct orm_model *model; /* of the first */
    const struct orm_column *column;
};

static bool is_suspect(const struct suspects *found, uint16_t op)
{
    return found->paths ? op == ORM_HAS_PATH || op == ORM_TRUE_PATH : op == ORM_REGEX;
}

static void find(
    struct suspects *found, const struct orm_model *m, const struct orm_query *q)
{
    for (size_t i = 0; q && i < ORM_QUERY_WHERE; i++) {
        const struct orm_cond *cond = &q->where[i];
        if (cond->op == ORM_MATCHES) {
            find(found, m->to_ones[cond->column].target, cond->value.data);
        } else if (cond->op == ORM_SOME) {
            find(found, m->to_manys[cond->column].target, cond->value.data);
        } else if (is_suspect(found, cond->op) && !found->count++) {
            found->model = m;
            found->column = &m->columns[cond->column];
        }
    }
}

/* 22P02 is said of values of other types, too. */
static bool is_unreadable(const struct orm_error *e, bool *paths)
{
    *paths = strcmp(e->sqlstate, "42601") == 0 ||
             (strcmp(e->sqlstate, "22P02") == 0 && strstr(e->message, "jsonpath"));
    return *paths || strcmp(e->sqlstate, "2201B") == 0;
}

void language_blame(
    struct orm_session *s, const struct orm_model *m, const struct orm_query *q)
{
    struct orm_error *e = &s->error;
    struct suspects found = {0};
    if (!is_unreadable(e, &found.paths))
        return;
    find(&found, m, q);
    if (!found.count)
        return;
    const size_t named = strlen(e->model);
    const bool repeats = named && strncmp(e->message, e->model, named) == 0;
    char said[sizeof e->message];
    error_copy(said, sizeof said, e->message + (repeats ? named + strlen(": ") : 0));
    e->code = ORM_INVALID;
    e->retryable = false;
    error_retell(
        e, found.model, found.count == 1 ? found.column->field : NULL, "%s", said);
}
