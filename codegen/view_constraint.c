/* view_constraint.c: what the server can refuse a model's rows by. */
#include "view_parts.h"

#include "arena.h"
#include "buffer.h"
#include "check_expr.h"
#include "constraints.h"
#include "quote.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [CONSTRAINT_KEY] = "ORM_BY_KEY",
    [CONSTRAINT_UNIQUE] = "ORM_UNIQUE",
    [CONSTRAINT_CHECK] = "ORM_CHECK",
    [CONSTRAINT_EXCLUSION] = "ORM_EXCLUSION",
    [CONSTRAINT_REFERENCE] = "ORM_REFERENCE",
};

static const char *const op_names[] = {
    [CHECK_COLUMN] = "COLUMN",
    [CHECK_NUMBER] = "NUMBER",
    [CHECK_REAL] = "REAL",
    [CHECK_TEXT] = "TEXT",
    [CHECK_EQ] = "EQ",
    [CHECK_LT] = "LT",
    [CHECK_LE] = "LE",
    [CHECK_GT] = "GT",
    [CHECK_GE] = "GE",
    [CHECK_SAME] = "SAME",
    [CHECK_AND] = "AND",
    [CHECK_OR] = "OR",
    [CHECK_NOT] = "NOT",
    [CHECK_IS_NULL] = "IS_NULL",
    [CHECK_IS_TRUE] = "IS_TRUE",
    [CHECK_IS_FALSE] = "IS_FALSE",
    [CHECK_ADD] = "ADD",
    [CHECK_SUB] = "SUB",
    [CHECK_MUL] = "MUL",
    [CHECK_DIV] = "DIV",
    [CHECK_MOD] = "MOD",
    [CHECK_NEG] = "NEG",
    [CHECK_LENGTH] = "LENGTH",
    [CHECK_COUNT_NULLS] = "COUNT_NULLS",
};

/* What a step has besides its operator, as C writes it. */
static char *operand(const struct check_step *step)
{
    struct buffer quoted = {0};
    char *upper, *text;
    switch (step->op) {
    case CHECK_COLUMN:
        upper = column_upper(step->field);
        text = format("column = %s", upper);
        free(upper);
        return text;
    case CHECK_NUMBER:
        return step->scale
                   ? format("number = %lld, .scale = %u", step->number, step->scale)
                   : format("number = %lld", step->number);
    case CHECK_REAL:
        return format("real = %s%s", step->text, strchr(step->text, '.') ? "" : ".0");
    case CHECK_TEXT:
        quote_c(&quoted, step->text);
        text = format("text = %s", quoted.at);
        buffer_free(&quoted);
        return text;
    case CHECK_COUNT_NULLS:
        return format("number = %lld", step->number);
    default:
        return step->bytes ? format("bytes = %u", step->bytes) : NULL;
    }
}

/* The columns of a table's check, each once, if we can read it. */
static void add_columns_of(struct view *v, const struct check_program *p)
{
    for (size_t i = 0; i < p->count; i++) {
        bool is_first = p->steps[i].op == CHECK_COLUMN;
        for (size_t k = 0; k < i; k++)
            is_first = is_first && p->steps[k].field != p->steps[i].field;
        if (is_first)
            add_text(v, column_upper(p->steps[i].field));
    }
}

static void put_check(struct view *v, const struct model *m, const struct constraint *c)
{
    struct check_program *p = must_alloc(sizeof *p);
    const bool known = c->check && check_compile(m, c->check, p);

    begin_list(v);
    for (size_t k = 0; k < c->field_count; k++)
        add_text(v, column_upper(c->fields[k]));
    if (known && !c->field_count)
        add_columns_of(v, p);
    end_list(v, "columns");
    begin_list(v);
    for (size_t i = 0; known && i < p->count; i++) {
        char *more = operand(&p->steps[i]);
        add_text(v, format("{.op = ORM_CHECK_%s%s%s}", op_names[p->steps[i].op],
                        more ? ", ." : "", more ? more : ""));
        free(more);
    }
    end_list(v, "check");
    free(p);
}

void put_constraints_of(struct view *v, const struct model *m)
{
    struct constraints all = constraints_of(m);

    begin_list(v);
    for (size_t i = 0; i < all.count; i++) {
        const struct constraint *c = &all.at[i];
        begin_item(v);
        put_c_string(v, "name", c->name);
        put(v, "upper", c->upper);
        put(v, "kind", kind_names[c->kind]);
        put_number(v, "ref", c->ref ? (size_t)(c->ref - m->refs) : 0);
        put_flag(v, "partial", c->partial);
        put_check(v, m, c);
        end_item(v);
    }
    end_list(v, "constraints");
    free_constraints(&all);
}
