/* yaml_tree.c: the only file that knows libyaml.
 *
 * Events, not documents: libyaml's tree is quadratic in anchors, follows aliases into
 * circles and takes a key twice.  Here every event is counted and weighed before the
 * next one is asked for, so no file costs more than its limits allow. */
#include "yaml_tree.h"

#include "strmap.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/* ---- the file ---- */

static const char *kind_of_file(mode_t mode)
{
    return S_ISDIR(mode)    ? "a directory"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

/* The whole file, NULL with the reason in `d`. */
static char *read_file(int fd, unsigned file, size_t *size, struct diag *d)
{
    const struct place whole_file = {.file = file};
    struct stat info;
    if (fstat(fd, &info) != 0) {
        diag_error(d, ERR_FILE, whole_file, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    if (!S_ISREG(info.st_mode)) {
        diag_error(d, ERR_FILE, whole_file,
            "this is %s; give ormgen the path of a YAML file",
            kind_of_file(info.st_mode));
        return NULL;
    }
    if (info.st_size > YAML_MAX_FILE) {
        diag_error(d, ERR_BUDGET, whole_file,
            "this has %lld bytes; a schema has at most %d: split it into several files",
            (long long)info.st_size, YAML_MAX_FILE);
        return NULL;
    }

    char *text = must_alloc((size_t)info.st_size + 1);
    size_t used = 0;
    while (used < (size_t)info.st_size) {
        const ssize_t got = read(fd, text + used, (size_t)info.st_size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            diag_error(d, ERR_FILE, whole_file, "cannot be read: %s", strerror(errno));
            free(text);
            return NULL;
        }
        if (got == 0)
            break; /* somebody made it shorter meanwhile */
        used += (size_t)got;
    }
    *size = used;
    return text;
}

/* Bytes that no schema may hold, wherever they stand.  False if the text is no text. */
static bool check_characters(
    const char *text, size_t size, unsigned file, struct diag *d)
{
    const struct place whole_file = {.file = file};
    if (size >= 2 &&
        (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
        diag_error(d, ERR_CHARACTER, whole_file, "this is UTF-16; save it as UTF-8");
        return false;
    }
    const size_t before = diag_count(d);
    struct place at = {.line = 1, .column = 1, .end_column = 2, .file = file};
    for (size_t i = 0, length; i < size; i += length) {
        uint32_t c = 0;
        length = text_decode(text + i, size - i, &c);
        if (length == 0) {
            diag_error(d, ERR_CHARACTER, at,
                "byte 0x%02X is not UTF-8; save the file as UTF-8",
                (unsigned char)text[i]);
            return false;
        }
        const bool lone_return = c == '\r' && (i + 1 == size || text[i + 1] != '\n');
        const char *why =
            lone_return ? "is a line end that editors do not show" : text_hazard(c);
        if (i == 0 && c == 0xfeff)
            diag_error(d, ERR_CHARACTER, at,
                "the file begins with a byte order mark; save the file as UTF-8 "
                "without one");
        else if (why)
            diag_error(d, ERR_CHARACTER, at,
                "U+%04X is not allowed here: it %s; delete it", (unsigned)c, why);
        if (c == '\n')
            at.line++, at.column = 1, at.end_column = 2;
        else
            at.column++, at.end_column++;
    }
    return diag_count(d) == before;
}

/* ---- events ---- */

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct diag *diag;
    unsigned file;
    size_t events;
    unsigned depth;
};

/* What stands on several lines is marked where it begins. */
static struct place place_of(const struct reader *r, yaml_mark_t start, yaml_mark_t end)
{
    const unsigned column = (unsigned)start.column + 1;
    const bool has_width = end.line == start.line && end.column > start.column;
    return (struct place){
        .line = (unsigned)start.line + 1,
        .column = column,
        .end_column = has_width ? (unsigned)end.column + 1 : column + 1,
        .file = r->file,
    };
}

static bool refuse(
    struct reader *r, enum diag_code code, const yaml_event_t *e, const char *message)
{
    diag_error(r->diag, code, place_of(r, e->start_mark, e->end_mark), "%s", message);
    return false;
}

/* What libyaml says, and what people mostly did. */
static const struct {
    const char *problem;
    const char *help;
} remedies[] = {
    {"mapping values are not allowed in this context",
        "a ':' where none can be; is the line above indented alike and complete? A "
        "text that holds ': ' needs quotes"},
    {"found character that cannot start any token",
        "this character cannot begin a text; put the text in quotes"},
    {"did not find expected ',' or '}'",
        "a '{' is not closed before this, or a ',' is missing; between braces a type "
        "like \"int4[]\" needs quotes"},
    {"did not find expected ',' or ']'",
        "a '[' is not closed before this, or a ',' is missing"},
    {"did not find expected key",
        "this does not continue what is above; is it indented alike?"},
    {"did not find expected '-' indicator",
        "this does not continue the list above; is it indented alike?"},
    {"could not find expected ':'", "a line without its ':'; write \"name: value\""},
    {"did not find expected node content", "something is missing before this"},
    {"block sequence entries are not allowed in this context",
        "a list item where none can be; put it on a line of its own, below its key"},
    {"block mapping entries are not allowed in this context",
        "a '?' where none can be; write \"name: value\""},
    {"mapping keys are not allowed in this context",
        "a '?' where none can be; write \"name: value\""},
    {"did not find expected <document start>",
        "this does not continue what is above; is it indented alike?"},
    {"found unknown escape character", "an unknown \\ escape in double quotes; write "
                                       "'...' with single quotes instead"},
    {"did not find expected hexdecimal number",
        "this \\ escape needs hexadecimal digits"},
    {"found invalid Unicode character escape code", "this \\ escape is no character"},
};

static const char *help_with(const yaml_parser_t *p)
{
    const bool no_token =
        p->problem &&
        strcmp(p->problem, "found character that cannot start any token") == 0;
    if (no_token && *p->buffer.pointer == '\t')
        return "a tab; indent with spaces";
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        if (p->problem && strcmp(remedies[i].problem, p->problem) == 0)
            return remedies[i].help;
    return p->problem ? p->problem : "libyaml gave up";
}

static void report_problem(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const struct place here = place_of(r, p->problem_mark, p->problem_mark);
    const struct place start = place_of(r, p->context_mark, p->context_mark);
    const bool in_quotes =
        p->context && strcmp(p->context, "while scanning a quoted scalar") == 0;
    if (in_quotes) {
        diag_error(r->diag, ERR_YAML, start, "this quote is not closed");
        return;
    }
    diag_error(r->diag, ERR_YAML, here, "%s", help_with(p));
    if (p->context && start.line != here.line)
        diag_note(r->diag, start, "it began here");
}

/* Features and sizes that no schema needs. */
static bool weigh(struct reader *r, const yaml_event_t *e)
{
    if (++r->events > YAML_MAX_EVENTS)
        return refuse(r, ERR_BUDGET, e,
            "the file holds more than a million pieces; split it into several files");

    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        if (e->data.scalar.length > YAML_MAX_SCALAR)
            return refuse(
                r, ERR_BUDGET, e, "a text of more than 65536 bytes; shorten it");
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    } else if (e->type == YAML_ALIAS_EVENT) {
        return refuse(r, ERR_YAML_FEATURE, e,
            "aliases (*name) are not read; write out what it stands for");
    }
    if (anchor)
        return refuse(r, ERR_YAML_FEATURE, e,
            "anchors (&name) are not read; write things out where they are needed");
    if (tag)
        return refuse(r, ERR_YAML_FEATURE, e,
            "tags (!name) are not read: every value is text; delete the tag");
    return true;
}

/* The next event, to be deleted.  False: reading ends, and `d` has why. */
static bool next_event(struct reader *r, yaml_event_t *e)
{
    if (!yaml_parser_parse(&r->parser, e)) {
        if (r->parser.error == YAML_MEMORY_ERROR)
            out_of_memory();
        report_problem(r);
        return false;
    }
    if (weigh(r, e))
        return true;
    yaml_event_delete(e);
    return false;
}

/* ---- the tree ---- */

static struct node *read_node(struct reader *r, const yaml_event_t *e);

/* Escapes in double quotes can make what check_characters() has not seen. */
static void check_scalar(struct reader *r, const struct node *n, size_t length)
{
    for (size_t i = 0, bytes; i < length; i += bytes) {
        uint32_t c = 0;
        bytes = text_decode(n->text + i, length - i, &c);
        const char *why = bytes ? text_hazard(c) : "is not a character";
        if (!why && c == '\r')
            why = "is a control character";
        if (why) {
            diag_error(r->diag, ERR_CHARACTER, n->place,
                "U+%04X is not allowed in a text: it %s; delete the escape",
                (unsigned)c, why);
            return;
        }
    }
}

static struct node *read_scalar(struct reader *r, const yaml_event_t *e)
{
    struct node *n = arena_alloc(r->arena, sizeof *n);
    n->kind = NODE_TEXT;
    n->place = place_of(r, e->start_mark, e->end_mark);
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    n->text =
        arena_copy(r->arena, (const char *)e->data.scalar.value, e->data.scalar.length);
    n->length = strlen(n->text);
    n->from = e->start_mark.index;
    n->to = e->end_mark.index;
    check_scalar(r, n, e->data.scalar.length);
    return n;
}

/* A key stands once in its map, and is a word. */
static const struct node *read_key(
    struct reader *r, const yaml_event_t *e, struct strmap *seen, bool *duplicate)
{
    if (e->type != YAML_SCALAR_EVENT) {
        refuse(r, ERR_YAML_FEATURE, e, "a map or list as a key; write \"name: value\"");
        return NULL;
    }
    struct node *key = read_scalar(r, e);
    if (!key->quoted && strcmp(key->text, "<<") == 0) {
        refuse(r, ERR_YAML_FEATURE, e,
            "merge keys (<<) are not read; write out what it would merge");
        return NULL;
    }
    const struct node *other = strmap_add(seen, key->text, key);
    *duplicate = other != NULL;
    if (other) {
        diag_error(r->diag, ERR_DUPLICATE_KEY, key->place,
            "\"%.60s\" is written twice; rename or delete one", key->text);
        diag_note(r->diag, other->place, "the first one is here");
    }
    return key;
}

static struct node *read_collection(struct reader *r, const yaml_event_t *start)
{
    const bool is_map = start->type == YAML_MAPPING_START_EVENT;
    const yaml_event_type_t end =
        is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    if (++r->depth > YAML_MAX_DEPTH) {
        refuse(r, ERR_BUDGET, start, "nested more than 32 deep; a schema needs 6");
        return NULL;
    }

    struct node *n = arena_alloc(r->arena, sizeof *n);
    n->kind = is_map ? NODE_MAP : NODE_LIST;
    n->place = place_of(r, start->start_mark, start->end_mark);
    struct strmap seen = {.arena = r->arena};
    const struct node **tail = &n->first;
    for (;;) {
        yaml_event_t e;
        if (!next_event(r, &e))
            return NULL;
        if (e.type == end) {
            if (start->start_mark.line == e.end_mark.line)
                n->place = place_of(r, start->start_mark, e.end_mark);
            yaml_event_delete(&e);
            break;
        }
        const struct node *key = NULL;
        bool duplicate = false;
        if (is_map) {
            key = read_key(r, &e, &seen, &duplicate);
            yaml_event_delete(&e);
            if (!key || !next_event(r, &e))
                return NULL;
        }
        struct node *entry = read_node(r, &e);
        yaml_event_delete(&e);
        if (!entry)
            return NULL;
        if (duplicate)
            continue;
        entry->key = key;
        *tail = entry;
        tail = &entry->next;
        n->count++;
    }
    r->depth--;
    return n;
}

static struct node *read_node(struct reader *r, const yaml_event_t *e)
{
    return e->type == YAML_SCALAR_EVENT ? read_scalar(r, e) : read_collection(r, e);
}

/* The one document of the file; NULL if it holds nothing or is refused. */
static const struct node *read_document(struct reader *r)
{
    const struct node *root = NULL;
    bool more = true;
    for (size_t documents = 0; more;) {
        yaml_event_t e;
        if (!next_event(r, &e))
            return NULL;
        switch (e.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (e.data.document_start.version_directive ||
                e.data.document_start.tag_directives.start !=
                    e.data.document_start.tag_directives.end)
                more = refuse(r, ERR_YAML_FEATURE, &e,
                    "directives (%YAML, %TAG) are not read; delete the line");
            else if (++documents > 1)
                more = refuse(r, ERR_BUDGET, &e,
                    "a second document; a file holds one schema: delete the ---");
            if (!more)
                root = NULL;
            break;
        case YAML_STREAM_END_EVENT:
            more = false;
            break;
        default:
            root = read_node(r, &e);
            more = root != NULL;
            break;
        }
        yaml_event_delete(&e);
    }
    return root;
}

const struct node *yaml_parse(
    const char *text, size_t size, unsigned file, struct arena *a, struct diag *d)
{
    const struct place whole_file = {.file = file};
    diag_text(d, text, size);
    if (!check_characters(text, size, file, d))
        return NULL;

    struct reader r = {.arena = a, .diag = d, .file = file};
    if (!yaml_parser_initialize(&r.parser))
        out_of_memory();
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    const size_t before = diag_count(d);
    const struct node *root = read_document(&r);
    yaml_parser_delete(&r.parser);
    if (!root && diag_count(d) == before)
        diag_error(d, ERR_MISSING, whole_file,
            "this holds nothing; a schema begins with \"models:\"");
    return root;
}

const struct node *yaml_read(
    const char *path, unsigned file, struct arena *a, struct diag *d)
{
    const struct place whole_file = {.file = file};
    /* O_NONBLOCK: a pipe without a writer must not keep us waiting. */
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        diag_error(d, ERR_FILE, whole_file, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    size_t size = 0;
    char *text = read_file(fd, file, &size, d);
    close(fd);
    if (!text)
        return NULL;
    const struct node *root = yaml_parse(text, size, file, a, d);
    free(text);
    return root;
}
