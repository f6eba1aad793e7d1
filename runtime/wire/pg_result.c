/* pg_result.c: what is in a result. */
#include "wire/pg_inner.h"

#include <stdlib.h>

size_t pg_rows(const struct pg_result *r)
{
    return (size_t)PQntuples(r);
}

size_t pg_columns(const struct pg_result *r)
{
    return (size_t)PQnfields(r);
}

uint32_t pg_column_type(const struct pg_result *r, size_t column)
{
    return PQftype(r, (int)column);
}

int32_t pg_column_typmod(const struct pg_result *r, size_t column)
{
    return PQfmod(r, (int)column);
}

const char *pg_column_name(const struct pg_result *r, size_t column)
{
    return PQfname(r, (int)column);
}

size_t pg_affected(const struct pg_result *r)
{
    return (size_t)strtoull(PQcmdTuples((PGresult *)(uintptr_t)r), NULL, 10);
}

const char *pg_tag(const struct pg_result *r)
{
    return PQcmdStatus((PGresult *)(uintptr_t)r);
}

/* libpq checks row and column in each of its calls: two will do for most cells. */
static OFTEN struct pg_cell cell_at(const struct pg_result *r, int row, int column)
{
    const struct pg_cell cell = {
        PQgetvalue(r, row, column), PQgetlength(r, row, column)};
    return !cell.length && PQgetisnull(r, row, column) ? (struct pg_cell){NULL, 0}
                                                       : cell;
}

struct pg_cell pg_value(const struct pg_result *r, size_t row, size_t column)
{
    return cell_at(r, (int)row, (int)column);
}

void pg_row(const struct pg_result *r, size_t row, struct pg_cell *cells)
{
    const int columns = PQnfields(r);
    for (int i = 0; i < columns; i++)
        cells[i] = cell_at(r, (int)row, i);
}
