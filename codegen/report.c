/* report.c: a run's mistakes, in the format that was asked for.
 *
 * Text and the workflow commands of GitHub come out mistake by mistake.  JSON and SARIF
 * are one document per run, written when it ends, also if there is nothing to report.
 * Places are those of editors: 1-based, in characters, ends exclusive. */
#include "report.h"
#include "arena.h"
#include "buffer.h"
#include "colour.h"
#include "options.h"
#include "strmap.h"
#include "text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    JSON_FORMAT = 1 /* raised when a reader of the last one would misread this one */
};

struct format {
    const char *name;
    void (*open)(struct report *r);
    void (*add)(struct report *r, const struct diag *d);
    void (*close)(struct report *r);
};

struct report {
    const struct format *format;
    FILE *out;
    bool colour;
    json_t *list; /* of what was found so far */
    size_t unseen;
    struct arena *arena;
    struct strmap seen; /* mistakes, by place and text */
};

/* -- Texts ------------------------------------------------------------------------- */

/* A message as text_show() prints it: UTF-8 without surprises.  To be freed. */
static char *shown(const char *text)
{
    char *made = NULL;
    size_t size;
    FILE *f = must(open_memstream(&made, &size));

    text_show(text, f);
    fclose(f);
    return must(made);
}

static json_t *shown_json(const char *text)
{
    char *made = shown(text);
    json_t *value = must(json_string(made));
    free(made);
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        must(NULL);
}

static void append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) != 0)
        must(NULL);
}

static void set_code(json_t *object, const char *key, enum diag_code code)
{
    set(object, key, must(json_sprintf("E%03d", (int)code)));
}

static void write_document(struct report *r, json_t *document)
{
    json_dumpf(document, r->out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    fputc('\n', r->out);
    json_decref(document);
}

static void open_list(struct report *r)
{
    r->list = must(json_array());
}

static void count_unseen(struct report *r, const struct diag *d)
{
    r->unseen += diag_count(d) - diag_kept(d);
}

/* -- Text -------------------------------------------------------------------------- */

static void add_text(struct report *r, const struct diag *d)
{
    if (r->colour)
        diag_print_coloured(d, r->out);
    else
        diag_print(d, r->out);
}

/* -- JSON -------------------------------------------------------------------------- */

static void set_message(json_t *object, const struct diag_message *m)
{
    set(object, "file", shown_json(m->path));
    if (m->at.line) {
        set(object, "line", json_integer(m->at.line));
        set(object, "column", json_integer(m->at.column));
        set(object, "end_column", json_integer(m->at.end_column));
    }
    set(object, "message", shown_json(m->text));
}

static void add_json(struct report *r, const struct diag *d)
{
    struct diag_message m;

    for (size_t i = 0; i < diag_kept(d); i++) {
        const enum diag_code code = diag_mistake(d, i, &m);
        json_t *object = must(json_object());
        json_t *notes = must(json_array());

        set_code(object, "code", code);
        set(object, "title", must(json_string(diag_title(code))));
        set(object, "severity", must(json_string("error")));
        set_message(object, &m);
        for (size_t n = 0; diag_note_of(d, i, n, &m); n++) {
            json_t *note = must(json_object());
            set_message(note, &m);
            append(notes, note);
        }
        set(object, "notes", notes);
        append(r->list, object);
    }
    count_unseen(r, d);
}

static void close_json(struct report *r)
{
    write_document(r, must(json_pack("{s:i, s:s, s:o, s:I}", "format", JSON_FORMAT,
                          "ormgen", ORMGEN_VERSION, "diagnostics", r->list, "not_shown",
                          (json_int_t)r->unseen)));
}

/* -- SARIF ------------------------------------------------------------------------- */

/* A path as a URI reference: relative ones stay so, for the reader to resolve. */
static json_t *uri_of(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-._~/";
    struct buffer uri = {0};

    buffer_puts(&uri, *path == '/' ? "file://" : "");
    for (const char *p = path; *p; p++) {
        if (strchr(plain, *p))
            buffer_putc(&uri, *p);
        else
            buffer_printf(&uri, "%%%02X", (unsigned char)*p);
    }
    json_t *value = must(json_string(buffer_of(&uri)));
    buffer_free(&uri);
    return value;
}

static json_t *sarif_text(const char *text)
{
    json_t *object = must(json_object());
    set(object, "text", shown_json(text));
    return object;
}

static json_t *sarif_location(const struct diag_message *m)
{
    json_t *physical =
        must(json_pack("{s:{s:o}}", "artifactLocation", "uri", uri_of(m->path)));
    if (m->at.line)
        set(physical, "region",
            must(json_pack("{s:i, s:i, s:i}", "startLine", (int)m->at.line,
                "startColumn", (int)m->at.column, "endColumn", (int)m->at.end_column)));
    json_t *location = must(json_object());
    set(location, "physicalLocation", physical);
    return location;
}

static void add_sarif(struct report *r, const struct diag *d)
{
    struct diag_message m;

    for (size_t i = 0; i < diag_kept(d); i++) {
        const enum diag_code code = diag_mistake(d, i, &m);
        json_t *result = must(json_object());
        json_t *locations = must(json_array());
        json_t *related = must(json_array());

        set_code(result, "ruleId", code);
        set(result, "ruleIndex", json_integer(code - 1));
        set(result, "level", must(json_string("error")));
        set(result, "message", sarif_text(m.text));
        append(locations, sarif_location(&m));
        set(result, "locations", locations);
        for (size_t n = 0; diag_note_of(d, i, n, &m); n++) {
            json_t *location = sarif_location(&m);
            set(location, "message", sarif_text(m.text));
            append(related, location);
        }
        if (json_array_size(related) > 0)
            set(result, "relatedLocations", related);
        else
            json_decref(related);
        append(r->list, result);
    }
    count_unseen(r, d);
}

static json_t *sarif_rules(void)
{
    json_t *rules = must(json_array());

    for (enum diag_code code = 1; code < ERR_END; code++) {
        json_t *rule = must(json_object());
        set_code(rule, "id", code);
        set(rule, "shortDescription", sarif_text(diag_title(code)));
        append(rules, rule);
    }
    return rules;
}

static void close_sarif(struct report *r)
{
    json_t *driver = must(json_pack("{s:s, s:s, s:o}", "name", "ormgen", "version",
        ORMGEN_VERSION, "rules", sarif_rules()));
    json_t *run = must(json_pack("{s:{s:o}, s:s, s:o}", "tool", "driver", driver,
        "columnKind", "unicodeCodePoints", "results", r->list));

    if (r->unseen > 0)
        set(run, "properties",
            must(json_pack("{s:I}", "notShown", (json_int_t)r->unseen)));
    write_document(r, must(json_pack("{s:s, s:s, s:[o]}", "$schema",
                          "https://json.schemastore.org/sarif-2.1.0.json", "version",
                          "2.1.0", "runs", run)));
}

/* -- GitHub ------------------------------------------------------------------------ */

/* What would end a workflow command, or one of its properties, is escaped. */
static void print_escaped(const char *text, const char *special, FILE *out)
{
    char *made = shown(text);
    for (const char *p = made; *p; p++) {
        if (strchr(special, *p))
            fprintf(out, "%%%02X", (unsigned char)*p);
        else
            fputc(*p, out);
    }
    free(made);
}

static void print_command(struct report *r, const char *command, enum diag_code code,
    const struct diag_message *m)
{
    fprintf(r->out, "::%s file=", command);
    print_escaped(m->path, "%:,", r->out);
    if (m->at.line)
        fprintf(r->out, ",line=%u,col=%u,endColumn=%u", m->at.line, m->at.column,
            m->at.end_column);
    fprintf(r->out, ",title=E%03d::", (int)code);
    print_escaped(m->text, "%", r->out);
    fputc('\n', r->out);
}

static void add_github(struct report *r, const struct diag *d)
{
    struct diag_message m;

    for (size_t i = 0; i < diag_kept(d); i++) {
        const enum diag_code code = diag_mistake(d, i, &m);
        print_command(r, "error", code, &m);
        for (size_t n = 0; diag_note_of(d, i, n, &m); n++)
            print_command(r, "notice", code, &m);
    }
}

/* -- Formats ----------------------------------------------------------------------- */

static const struct format formats[] = {
    {"text", NULL, add_text, NULL},
    {"json", open_list, add_json, close_json},
    {"sarif", open_list, add_sarif, close_sarif},
    {"github", NULL, add_github, NULL},
};

static const struct format *find(const char *name)
{
    for (size_t i = 1; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return formats;
}

struct report *report_open(const struct arguments *a)
{
    struct report *r = must(calloc(1, sizeof *r));

    r->format = find(a->format);
    r->arena = arena_new();
    r->seen.arena = r->arena;
    r->out = r->format == formats ? stderr : stdout;
    r->colour = r->format == formats && colour_wanted(a->color, r->out);
    if (r->format->open)
        r->format->open(r);
    return r;
}

/* A file that two others include is read for each of them. */
static void drop_seen(struct report *r, struct diag *d)
{
    struct diag_message m;
    for (size_t i = 0; i < diag_kept(d);) {
        diag_mistake(d, i, &m);
        const char *key = arena_printf(
            r->arena, "%s:%u:%u: %s", m.path, m.at.line, m.at.column, m.text);
        if (strmap_add(&r->seen, key, r))
            diag_drop(d, i);
        else
            i++;
    }
}

void report_add(struct report *r, struct diag *d)
{
    drop_seen(r, d);
    if (diag_count(d) > 0)
        r->format->add(r, d);
}

void report_close(struct report *r)
{
    if (r->format->close)
        r->format->close(r);
    arena_free(r->arena);
    free(r);
}
