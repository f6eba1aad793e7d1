/* load_check.c: whether a result has what the YAML says: its columns, by their types,
 * and cells of its rows. */
#include "load/load.h"
#include "load/row_cells.h"
#include "session/flight.h"

#include <string.h>

/* -- Columns ----------------------------------------------------------------------- */

bool load_check_type_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, const struct pg_result *r, size_t at)
{
    const uint32_t wanted = type_oids(c, s->enums).oid;
    const uint32_t is = pg_column_type(r, at);
    if (is != wanted || !wanted)
        return error_set_field(&s->error, ORM_DRIFT, m, c,
            "the table has %s, the YAML says %s; migrate the table or generate again",
            type_name_of_oid(is), type_name(c));
    return m->read_only || !type_rounds(c, pg_column_typmod(r, at)) ||
           error_set_field(&s->error, ORM_DRIFT, m, c,
               "the table has fewer digits after the point, and would round what is "
               "written; migrate the table or generate again");
}

bool load_check_type(struct orm_session *s, const struct orm_model *m, unsigned column,
    const struct pg_result *r, size_t at)
{
    return load_check_type_as(s, m, &m->columns[column], r, at);
}

bool load_has_witness(const struct model_state *state)
{
    const struct pg_statement *st = state->witness;
    return st && st->prepared && strcmp(st->name, state->witness_name) == 0;
}

static void note_verified(
    struct model_state *state, const struct pg_result *r, unsigned count)
{
    if (count < state->verified ||
        (count == state->verified && load_has_witness(state)))
        return;
    state->verified = count;
    state->witness = flight_source(state->session, r);
    if (state->witness)
        memcpy(state->witness_name, state->witness->name, sizeof state->witness_name);
}

bool load_check_columns(struct orm_session *s, const struct orm_model *m,
    const struct pg_result *r, size_t first, unsigned count)
{
    struct model_state *state = session_model(s, m);
    const bool is_known = count <= state->verified;
    for (unsigned i = 0; i < count; i++)
        if (!(is_known && pg_column_type(r, first + i) == state->oids[i]) &&
            !load_check_type(s, m, i, r, first + i))
            return false;
    note_verified(state, r, count);
    return true;
}

bool load_check_width(struct orm_session *s, const struct pg_result *r, size_t columns)
{
    return pg_columns(r) == columns ||
           error_set(&s->error, ORM_LOST,
               "the server broke the protocol: %zu columns instead of %zu",
               pg_columns(r), columns);
}

bool load_check_table(
    struct orm_session *s, const struct orm_model *m, const struct pg_result *r)
{
    return load_check_width(s, r, m->column_count) &&
           load_check_columns(s, m, r, 0, m->column_count);
}

/* -- Cells ------------------------------------------------------------------------- */

bool load_check_cell_as(struct orm_session *s, const struct orm_model *m,
    const struct orm_column *c, struct pg_cell cell, size_t *bytes)
{
    return cell_check(m, c, cell, bytes, &s->error);
}

bool load_check_cell(struct orm_session *s, const struct orm_model *m, unsigned column,
    struct pg_cell cell, size_t *bytes)
{
    return cell_check(m, &m->columns[column], cell, bytes, &s->error);
}
