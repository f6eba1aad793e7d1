/* random_test.c: random programs, beside a mirror in plain arrays; books have a lazy
 * column and are counted, their chapters have a key of two columns.
 *
 * Whatever was recorded, flushed, committed or rolled back: memory shows what the
 * mirror holds, and after a commit so does the database.  A failure names its seed;
 * ORMGEN_SEED=n runs that program alone, ORMGEN_TORTURE=full fifty times as many. */
#include "library_test.h"

#define AUTHORS  12
#define BOOKS    40
#define TAGS     4
#define CHAPTERS 3
#define PROGRAMS 100
#define STEPS    60

struct mirror_book {
    bool live;
    int author;
    int editor; /* -1: none */
    int pages;  /* -1: null */
    int blurb;  /* -1: null; lazy */
    unsigned tags;
    struct chapter *chapters[CHAPTERS]; /* NULL: there is none */
    int headings[CHAPTERS];             /* -1: null */
};

struct mirror {
    bool authors[AUTHORS];
    struct mirror_book books[BOOKS];
};

static struct mirror now;
static struct mirror committed;
static struct author *authors[AUTHORS];
static struct book *books[BOOKS];
static struct tag *tags[TAGS];
static struct orm_session *s;

static unsigned seed;
static unsigned step;
static uint64_t state_of_chance;
static char history[STEPS * 48];

static unsigned chance(unsigned below)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state_of_chance >> 33) % below;
}

PGTEST_PRINTF(1, 2)
static void note(const char *format, ...)
{
    const size_t at = strlen(history);
    va_list values;
    va_start(values, format);
    vsnprintf(history + at, sizeof history - at, format, values);
    va_end(values);
}

#define check(condition)                                                               \
    do {                                                                               \
        if (!(condition))                                                              \
            fail_msg("seed %u, step %u: %s\n%s\n%s", seed, step, #condition,           \
                orm_message(s), history);                                              \
    } while (0)

/* -- What memory shows ------------------------------------------------------------- */

static int index_of_book(const struct book *b)
{
    for (int i = 0; i < BOOKS; i++)
        if (books[i] == b)
            return i;
    return -1;
}

static int index_of_tag(const struct tag *t)
{
    for (int i = 0; i < TAGS; i++)
        if (tags[i] == t)
            return i;
    return -1;
}

static void check_list(const struct book_list *list, uint64_t expected)
{
    uint64_t found = 0;
    orm_each(struct book, b, list) {
        const int i = index_of_book(b);
        check(i >= 0);
        check(!(found >> i & 1));
        found |= (uint64_t)1 << i;
    }
    check(found == expected);
}

static void look_at_author(int a)
{
    uint64_t written = 0;
    uint64_t edited = 0;
    for (int i = 0; i < BOOKS; i++)
        if (now.books[i].live) {
            written |= (uint64_t)(now.books[i].author == a) << i;
            edited |= (uint64_t)(now.books[i].editor == a) << i;
        }
    note("look a%d; ", a);
    check_list(book_all(author_books(authors[a])), written);
    check_list(book_all(author_edited(authors[a])), edited);
    if (committed.authors[a]) {
        check(book_count(author_books(authors[a]), NULL) ==
              (size_t)__builtin_popcountll(written));
        check(book_exists(author_edited(authors[a]), NULL) == (edited != 0));
    }
}

static void look_at_book(int i)
{
    const struct mirror_book *m = &now.books[i];
    struct book *b = books[i];
    note("look b%d; ", i);
    check(book_author(b) == authors[m->author]);
    check(book_editor(b) == (m->editor < 0 ? NULL : authors[m->editor]));
    check(book_has_pages(b) == (m->pages >= 0));
    check(book_pages(b) == (m->pages < 0 ? 0 : m->pages));
    if (chance(2)) {
        check(book_has_blurb(b) == (m->blurb >= 0));
        check(atoi(book_blurb(b)) == (m->blurb < 0 ? 0 : m->blurb));
    }
    unsigned found = 0;
    orm_each(struct tag, t, tag_all(book_tags(b))) {
        const int k = index_of_tag(t);
        check(k >= 0 && !(found >> k & 1));
        found |= 1u << k;
    }
    check(found == m->tags);
}

static void look_at_chapters(int i)
{
    const struct mirror_book *m = &now.books[i];
    unsigned expected = 0, found = 0;
    note("look c%d; ", i);
    for (int n = 0; n < CHAPTERS; n++)
        expected |= (unsigned)(m->chapters[n] != NULL) << n;
    orm_each(struct chapter, c, chapter_all(book_chapters(books[i]))) {
        const int n = chapter_number(c);
        check(n >= 0 && n < CHAPTERS && !(found >> n & 1));
        check(c == m->chapters[n]);
        check(chapter_book(c) == books[i]);
        check(chapter_has_heading(c) == (m->headings[n] >= 0));
        check(chapter_heading(c) == (m->headings[n] < 0 ? 0 : m->headings[n]));
        found |= 1u << n;
    }
    check(found == expected);
}

static void look_at_tag(int k)
{
    uint64_t expected = 0;
    for (int i = 0; i < BOOKS; i++)
        expected |= (uint64_t)(now.books[i].live && (now.books[i].tags >> k & 1)) << i;
    note("look t%d; ", k);
    check_list(book_all(tag_books(tags[k])), expected);
}

static void look_at_everything(void)
{
    for (int a = 0; a < AUTHORS; a++)
        if (now.authors[a])
            look_at_author(a);
    for (int i = 0; i < BOOKS; i++)
        if (now.books[i].live) {
            look_at_book(i);
            look_at_chapters(i);
        }
    for (int k = 0; k < TAGS; k++)
        look_at_tag(k);
}

/* -- What the database shows ------------------------------------------------------- */

static void check_chapters(void)
{
    char expected[BOOKS * CHAPTERS * 24];
    size_t at = 0;
    expected[0] = '\0';
    for (int i = 0; i < BOOKS; i++)
        for (int n = 0; n < CHAPTERS && now.books[i].live; n++)
            if (now.books[i].chapters[n])
                at += (size_t)snprintf(expected + at, sizeof expected - at,
                    "%s%d|%d|%d|%d", at ? "\n" : "", i, n, now.books[i].headings[n],
                    (int)chapter_revision(now.books[i].chapters[n]));
    const char *found =
        db_text(db, "select b.title, c.number, coalesce(heading, -1), c.revision"
                    " from chapter c join book b on b.id = c.book_id order by "
                    "b.title::int, number");
    if (strcmp(found, expected) != 0)
        fail_msg("seed %u, step %u: the database has\n%s\n-- and not\n%s\n-- after %s",
            seed, step, found, expected, history);
}

static void check_database(void)
{
    check_chapters();
    char expected[BOOKS * 80];
    size_t at = 0;
    expected[0] = '\0';
    for (int i = 0; i < BOOKS; i++) {
        const struct mirror_book *m = &now.books[i];
        if (!m->live)
            continue;
        char editor[16] = "-";
        char blurb[16] = "-";
        char pages[16] = "-";
        if (m->editor >= 0)
            snprintf(editor, sizeof editor, "%d", m->editor);
        if (m->pages >= 0)
            snprintf(pages, sizeof pages, "%d", m->pages);
        if (m->blurb >= 0)
            snprintf(blurb, sizeof blurb, "%d", m->blurb);
        at += (size_t)snprintf(expected + at, sizeof expected - at,
            "%s%d|%d|%s|%s|%s|%d|%u", at ? "\n" : "", i, m->author, editor, pages,
            blurb, (int)book_revision(books[i]), m->tags);
    }
    const char *found = db_text(db,
        "select b.title, a.name, e.name, b.pages, b.blurb, b.revision, "
        "coalesce((select sum(1 << (tag_id - "
        "1)::int)"
        " from book_tags j where j.book_id = b.id), 0) from book b"
        " join author a on a.id = b.author_id left join author e on e.id = b.editor_id"
        " order by b.title::int");
    if (strcmp(found, expected) != 0)
        fail_msg("seed %u, step %u: the database has\n%s\n-- and not\n%s\n-- after %s",
            seed, step, found, expected, history);
}

/* -- Steps ------------------------------------------------------------------------- */

static int some_author(void)
{
    const int first = (int)chance(AUTHORS);
    for (int k = 0; k < AUTHORS; k++)
        if (now.authors[(first + k) % AUTHORS])
            return (first + k) % AUTHORS;
    return -1;
}

static int some_book(void)
{
    const int first = (int)chance(BOOKS);
    for (int k = 0; k < BOOKS; k++)
        if (now.books[(first + k) % BOOKS].live)
            return (first + k) % BOOKS;
    return -1;
}

static void new_author(void)
{
    for (int a = 0; a < AUTHORS; a++)
        if (!now.authors[a] && !committed.authors[a]) {
            char name[8];
            snprintf(name, sizeof name, "%d", a);
            note("new a%d; ", a);
            authors[a] = author_new(author_table(s));
            author_set_name(authors[a], name);
            now.authors[a] = true;
            return;
        }
}

static void new_book(void)
{
    const int a = some_author();
    if (a < 0)
        return;
    for (int i = 0; i < BOOKS; i++)
        if (!now.books[i].live && !committed.books[i].live) {
            char title[8];
            snprintf(title, sizeof title, "%d", i);
            const bool by_slot = chance(2);
            note("new b%d of a%d%s; ", i, a, by_slot ? " by slot" : "");
            books[i] = book_new(by_slot ? author_books(authors[a]) : book_table(s));
            if (!by_slot)
                book_set_author(books[i], authors[a]);
            book_set_title(books[i], title);
            now.books[i] = (struct mirror_book){
                .live = true, .author = a, .editor = -1, .pages = -1, .blurb = -1};
            return;
        }
}

static void change_book(void)
{
    const int i = some_book();
    const int a = some_author();
    if (i < 0)
        return;
    struct mirror_book *m = &now.books[i];
    const int k = (int)chance(TAGS);
    char text[8];
    switch (chance(11)) {
    case 0:
        m->pages = (int)chance(5);
        note("b%d pages %d; ", i, m->pages);
        book_set_pages(books[i], m->pages);
        break;
    case 1:
        m->pages = -1;
        note("b%d no pages; ", i);
        book_clear_pages(books[i]);
        break;
    case 2:
        m->author = a;
        note("b%d author a%d; ", i, a);
        book_set_author(books[i], authors[a]);
        break;
    case 3:
        m->author = a;
        note("add b%d to a%d; ", i, a);
        book_add(author_books(authors[a]), books[i]);
        break;
    case 4:
        m->editor = a;
        note("b%d editor a%d; ", i, a);
        book_set_editor(books[i], authors[a]);
        break;
    case 5:
        note("b%d no editor; ", i);
        if (m->editor >= 0 && chance(2))
            book_remove(author_edited(authors[m->editor]), books[i]);
        else
            book_clear_editor(books[i]);
        m->editor = -1;
        break;
    case 6:
        m->tags |= 1u << k;
        note("b%d add t%d; ", i, k);
        if (chance(2))
            tag_add(book_tags(books[i]), tags[k]);
        else
            book_add(tag_books(tags[k]), books[i]);
        break;
    case 7:
        m->tags &= ~(1u << k);
        note("b%d remove t%d; ", i, k);
        if (chance(2))
            tag_remove(book_tags(books[i]), tags[k]);
        else
            book_remove(tag_books(tags[k]), books[i]);
        break;
    case 8:
        m->blurb = (int)chance(5);
        note("b%d blurb %d; ", i, m->blurb);
        snprintf(text, sizeof text, "%d", m->blurb);
        book_set_blurb(books[i], text);
        break;
    case 9:
        m->blurb = -1;
        note("b%d no blurb; ", i);
        book_clear_blurb(books[i]);
        break;
    default:
        m->live = false;
        note("delete b%d; ", i);
        for (int n = 0; n < CHAPTERS; n++)
            chapter_delete(m->chapters[n]);
        book_delete(books[i]);
    }
}

static void new_chapter(int i, int n)
{
    struct mirror_book *m = &now.books[i];
    const bool by_slot = chance(2);
    note("new c%d.%d%s; ", i, n, by_slot ? " by slot" : "");
    struct chapter *c =
        chapter_new(by_slot ? book_chapters(books[i]) : chapter_table(s));
    if (!by_slot)
        chapter_set_book(c, books[i]);
    chapter_set_number(c, n);
    m->chapters[n] = c;
    m->headings[n] = -1;
}

/* The row may be there, in memory or not; what is changed in its object stays. */
static void upsert_chapter(int i, int n)
{
    struct mirror_book *m = &now.books[i];
    const bool changes = m->chapters[n] && chance(2);
    note("upsert c%d.%d%s; ", i, n, changes ? " that changes" : "");
    if (m->chapters[n])
        check(orm_flush(s));
    struct chapter *c = chapter_new(chapter_table(s));
    chapter_set_book(c, books[i]);
    chapter_set_number(c, n);
    m->headings[n] = (int)chance(5);
    chapter_set_heading(c, m->headings[n]);
    chapter_upsert(chapter_table(s), CHAPTER_BY_BOOK_NUMBER, c);
    if (changes) {
        m->headings[n] = 7 + (int)chance(2);
        chapter_set_heading(m->chapters[n], m->headings[n]);
    }
    check(orm_flush(s));
    if (m->chapters[n])
        check(chapter_get(chapter_table(s), book_id(books[i]), n) == m->chapters[n]);
    else
        m->chapters[n] = c;
}

static void change_chapter(void)
{
    const int i = some_book();
    const int n = (int)chance(CHAPTERS);
    if (i < 0)
        return;
    struct mirror_book *m = &now.books[i];
    if (chance(4) == 0)
        upsert_chapter(i, n);
    else if (!m->chapters[n])
        new_chapter(i, n);
    else if (chance(2)) {
        m->headings[n] = (int)chance(5);
        note("c%d.%d heading %d; ", i, n, m->headings[n]);
        chapter_set_heading(m->chapters[n], m->headings[n]);
    } else {
        note("delete c%d.%d; ", i, n);
        chapter_delete(m->chapters[n]);
        m->chapters[n] = NULL;
    }
}

static void commit(void)
{
    note("commit; ");
    check(orm_commit(s));
    committed = now;
    check_database();
}

static void roll_back(void)
{
    note("rollback; ");
    orm_rollback(s);
    check(orm_ok(s));
    now = committed;
}

static void load_everything(void)
{
    memset(authors, 0, sizeof authors);
    memset(books, 0, sizeof books);
    for (int k = 0; k < TAGS; k++)
        check((tags[k] = tag_get(tag_table(s), k + 1)));
    orm_each(struct author, a, author_all(author_table(s)))
        authors[atoi(author_name(a))] = a;
    orm_each(struct book, b, book_all(book_table(s)))
        books[atoi(book_title(b))] = b;
    orm_each(struct chapter, c, chapter_all(chapter_table(s)))
        now.books[atoi(book_title(chapter_book(c)))].chapters[chapter_number(c)] = c;
    committed = now;
}

static void start_anew(void)
{
    note("reset; ");
    orm_reset(s);
    check(orm_ok(s));
    now = committed;
    load_everything();
}

/* The database cascades: what it did to the books is known after the commit. */
static void delete_author(void)
{
    const int a = some_author();
    if (a < 0)
        return;
    commit();
    note("delete a%d; ", a);
    author_delete(authors[a]);
    if (chance(3) == 0) {
        roll_back();
        return;
    }
    now.authors[a] = false;
    for (int i = 0; i < BOOKS; i++) {
        if (now.books[i].author == a)
            now.books[i].live = false;
        if (now.books[i].editor == a)
            now.books[i].editor = -1;
    }
    commit();
    authors[a] = NULL;
}

static void take_step(void)
{
    const unsigned what = chance(100);
    if (what < 8)
        new_author();
    else if (what < 24)
        new_book();
    else if (what < 58)
        change_book();
    else if (what < 68)
        change_chapter();
    else if (what < 74 && some_author() >= 0)
        look_at_author(some_author());
    else if (what < 78 && some_book() >= 0)
        look_at_book(some_book());
    else if (what < 80 && some_book() >= 0)
        look_at_chapters(some_book());
    else if (what < 84)
        look_at_tag((int)chance(TAGS));
    else if (what < 87)
        look_at_everything();
    else if (what < 90)
        check((note("flush; "), orm_flush(s)));
    else if (what < 94)
        commit();
    else if (what < 97)
        roll_back();
    else if (what < 98)
        start_anew();
    else
        delete_author();
    check(orm_ok(s));
}

static void run_program(unsigned number)
{
    seed = number;
    state_of_chance = number * 2654435761u + 1;
    history[0] = '\0';
    memset(&now, 0, sizeof now);
    memset(&committed, 0, sizeof committed);
    db_truncate(db);
    db_exec(db, "insert into tags (name) values ('t0'), ('t1'), ('t2'), ('t3')");
    s = open_library();
    load_everything();
    for (step = 0; step < STEPS; step++)
        take_step();
    look_at_everything();
    commit();
    look_at_everything();
    start_anew();
    look_at_everything();
    close_library(s);
}

static void random_programs_do_what_their_mirror_does(void **state)
{
    (void)state;
    const char *one = getenv("ORMGEN_SEED");
    const bool full = getenv("ORMGEN_TORTURE") != NULL;
    if (one)
        run_program((unsigned)atoi(one));
    else
        for (unsigned number = 1; number <= (full ? 50 : 1) * PROGRAMS; number++)
            run_program(number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(random_programs_do_what_their_mirror_does),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
