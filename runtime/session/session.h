/* session.h: what a session holds, for the files above it.
 *
 * open.c and transaction.c are its life, flight.c talks for it; object.h, group.h and
 * list.h are about what it loaded. */
#ifndef RUNTIME_SESSION_H
#define RUNTIME_SESSION_H

#include "base/arena.h"
#include "base/idmap.h"
#include "base/numbers.h"
#include "base/uuid7.h"
#include "types/params.h"
#include "wire/statement.h"

#include <stddef.h>

/* What plans brought under a name, see alias.h. */
struct alias_entry;
struct alias_table {
    struct alias_entry *entries;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    bool crosses; /* something it holds may leave before its scope does */
};

/* What owns the memory of objects, and gives it back all at once.  scope.h has more. */
struct orm_scope {
    struct orm_session *session;
    struct orm_scope *outer; /* NULL: the session's own */
    struct orm_scope *held;  /* inside this one, or NULL: what scopes that ended left,
                              * and what waits for commit or rollback */
    struct arena arena;
    struct alias_table aliases;
    struct orm_scope *aliased;   /* the next that has some */
    struct scope_entry *objects; /* made here; those of the session's own are not */
    struct orm_group *groups;
    struct loan *loans;      /* to objects of outer scopes, which show some of ours */
    uint64_t began;          /* session.stamp then */
    uint64_t unit;           /* of work, in which it began; since then */
    size_t first_undo;       /* our objects have no undo before this one */
    size_t wanted;           /* bytes */
    struct orm_scope *wants; /* the next that wants some */
    bool is_row;             /* of an orm_load, whose one object lies in it */
};

enum transaction {
    TX_NONE,   /* each statement for itself */
    TX_WANTED, /* BEGIN travels with the next flight */
    TX_OPEN,
    TX_WROTE /* open, and a flush succeeded in it */
};

/* Rows of a model that are loaded by COPY. */
struct orm_load {
    struct orm_session *session;
    const struct orm_model *model;
    struct copy *copy; /* NULL: none are */
};

/* What a session has of one model. */
struct model_state {
    const struct orm_model *model;
    struct orm_session *session;
    struct orm_manager table; /* X_table(session); its session is found by address */
    struct idmap map;
    bool is_by_number; /* the map: the key is one number */
    struct orm_load load;
    const void *empty;   /* the model's empty list */
    char *placeholder;   /* see object.c */
    const char *blank;   /* the same size: what a new object is */
    uint32_t *oids;      /* of the columns' types, on this connection */
    int64_t *spare_keys; /* taken from the sequence, not used yet */
    size_t spare_count;
    size_t spare_capacity;
    size_t unwritten;   /* objects with changes not flushed */
    uint64_t deletions; /* counts them: lists made before look for deleted objects */
    struct model_hooks *hooks; /* or NULL */
    bool is_through;           /* some relation's join table */
    bool is_followed;          /* by a `to:`, or rows that refer to it change with it */
    bool is_swept;             /* a mark for sweep.c */
    unsigned verified; /* so many columns are, on this connection, as the model says */
    const struct pg_statement *witness; /* whose result they were seen in, or NULL */
    char witness_name[36];              /* when it was: it may be another by now */
    uint64_t guarded;                   /* by the flush with this number */
    uint32_t *once_from;                /* per to-many relation, see follow_once.c */
};

/* A row of a join table to be made or removed by the next flush. */
struct link {
    const struct orm_to_many *relation;
    struct orm_object *owner;
    struct orm_object *target;
    bool add;
    size_t sequence; /* for link_collapse() */
};

/* A slot or list of the first shows the second, of a scope that is neither the same nor
 * around it nor inside. */
struct crossing {
    struct orm_object *shows;
    struct orm_object *shown;
};

/* What hooks are told of when the flush is good, and when the transaction ends. */
struct written {
    struct orm_object *object;
    uint8_t event; /* enum orm_event */
    bool first;    /* of the object */
};

/* What an object was like when the unit of work began; no copy: it did not exist. */
struct undo {
    struct orm_object *object;
    void *copy;
};

/* A place in the transaction to go back to: what was so, and how much there was. */
struct savepoint {
    uint64_t stamp; /* what is loaded since is as new, or newer */
    uint64_t wrote;
    uint64_t loads;
    size_t undos;
    size_t aliases;
    size_t written;           /* of session.written */
    struct arena_mark memory; /* of the undo arena */
    bool sent;
    char command[40];
};

/* A getter is loading model.field; `field` is NULL when none is. */
struct lazy_load {
    const struct orm_model *model;
    const char *field;
    size_t peers; /* objects that it is loaded for */
};

/* What orm_expect_statements() allows. */
struct budget {
    uint64_t from; /* the count when it was set */
    uint64_t most;
};

/* How the transaction begins that is wanted. */
struct begin {
    char command[80];
    bool one_snapshot; /* all statements see the database as the first does */
    bool has_settings;
    struct params settings; /* names and values, two arrays */
};

/* A new object whose row may be there already, known by a constraint of its model. */
struct upsert {
    struct orm_object *draft;
    unsigned by;                /* 1 + its index */
    bool keeps;                 /* the row that is there stays as it is */
    struct orm_object *row;     /* once it is known: the draft itself, or another */
    struct orm_object **became; /* where to tell that, or NULL */
};

/* What the database has in a column that others refer to, and that is changed. */
struct former {
    struct orm_object *object;
    uint16_t column;
    union orm_value value;
};

/* A row that the database changes when that is written, and what it was like. */
struct followed {
    struct orm_object *object;
    void *copy;
    const struct orm_to_one *ref;
    struct orm_object *target;
    unsigned depth;
};

struct orm_session {
    const struct orm_schema *schema;
    char *conninfo;
    struct pg *pg;
    struct orm_error error;
    enum transaction transaction;
    bool (*write)(struct orm_session *s); /* what is recorded: for those who read */
    bool reads_as_is;                     /* queries leave what is recorded unwritten */
    bool is_behind;                       /* and something was read that lacks it */
    int64_t deadline;                     /* clock_now()'s scale */
    enum orm_fetch fetch;                 /* of objects whose query names no mode */
    struct lazy_load lazy;
    struct budget budget;
    struct report *report; /* NULL: never asked for */
    bool reports;          /* now */
    bool shows_details;    /* of the server's errors, in messages */
    void (*on_lazy)(void *arg, const char *model, const char *field, size_t peers);
    void *on_lazy_arg;
    uint64_t statement_count;
    uint64_t round_trips; /* of connections before this one */
    uint64_t stamp;       /* counts flights */
    uint64_t began;       /* the stamp when the transaction began */
    uint64_t wrote;       /* and when it wrote first; 0: it did not */
    bool flush_began;     /* the transaction, and not the program */
    bool resolves;        /* outcomes that nobody told */
    bool forgotten;       /* are statements, and perhaps all of them, by the server */
    bool altered;         /* a table, since it was verified: why a flush failed */
    uint64_t flushes;     /* counts them */
    bool flush_failed;    /* that is the error: orm_retry() can help */

    struct numbers numbers;     /* of models: as in schema->models */
    struct model_state *models; /* by number */
    struct enum_oids *enums;
    struct orm_scope own;    /* the outermost */
    struct orm_scope *scope; /* the current one: what queries bring belongs to it */
    struct orm_scope *wanting;
    struct orm_scope *aliased; /* the last that took some */
    bool has_scopes;           /* had any but its own */
    uint64_t unit;             /* counts units of work */
    size_t scopes_missed;      /* begun when memory was out: they are none */
    struct crossing *crossings;
    size_t crossing_count, crossing_capacity;
    char *placeholders; /* of all models */
    uint32_t *oids;     /* the same */
    uint32_t *once_from;

    struct uuid7 uuid7; /* the last that was made */
    struct statement_cache statements;
    struct buffer shape, sql;   /* of the statement that is being made */
    const char *shape_model;    /* that it is about */
    struct params params;       /* of the read that is being made */
    struct params *kept_params; /* of a flight of several, each in its place */
    size_t kept_count, kept_capacity;
    struct blocks blocks;  /* of all these arenas */
    struct arena scratch;  /* for one statement */
    struct arena planning; /* for trees of plans */
    unsigned plans_open;   /* so many */

    struct pg_item *items; /* the flight that is being made */
    size_t item_count, item_capacity;
    struct pg_item *ahead; /* sent, and its answer not taken in yet; or NULL */
    const struct orm_model *ahead_model;
    struct pg_item close; /* of a cursor */
    char close_command[32];
    struct orm_chunks *streams;
    const struct orm_model *loading; /* by the one that is open, or NULL */
    size_t leading; /* items before the first that was added: BEGIN, DEALLOCATE */
    bool begins;    /* the flight carries BEGIN */
    bool began_not; /* the last one that failed did so before what was added */
    struct begin begin;
    struct retired *leaving; /* the statements that the flight deallocates */

    struct {
        orm_statement_seen *seen; /* or NULL */
        void *arg;
        bool telling; /* it is being called */
    } watch;

    struct orm_object *
        *changes; /* new, changed and deleted, in order of the first change */
    size_t change_count, change_capacity;
    struct link *links;
    size_t link_count, link_capacity;
    struct upsert *upserts; /* of changes */
    size_t upsert_count, upsert_capacity;
    struct former *formers;
    size_t former_count, former_capacity;
    struct followed *followed; /* of the flush under way */
    size_t followed_count, followed_capacity;
    int64_t flush_time; /* of the flush under way: what it dates rows with */
    bool has_hooks;     /* some model has */
    bool in_hook;       /* one is being called */
    struct written *written;
    size_t written_count, written_capacity;
    size_t written_told; /* so many were told that they are written */
    struct undo *undos;
    size_t undo_count, undo_capacity;
    struct arena undo_arena;
    struct alias_past *alias_pasts; /* see alias.c */
    size_t alias_past_count, alias_past_capacity;
    struct savepoint *savepoints; /* the innermost last */
    size_t savepoint_count, savepoint_capacity;
    size_t savepoints_missed; /* begun when the session had failed: they are none */
    size_t released; /* the outermost that the server has and we do not; 0: none */
    char release[40];
    uint64_t mark;   /* of the innermost savepoint, or `wrote`; see undo.h */
    uint64_t loads;  /* counts results that became objects */
    bool undo_rests; /* nothing is noted: we go back, or what is published is committed
                      */
};

/* Referenced models have lower numbers than referring ones. */
static inline size_t session_number(
    const struct orm_session *s, const struct orm_model *m)
{
    return numbers_find(&s->numbers, m);
}

/* `m` is of the session's schema, or orm_table() and orm_open() refused it. */
static inline struct model_state *session_model(
    const struct orm_session *s, const struct orm_model *m)
{
    return &s->models[session_number(s, m)];
}

/* Of a manager that is a whole table. */
static inline struct model_state *table_state(struct orm_manager *m)
{
    return (
        struct model_state *)(void *)((char *)m - offsetof(struct model_state, table));
}

/* In place of a connection that is lost; its transaction went with it.  False: the
 * error is recorded. */
bool session_connect_again(struct orm_session *s);

/* Every table is compared with its model before it is written again. */
void session_distrust_tables(struct orm_session *s);

/* False, and ORM_NOMEM is recorded. */
bool session_nomem(struct orm_session *s);

#endif
