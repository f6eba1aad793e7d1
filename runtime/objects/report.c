/* report.c: what is counted of lazy loads.  The words are told in report.h; what is
 * printed of them is in report_text.c. */
#include "objects/report.h"

#include "base/memory.h"
#include "objects/report_way.h"

/* -- Ways -------------------------------------------------------------------------- */

static struct way *find_way(struct report *r, const struct way *from,
    const struct orm_model *m, const void *what)
{
    for (struct way *w = r->first; w; w = w->next)
        if (w->from == from && w->what == what && (what || w->model == m))
            return w;
    return NULL;
}

static struct way *add_way(struct report *r, struct way way)
{
    struct way *w = memory_get(sizeof *w);
    if (!w)
        return NULL;
    *w = way;
    *r->end = w;
    r->end = &w->next;
    return w;
}

struct way *report_root(struct orm_session *s, const struct orm_model *m)
{
    struct way *w = find_way(s->report, NULL, m, NULL);
    return w ? w : add_way(s->report, (struct way){.model = m, .name = m->name});
}

/* Whether `what` is an element of the array. */
static bool is_among(const void *what, const void *first, size_t count, size_t size)
{
    const uintptr_t at = (uintptr_t)what, begin = (uintptr_t)first;
    return at >= begin && at < begin + count * size;
}

struct way *report_beyond(struct orm_session *s, struct way *from, const void *what)
{
    if (!from || !from->model)
        return NULL;
    struct way *known = find_way(s->report, from, NULL, what);
    if (known)
        return known;
    const struct orm_model *m = from->model;
    struct way w = {.from = from, .what = what};
    if (is_among(what, m->to_ones, m->to_one_count, sizeof *m->to_ones)) {
        w.name = ((const struct orm_to_one *)what)->name;
        w.model = ((const struct orm_to_one *)what)->target;
    } else if (is_among(what, m->to_manys, m->to_many_count, sizeof *m->to_manys)) {
        w.name = ((const struct orm_to_many *)what)->name;
        w.model = ((const struct orm_to_many *)what)->target;
    } else if (is_among(what, m->columns, m->column_count, sizeof *m->columns)) {
        w.name = ((const struct orm_column *)what)->field;
    } else {
        return NULL;
    }
    return add_way(s->report, w);
}

/* -- Counts ------------------------------------------------------------------------ */

void report_load(struct way *way, size_t peers)
{
    if (!way)
        return;
    way->loads++;
    way->peers += peers;
}

static uint64_t hash_of(const struct orm_object *o)
{
    return (uintptr_t)o / sizeof(max_align_t);
}

static bool is_same(const struct idmap_key *key, const struct orm_object *o)
{
    return key->hash == hash_of(o);
}

void report_rows(struct way *way, struct orm_object *const *objects, size_t count)
{
    if (!way)
        return;
    way->rows += count;
    if (!objects || !idmap_reserve(&way->unseen, count))
        return;
    for (size_t i = 0; i < count; i++) {
        const struct idmap_key key = {hash_of(objects[i]), is_same};
        if (!idmap_find(&way->unseen, &key))
            idmap_insert(&way->unseen, key.hash, objects[i]);
    }
}

/* Takes the object out of what the way has; false if it was not there. */
static bool take_out(struct way *w, const struct orm_object *o)
{
    const struct idmap_key key = {hash_of(o), is_same};
    if (!w->unseen.count || !idmap_find(&w->unseen, &key))
        return false;
    idmap_remove(&w->unseen, key.hash, o);
    return true;
}

void report_seen(struct orm_session *s, const struct orm_object *o)
{
    for (struct way *w = s->report->first; w; w = w->next)
        take_out(w, o);
}

void report_forget(struct orm_session *s, const struct orm_object *o)
{
    for (struct way *w = s->report->first; w; w = w->next)
        w->gone += take_out(w, o);
}

void report_forget_all(struct orm_session *s)
{
    for (struct way *w = s->report ? s->report->first : NULL; w; w = w->next) {
        w->gone += w->unseen.count;
        idmap_free(&w->unseen);
        w->unseen = (struct idmap){0};
    }
}

/* -- On and off -------------------------------------------------------------------- */

void report_free(struct orm_session *s)
{
    if (!s->report)
        return;
    report_forget_all(s);
    for (struct way *w = s->report->first, *next; w; w = next) {
        next = w->next;
        memory_free(w);
    }
    buffer_free(&s->report->text);
    memory_free(s->report);
    s->report = NULL;
}

static void start_anew(struct orm_session *s)
{
    report_forget_all(s);
    for (struct way *w = s->report->first; w; w = w->next)
        w->loads = w->peers = w->rows = w->gone = 0;
}

void orm_set_report(struct orm_session *s, bool on)
{
    if (!s || on == s->reports)
        return;
    if (on && !s->report) {
        s->report = memory_get_zeroed(sizeof *s->report);
        if (!s->report) {
            session_nomem(s);
            return;
        }
        s->report->end = &s->report->first;
    }
    if (on)
        start_anew(s);
    s->reports = on;
}
