/* condition.c: from conditions to SQL: what stands between them. */
#include "query/condition.h"

#include "query/operator.h"
#include "query/related.h"

/* Brackets: what opens them and what stands between their elements. */
static const struct {
    const char *open, *between;
} brackets[ORM_OP_COUNT] = {
    [ORM_ANY_OF] = {"(", " OR "},
    [ORM_ALL_OF] = {"(", " AND "},
    [ORM_NONE_OF] = {"NOT (", " OR "},
};

/* -- Elements ---------------------------------------------------------------------- */

void clause_begin(
    struct clause *w, struct compiler *c, struct source at, const char *opening)
{
    w->c = c;
    w->at = at;
    w->opening = opening;
    w->depth = 0;
    w->first[0] = true;
}

void clause_element(struct clause *w)
{
    if (w->first[w->depth])
        compile_text(w->c, w->depth ? "" : w->opening);
    else
        compile_text(
            w->c, w->depth ? brackets[w->open[w->depth - 1]].between : " AND ");
    w->first[w->depth] = false;
}

void clause_element_begin(struct clause *w, unsigned flags)
{
    clause_element(w);
    compile_text(w->c, flags & ORM_COND_NOT ? "NOT (" : "");
}

void clause_element_end(struct clause *w, unsigned flags)
{
    compile_text(w->c, flags & ORM_COND_NOT ? ")" : "");
}

static bool open_bracket(struct clause *w, const struct orm_cond *cond)
{
    clause_element(w);
    compile_text(w->c, cond->flags & ORM_COND_NOT ? "NOT " : "");
    compile_text(w->c, brackets[cond->op].open);
    w->open[w->depth++] = cond->op;
    w->first[w->depth] = true;
    return true;
}

static bool close_bracket(struct clause *w)
{
    if (!w->depth)
        return compile_refuse(
            w->c, "an end() in the query has no any_of(), all_of() or none_of()");
    /* No alternative is false, no demand is true. */
    if (w->first[w->depth])
        compile_text(w->c, w->open[w->depth - 1] == ORM_ALL_OF ? "true" : "false");
    w->depth--;
    compile_text(w->c, ")");
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

#define KNOWN_FLAGS (ORM_COND_NOT | ORM_COND_FOLD | ORM_COND_COLUMN)

static bool condition(struct clause *w, const struct orm_cond *cond)
{
    shape_add(w->c->s, (unsigned)cond->op << 16 | cond->column);
    shape_add(w->c->s, cond->flags);
    if (cond->flags & ~KNOWN_FLAGS)
        return compile_refuse(w->c, "a condition with flags that there are not");
    switch (cond->op) {
    case ORM_ANY_OF:
    case ORM_ALL_OF:
    case ORM_NONE_OF:
        return open_bracket(w, cond);
    case ORM_END:
        return close_bracket(w);
    case ORM_IS:
        return related_is(w, cond);
    case ORM_IS_ONE_OF:
        return related_is_one_of(w, cond);
    case ORM_MATCHES:
        return related_matches(w, cond);
    case ORM_SOME:
        return related_some(w, cond);
    default:
        return operator_condition(w, cond);
    }
}

bool clause_conditions(struct clause *w, const struct orm_cond *where)
{
    for (size_t i = 0; i < ORM_QUERY_WHERE; i++)
        if (where[i].op != ORM_NONE && !condition(w, &where[i]))
            return false;
    if (w->depth)
        return compile_refuse(
            w->c, "the query's any_of(), all_of() or none_of() has no end()");
    shape_add(w->c->s, UINT32_MAX);
    return true;
}
