/* session.c: what a session says of itself. */
#include "session/session.h"

#include "base/clock.h"

void session_distrust_tables(struct orm_session *s)
{
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        s->models[i].verified = 0;
        s->models[i].witness = NULL;
    }
}

bool session_nomem(struct orm_session *s)
{
    return error_nomem(&s->error);
}

void orm_set_deadline(struct orm_session *s, unsigned milliseconds)
{
    if (s)
        s->deadline = milliseconds ? clock_now() + milliseconds : CLOCK_NEVER;
}

void orm_show_details(struct orm_session *s, bool on)
{
    if (s)
        s->shows_details = on;
}

static const struct orm_error no_session = {
    .code = ORM_NOMEM, .message = "no session: memory was out when it was opened"};

const struct orm_error *orm_last_error(const struct orm_session *s)
{
    return s ? &s->error : &no_session;
}

enum orm_code orm_status(const struct orm_session *s)
{
    return orm_last_error(s)->code;
}

const char *orm_message(const struct orm_session *s)
{
    return orm_last_error(s)->message;
}

uint64_t orm_statements(const struct orm_session *s)
{
    return s ? s->statement_count : 0;
}

uint64_t orm_round_trips(const struct orm_session *s)
{
    return s ? s->round_trips + pg_round_trips(s->pg) : 0;
}
