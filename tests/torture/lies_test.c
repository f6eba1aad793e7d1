/* lies_test.c: the server, or somebody on the way, lies: never a crash, a hang or a
 * value out of nowhere.
 *
 * Every message of a real server in turn is changed in every way of the list below. The
 * script of a server that lies by itself is in fakepg.c. */
#include "chaos.h"
#include "scenario.h"

#include <time.h>

/* When a server breaks the protocol libpq itself loses results: a copy after a
 * description, or a sync before a command was complete, takes the place of what was
 * there.  Results that the runtime would lose are looked for by every other test.  The
 * module is named, since without a symbolizer functions have no names. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libpq.so\n";
}

static struct chaos *proxy;
static char conninfo[1024];

/* -- On the way -------------------------------------------------------------------- */

enum lie {
    DROPPED,
    TWICE,
    OTHER_TYPE,
    COPY_IN_BEFORE,
    NOTICES_BEFORE,
    PARAMETER_BEFORE,
    NOTIFICATION_BEFORE,
    ERROR_BEFORE,
    ERROR_WITHOUT_CODE_INSTEAD,
    GARBAGE_BEFORE,
    HANGS_UP,
    HANGS_UP_HALFWAY,
    MINUS_TWO, /* the first value of a row */
    SHORT_VALUE,
    BEYOND,
    COLUMN_LESS, /* a row, or a description */
    COLUMN_MORE,
    OTHER_OID,
    UNKNOWN_STATUS, /* ready for query */
    OTHER_TAG,      /* command complete */
    LIES
};

static const char *const names[LIES] = {
    [DROPPED] = "dropped",
    [TWICE] = "twice",
    [OTHER_TYPE] = "of another type",
    [COPY_IN_BEFORE] = "after a copy-in",
    [NOTICES_BEFORE] = "after 200 notices",
    [PARAMETER_BEFORE] = "after a parameter status",
    [NOTIFICATION_BEFORE] = "after a notification",
    [ERROR_BEFORE] = "after an error",
    [ERROR_WITHOUT_CODE_INSTEAD] = "replaced by an error without code",
    [GARBAGE_BEFORE] = "after garbage",
    [HANGS_UP] = "cut off",
    [HANGS_UP_HALFWAY] = "cut off halfway",
    [MINUS_TWO] = "with length -2",
    [SHORT_VALUE] = "with a short value",
    [BEYOND] = "with a value beyond it",
    [COLUMN_LESS] = "with a column less",
    [COLUMN_MORE] = "with a column more",
    [OTHER_OID] = "with another type's oid",
    [UNKNOWN_STATUS] = "with an unknown status",
    [OTHER_TAG] = "with another tag",
};

/* Types of the server's messages in an honest run. */
static char types[1024];

struct target {
    enum lie lie;
    unsigned index;
    char type;      /* of the message that was hit; 0: none was */
    unsigned total; /* messages so far */
    bool changed;
};

static void put_changed(struct chaos_edit *edit, const uint8_t *m, size_t len,
    size_t at, const char *bytes, size_t n)
{
    if (at + n > len) {
        chaos_put(edit, m, len);
        return;
    }
    chaos_put(edit, m, at);
    chaos_put(edit, bytes, n);
    chaos_put(edit, m + at + n, len - at - n);
}

static void put_message(
    struct chaos_edit *edit, char type, const void *body, size_t len)
{
    const uint8_t size[4] = {0, 0, (uint8_t)((len + 4) >> 8), (uint8_t)(len + 4)};
    chaos_put(edit, &type, 1);
    chaos_put(edit, size, 4);
    chaos_put(edit, body, len);
}

/* Where the first value's length stands in a row that has one. */
#define FIRST_LENGTH 7

static bool change(struct chaos_edit *edit, enum lie lie, const uint8_t *m, size_t len)
{
    static const char notice[] = "SNOTICE\0C00000\0Mnoise\0";
    static const char error[] = "SERROR\0VERROR\0CXX000\0Ma lie\0";
    static const char codeless[] = "SERROR\0Mno code\0";
    const char type = (char)m[0];
    const bool row = type == 'D' && len >= FIRST_LENGTH + 4 && m[FIRST_LENGTH] != 0xff;
    const bool description = type == 'T';

    switch (lie) {
    case DROPPED:
        return true;
    case TWICE:
        chaos_put(edit, m, len);
        chaos_put(edit, m, len);
        return true;
    case OTHER_TYPE:
        put_changed(edit, m, len, 0, "v", 1);
        return true;
    case COPY_IN_BEFORE:
        put_message(edit, 'G', "\0\0\0", 3);
        break;
    case NOTICES_BEFORE:
        for (int i = 0; i < 200; i++)
            put_message(edit, 'N', notice, sizeof notice);
        break;
    case PARAMETER_BEFORE:
        put_message(edit, 'S', "application_name\0other", 23);
        break;
    case NOTIFICATION_BEFORE:
        put_message(edit, 'A', "\0\0\0\1channel\0payload", 20);
        break;
    case ERROR_BEFORE:
        put_message(edit, 'E', error, sizeof error);
        break;
    case ERROR_WITHOUT_CODE_INSTEAD:
        put_message(edit, 'E', codeless, sizeof codeless);
        return true;
    case GARBAGE_BEFORE:
        chaos_put(edit, "\xff\x01\x02\x03\x04\x05", 6);
        break;
    case HANGS_UP:
        edit->close = true;
        return true;
    case HANGS_UP_HALFWAY:
        chaos_put(edit, m, len / 2);
        edit->close = true;
        return true;
    case MINUS_TWO:
        if (!row)
            return false;
        put_changed(edit, m, len, FIRST_LENGTH, "\xff\xff\xff\xfe", 4);
        return true;
    case SHORT_VALUE: /* the same bytes, cut otherwise: one for the first, the rest lost
                       */
        if (!row)
            return false;
        put_changed(edit, m, len, FIRST_LENGTH, "\0\0\0\1", 4);
        return true;
    case BEYOND:
        if (!row)
            return false;
        put_changed(edit, m, len, FIRST_LENGTH, "\0\1\0\0", 4);
        return true;
    case COLUMN_LESS:
    case COLUMN_MORE: {
        if ((!row && !description) || len < 7)
            return false;
        const char count[2] = {
            (char)m[5], (char)(m[6] + (lie == COLUMN_MORE ? 1 : -1))};
        put_changed(edit, m, len, 5, count, 2);
        return true;
    }
    case OTHER_OID: {
        if (!description)
            return false;
        size_t at = 7;
        while (at < len && m[at])
            at++;
        put_changed(edit, m, len, at + 7, "\0\0\2\x5b", 4);
        return true;
    }
    case UNKNOWN_STATUS:
        if (type != 'Z')
            return false;
        put_changed(edit, m, len, 5, "X", 1);
        return true;
    case OTHER_TAG:
        if (type != 'C')
            return false;
        put_message(edit, 'C', "NONSENSE 99", 12);
        return true;
    case LIES:
        break;
    }
    chaos_put(edit, m, len);
    return true;
}

static void edit_message(struct chaos_edit *edit, unsigned index,
    const uint8_t *message, size_t len, void *arg)
{
    struct target *t = arg;
    t->total = index + 1;
    if (index < sizeof types && t->index == (unsigned)-1)
        types[index] = (char)message[0];
    if (index != t->index) {
        chaos_put(edit, message, len);
        return;
    }
    t->type = (char)message[0];
    t->changed = change(edit, t->lie, message, len);
    if (!t->changed)
        chaos_put(edit, message, len);
}

/* A server that claims to have failed, or to have done something else, is believed. */
static bool is_forged_answer(enum lie lie)
{
    return lie == ERROR_BEFORE || lie == ERROR_WITHOUT_CODE_INSTEAD ||
           lie == OTHER_TAG || lie == OTHER_TYPE;
}

/* Messages that may come at any time. */
static bool is_harmless(enum lie lie)
{
    return lie == NOTICES_BEFORE || lie == PARAMETER_BEFORE ||
           lie == NOTIFICATION_BEFORE;
}

static void run_lie(struct target *t)
{
    char what[96];
    const int64_t token = 1000 + t->index;
    chaos_next(proxy, (struct chaos_rule){.edit = edit_message, .arg = t});
    struct orm_session *s = orm_open(conninfo, &library_schema);
    assert_non_null(s);
    /* Many a lie ends in silence. */
    orm_set_deadline(s, is_harmless(t->lie) ? 10000 : 120);
    const enum scenario_end ended = scenario_run(s, token, NULL);
    const bool committed = ended == SCENARIO_COMMITTED;
    struct orm_error error = *orm_last_error(s);
    snprintf(what, sizeof what, "message %u ('%c') %s", t->index,
        t->type ? t->type : '-', names[t->lie]);
    if (ended == SCENARIO_FAILED)
        assert_failed(s, error.code, NULL, NULL);
    if (is_harmless(t->lie) && !committed)
        fail_msg("%s: %s: %s", what, orm_code_name(error.code), error.message);

    orm_set_deadline(s, 0);
    orm_reset(s);
    /* What was said too much after a good commit shows at the next use only. */
    if (committed && !book_get(book_table(s), 1))
        orm_reset(s);
    scenario_reads(s, what);
    orm_close(s);
    if (is_forged_answer(t->lie))
        error.outcome = ORM_UNKNOWN;
    scenario_check(
        db, token, is_forged_answer(t->lie) ? SCENARIO_FAILED : ended, &error, what);
}

/* Messages of an honest run: those of the greeting are left alone, as a stall there
 * lasts connect_timeout. */
static unsigned first_message;
static unsigned last_message;

static bool applies(enum lie lie, char type)
{
    switch (lie) {
    case MINUS_TWO:
    case SHORT_VALUE:
    case BEYOND:
        return type == 'D';
    case COLUMN_LESS:
    case COLUMN_MORE:
        return type == 'D' || type == 'T';
    case OTHER_OID:
        return type == 'T';
    case UNKNOWN_STATUS:
        return type == 'Z';
    case OTHER_TAG:
        return type == 'C';
    default:
        return true;
    }
}

static void lie_at_every_message(enum lie lie)
{
    unsigned hits = 0;
    for (unsigned index = first_message; index < last_message; index++) {
        if (!applies(lie, types[index]))
            continue;
        struct target t = {.lie = lie, .index = index};
        run_lie(&t);
        hits += t.changed;
    }
    assert_true(hits > 0);
}

static int group_setup(void **state)
{
    db_group_setup(state);
    scenario_arrange(db);
    proxy = chaos_start(PQhost(db), atoi(PQport(db)));
    snprintf(conninfo, sizeof conninfo, "%s",
        db_conninfo_by(db, "127.0.0.1", chaos_port(proxy),
            "application_name=" SCENARIO_NAME " connect_timeout=5"));

    struct target t = {.index = (unsigned)-1};
    chaos_next(proxy, (struct chaos_rule){.edit = edit_message, .arg = &t});
    struct orm_session *s = orm_open(conninfo, &library_schema);
    assert_fine(s);
    first_message = t.total;
    assert_int_equal(scenario_run(s, 1000, NULL), SCENARIO_COMMITTED);
    last_message = t.total;
    orm_close(s);
    scenario_check(db, 1000, SCENARIO_COMMITTED, NULL, "the honest run");
    assert_in_range(last_message, first_message + 20, sizeof types);
    return 0;
}

static int group_teardown(void **state)
{
    chaos_stop(proxy);
    return db_group_teardown(state);
}

static void every_message_dropped(void **state)
{
    (void)state;
    lie_at_every_message(DROPPED);
}

static void every_message_twice(void **state)
{
    (void)state;
    lie_at_every_message(TWICE);
}

static void every_message_of_another_type(void **state)
{
    (void)state;
    lie_at_every_message(OTHER_TYPE);
}

static void something_else_before_every_message(void **state)
{
    (void)state;
    lie_at_every_message(COPY_IN_BEFORE);
    lie_at_every_message(ERROR_BEFORE);
    lie_at_every_message(ERROR_WITHOUT_CODE_INSTEAD);
    lie_at_every_message(GARBAGE_BEFORE);
}

static void what_may_come_at_any_time_before_every_message(void **state)
{
    (void)state;
    lie_at_every_message(NOTICES_BEFORE);
    lie_at_every_message(PARAMETER_BEFORE);
    lie_at_every_message(NOTIFICATION_BEFORE);
}

static void hanging_up_at_every_message(void **state)
{
    (void)state;
    lie_at_every_message(HANGS_UP);
    lie_at_every_message(HANGS_UP_HALFWAY);
}

static void wrong_values_in_every_row(void **state)
{
    (void)state;
    lie_at_every_message(MINUS_TWO);
    lie_at_every_message(SHORT_VALUE);
    lie_at_every_message(BEYOND);
}

static void wrong_columns_in_every_row_and_description(void **state)
{
    (void)state;
    lie_at_every_message(COLUMN_LESS);
    lie_at_every_message(COLUMN_MORE);
    lie_at_every_message(OTHER_OID);
}

static void wrong_ends_of_every_statement(void **state)
{
    (void)state;
    lie_at_every_message(UNKNOWN_STATUS);
    lie_at_every_message(OTHER_TAG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO_TEST(every_message_dropped),
        SCENARIO_TEST(every_message_twice),
        SCENARIO_TEST(every_message_of_another_type),
        SCENARIO_TEST(something_else_before_every_message),
        SCENARIO_TEST(what_may_come_at_any_time_before_every_message),
        SCENARIO_TEST(hanging_up_at_every_message),
        SCENARIO_TEST(wrong_values_in_every_row),
        SCENARIO_TEST(wrong_columns_in_every_row_and_description),
        SCENARIO_TEST(wrong_ends_of_every_statement),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
