/* verify_sql.c: what the catalogue is asked. */
#include "verify/verify.h"

#include "session/flight.h"

#include <stdlib.h>

#define QUOTED(name) "'\"' || replace(" name "::text, '\"', '\"\"') || '\"'"

#define NAMED                                                                          \
    " FROM unnest($1, $2) WITH ORDINALITY AS e(s, n, i)"                               \
    " JOIN pg_namespace AS ns ON ns.nspname = e.s::name"

#define TABLES                                                                         \
    NAMED " JOIN pg_class AS c ON c.relnamespace = ns.oid AND c.relname = e.n::name"   \
          " AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"

#define TYPES                                                                          \
    NAMED " JOIN pg_type AS t ON t.typnamespace = ns.oid AND t.typname = e.n::name"    \
          " AND t.typtype IN ('e', 'b', 'd')"

/* The type that a domain, or a domain of a domain, is made of in the end. */
#define MADE_OF(type, typmod, required)                                                \
    "(WITH RECURSIVE made(id, typmod, required, base) AS ("                            \
    " SELECT oid, " typmod ", " required ", typbasetype FROM pg_type"                  \
    " WHERE oid = " type " UNION ALL"                                                  \
    " SELECT t.oid, d.typtypmod, made.required OR d.typnotnull, t.typbasetype"         \
    " FROM made JOIN pg_type AS d ON d.oid = made.id"                                  \
    " JOIN pg_type AS t ON t.oid = made.base)"                                         \
    " SELECT id, typmod, required FROM made WHERE base = 0)"

static const char *const questions[QUESTIONS] =
    {
        [ASK_TABLES] = "SELECT e.i::text, c.relkind::text,"
                       " has_schema_privilege(ns.oid, 'USAGE')::text,"
                       " has_table_privilege(c.oid, 'DELETE')::text,"
                       " quote_ident(current_user)" TABLES " ORDER BY e.i",

        [ASK_COLUMNS] =
            "SELECT e.i::text, a.attname::text, m.id::text,"
            " format_type(m.id, m.typmod), m.required::text, a.attidentity::text,"
            " a.attgenerated::text, (a.atthasdef OR t.typdefault IS NOT NULL)::text,"
            " has_column_privilege(c.oid, a.attnum, 'SELECT')::text,"
            " has_column_privilege(c.oid, a.attnum, 'INSERT')::text,"
            " has_column_privilege(c.oid, a.attnum, 'UPDATE')::text,"
            " q.name, q.used" TABLES
            " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0"
            " AND NOT a.attisdropped JOIN pg_type AS t ON t.oid = a.atttypid"
            " CROSS JOIN LATERAL " MADE_OF(
                "a.atttypid", "a.atttypmod", "a.attnotnull") //
        " AS m LEFT JOIN LATERAL (SELECT max(q.oid::regclass::text) AS name,"
        " bool_and(has_sequence_privilege(q.oid, 'USAGE, UPDATE'))::text AS used"
        " FROM pg_depend AS d JOIN pg_class AS q ON q.oid = d.objid"
        " WHERE d.classid = 'pg_class'::regclass AND q.relkind = 'S'"
        " AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid"
        " AND d.refobjsubid = a.attnum) AS q ON true ORDER BY e.i",

        [ASK_UNIQUES] = "SELECT e.i::text, (SELECT string_agg(" QUOTED(
            "a.attname") ", ', ' ORDER BY a.attname) FROM pg_attribute AS a WHERE "
                         "a.attrelid = c.oid"
                         " AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - "
                         "1]))" TABLES " JOIN pg_index AS x ON x.indrelid = c.oid AND "
                         "x.indisunique AND x.indisvalid"
                         " AND x.indpred IS NULL AND x.indexprs IS NULL ORDER BY e.i",

        [ASK_NAMES] =
            "SELECT e.i::text, n.name::text" TABLES
            " CROSS JOIN LATERAL (SELECT k.conname FROM pg_constraint AS k"
            " WHERE k.conrelid = c.oid UNION SELECT i.relname FROM pg_index AS x"
            " JOIN pg_class AS i ON i.oid = x.indexrelid"
            " WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid)"
            " AS n(name) ORDER BY e.i",

        [ASK_REFERENCES] = "SELECT e.i::text, (SELECT string_agg(" QUOTED("a.attname") " || ' = ' || " QUOTED(
            "b.attname") ", ', ' ORDER BY a.attname)"
                         " FROM unnest(k.conkey, k.confkey) AS p(a, b)"
                         " JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND "
                         "a.attnum = p.a"
                         " JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND "
                         "b.attnum = p.b), " QUOTED("ts.nspname") " || '.' || " QUOTED(
                             "t.relname") ", k.confdeltype::text,"
                                          " (SELECT string_agg(" QUOTED(
                                              "a.attname") ", ', ' ORDER BY a.attname)"
                                                           " FROM pg_attribute AS a "
                                                           "WHERE a.attrelid = "
                                                           "k.conrelid"
                                                           " AND a.attnum = ANY "
                                                           "(k.confdelsetcols)), "
                                                           "k.confupdtype::text" TABLES
                                                           " JOIN pg_constraint AS k "
                                                           "ON k.conrelid = c.oid AND "
                                                           "k.contype = 'f'"
                                                           " JOIN pg_class AS t ON "
                                                           "t.oid = k.confrelid"
                                                           " JOIN pg_namespace AS ts "
                                                           "ON ts.oid = t.relnamespace "
                                                           "ORDER BY e.i",

        [ASK_TYPES] =
            "SELECT e.i::text, t.oid::text, t.typarray::text,"
            " CASE t.typtype WHEN 'd' THEN (SELECT format_type(id, typmod) "
            "FROM " MADE_OF("t.oid", "-1", "false") " AS m) END" TYPES " ORDER BY e.i",

        [ASK_LABELS] = "SELECT e.i::text, l.enumlabel::text" TYPES
                       " JOIN pg_enum AS l ON l.enumtypid = t.oid"
                       " ORDER BY e.i, l.enumsortorder",
};

static struct pg_statement *question(struct orm_session *s, enum verify_question q)
{
    static const uint32_t types[] = {1009, 1009};
    shape_begin(s, 'Y', NULL);
    shape_add(s, q);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql, questions[q]);
    return shape_make(s, types, 2, false);
}

bool verify_ask(struct verify *v, struct params *tables, struct params *types)
{
    struct orm_session *s = v->s;
    bool good = flight_begin(s);
    for (enum verify_question q = 0; good && q < QUESTIONS; q++)
        good = flight_add(s, question(s, q), q < ASK_TYPES ? tables : types);
    good = good && flight_land(s, NULL);
    for (enum verify_question q = 0; good && q < QUESTIONS; q++)
        v->answers[q] = flight_result(s, q);
    return good;
}

const char *verify_text(const struct found *f, size_t row, unsigned column)
{
    const struct pg_cell cell = pg_value(f->r, row, column);
    return cell.data ? cell.data : "";
}

bool verify_is(const struct found *f, size_t row, unsigned column)
{
    return *verify_text(f, row, column) == 't';
}

struct found verify_rows(struct verify *v, enum verify_question q, size_t i)
{
    struct found f = {.r = v->answers[q], .from = v->at[q], .to = v->at[q]};
    while (f.to < pg_rows(f.r) && strtoul(verify_text(&f, f.to, 0), NULL, 10) == i)
        f.to++;
    v->at[q] = f.to;
    return f;
}
