/* retry.c: a unit of work that runs until it does not meet another one.
 *
 * PostgreSQL asks for it (manual, 13.5 "Serialization Failure Handling"): the whole
 * transaction again, with all the logic that decides what to do.  The pause grows and
 * is drawn at random, so that two that met do not meet again. */
#include "base/clock.h"
#include "objects/slot.h"

#define ATTEMPTS      5
#define FIRST_PAUSE   4 /* milliseconds */
#define LONGEST_PAUSE 1000

/* From half of it to all of it. */
static int64_t draw(struct orm_session *s, int64_t pause)
{
    uint64_t x = (uint64_t)clock_wall() ^ (uintptr_t)s ^ s->stamp;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return pause - (int64_t)(x % (uint64_t)(pause / 2 + 1));
}

static bool is_outermost(struct orm_session *s)
{
    if (s->transaction != TX_NONE)
        return error_set(&s->error, ORM_INVALID,
            "orm_transaction: a transaction is open; only the outermost one can run "
            "again");
    if (s->change_count || s->link_count)
        return error_set(&s->error, ORM_INVALID,
            "orm_transaction: %zu changes wait to be written; commit them before, or "
            "make them in the function",
            s->change_count + s->link_count);
    return !s->error.code;
}

static bool run_once(struct orm_session *s,
    bool (*work)(struct orm_session *s, void *arg), void *arg,
    const struct orm_begin_options *begin)
{
    orm_begin_with(s, begin);
    if (s->error.code)
        return false;
    const bool wanted = work(s, arg);
    if (wanted)
        return orm_commit(s);
    if (!s->error.code)
        orm_rollback(s);
    return false;
}

/* Whether another attempt may succeed and there is time for it. */
static bool may_run_again(
    const struct orm_session *s, unsigned attempts_left, int64_t pause)
{
    return s->error.code == ORM_CONFLICT && s->error.retryable && attempts_left &&
           (s->deadline == CLOCK_NEVER || clock_now() + pause < s->deadline);
}

bool orm_transaction(struct orm_session *s,
    bool (*work)(struct orm_session *s, void *arg), void *arg,
    const struct orm_transaction_options *options)
{
    if (!s || !is_outermost(s))
        return false;
    const struct orm_begin_options *begin = options ? &options->begin : NULL;
    unsigned left = options && options->attempts ? options->attempts : ATTEMPTS;
    const int64_t deadline = s->deadline;
    if (options && options->milliseconds) {
        const int64_t own = clock_now() + options->milliseconds;
        s->deadline = own < deadline ? own : deadline;
    }
    object_distrust(s);
    bool good;
    for (int64_t most = FIRST_PAUSE; !(good = run_once(s, work, arg, begin));
         most = most < LONGEST_PAUSE ? most * 2 : most) {
        const int64_t pause = draw(s, most);
        if (!may_run_again(s, --left, pause))
            break;
        clock_sleep(pause);
        orm_reset(s);
    }
    s->deadline = deadline;
    return good;
}
