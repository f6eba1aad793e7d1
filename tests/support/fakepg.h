/* fakepg.h: a PostgreSQL server that lies.
 *
 * It runs on a thread of the test, on a unix socket without a file, and speaks as much
 * of the protocol as a client of prepared statements and pipelines needs: trust,
 * ParameterStatus, Parse, Bind, Describe, Execute, Close, Flush, Sync, Query.
 *
 * It has no tables.  A SELECT whose text holds `about` answers `rows` rows, any other
 * none, of the names that stand between SELECT and FROM, each looked up in `columns`;
 * anything else is done at once.  It answers honestly where it is not told to lie. */
#ifndef TESTS_FAKEPG_H
#define TESTS_FAKEPG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fakepg_lie {
    FAKEPG_HONEST,

    /* While connecting. */
    FAKEPG_SILENT,         /* accepts, and never says a word */
    FAKEPG_SILENT_STARTUP, /* takes the startup message, and never answers */
    FAKEPG_HANGS_UP,       /* takes the startup message, and hangs up */
    FAKEPG_WANTS_PASSWORD, /* asks for one in clear text */
    FAKEPG_REFUSES,        /* 53300, too many connections */
    FAKEPG_GARBAGE_FIRST,
    FAKEPG_OTHER_ENCODING, /* client_encoding is SJIS */

    /* In the answer to a SELECT. */
    FAKEPG_SILENT_SELECT,
    FAKEPG_SHORT_VALUE, /* integers of 2 bytes, texts of 0 */
    FAKEPG_LONG_VALUE,  /* integers and texts of 16 bytes */
    FAKEPG_MINUS_TWO,   /* a length of -2 */
    FAKEPG_BEYOND,      /* a value longer than its message */
    FAKEPG_NULLS,       /* every value is null */
    FAKEPG_NUL_IN_TEXT,
    FAKEPG_BAD_UTF8,
    FAKEPG_WRONG_TYPE,  /* every column is a box */
    FAKEPG_TEXT_FORMAT, /* says so, sends binary */
    FAKEPG_COLUMN_LESS,
    FAKEPG_COLUMN_MORE,
    FAKEPG_NO_DESCRIPTION,
    FAKEPG_ROW_LESS_WIDE, /* rows with fewer values than described */
    FAKEPG_NO_COMPLETE,   /* rows, and at once ready for the next */
    FAKEPG_COPY_IN,       /* asks for rows */
    FAKEPG_GARBAGE,
    FAKEPG_HUGE,    /* a message of 2 GB is on its way */
    FAKEPG_EOF,     /* hangs up after half a row */
    FAKEPG_NOTICES, /* 20,000 of them, then the truth */
    FAKEPG_EMPTY_QUERY,

    /* In the answer to anything. */
    FAKEPG_NO_SQLSTATE, /* an error without a code */
    FAKEPG_NASTY_ERROR, /* escape sequences and newlines in the message */
    FAKEPG_ERROR_TWICE,
    FAKEPG_UNKNOWN_STATUS, /* ready for query, in state 'X' */
    FAKEPG_ROLLED_BACK,    /* COMMIT is answered by ROLLBACK */

    FAKEPG_LIES
};

struct fakepg_column {
    const char *name;
    uint32_t oid;
};

struct fakepg_script {
    const struct fakepg_column *columns; /* up to a NULL name */
    unsigned rows; /* keys are 1, 2, ...; integers are the row's number, texts "text" */
    enum fakepg_lie lie;
    const char
        *about; /* what the rows and the lie are about: NULL is every statement */
};

struct fakepg;

/* The script is copied; what it points to is not. */
struct fakepg *fakepg_start(const struct fakepg_script *script);
void fakepg_stop(struct fakepg *fake);

/* For connections from now on. */
void fakepg_tell(struct fakepg *fake, const struct fakepg_script *script);

/* Connection settings for libpq. */
const char *fakepg_conninfo(const struct fakepg *fake);

/* A lie's name, for messages. */
const char *fakepg_lie_name(enum fakepg_lie lie);

/* Texts of the statements parsed so far, one per line.  For a test that wonders why. */
const char *fakepg_statements(struct fakepg *fake);

#endif
