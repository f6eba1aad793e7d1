/* graph.c: `ormgen graph`: models and their relations as a picture. */
#include "buffer.h"
#include "ddl_parts.h"
#include "run.h"
#include "source.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* As SQL has it; an enumeration by its name alone. */
static void put_short_type(struct buffer *out, const struct field *f)
{
    if (f->enumeration)
        buffer_puts(out, f->enumeration->name);
    else
        put_type(out, f);
}

/* The list that a declared `many:` makes; each join table is drawn once, and a model
 * that joins two others is there anyway. */
static bool is_drawn(const struct many *r)
{
    return r->kind == MANY_JOIN && r->declared;
}

/* -- Graphviz ---------------------------------------------------------------------- */

/* For a label in quotes, of a record. */
static void put_label(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\"\\{}|<> ", *text))
            buffer_putc(out, '\\');
        buffer_putc(out, *text);
    }
}

static void put_dot_model(struct buffer *out, const struct model *m, bool is_own)
{
    buffer_printf(
        out, "  \"%s\" [%slabel=\"{", m->name, is_own ? "" : "style=dashed, ");
    put_label(out, m->name);
    buffer_putc(out, '|');
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        struct buffer type = {0};
        put_short_type(&type, f);
        put_label(out, f->column);
        buffer_puts(out, "\\ ");
        put_label(out, buffer_of(&type));
        buffer_puts(out, f->optional ? "\\ null\\l" : "\\l");
        buffer_free(&type);
    }
    buffer_puts(out, "}\"];\n");
}

static void draw_dot(const struct schema *s, struct buffer *out)
{
    buffer_printf(out,
        "digraph \"%s\" {\n  rankdir=LR;\n  node [shape=record, fontname=\"sans\"];\n"
        "  edge [dir=both, fontname=\"sans\"];\n",
        s->module);
    for (size_t i = 0; i < s->model_count; i++)
        put_dot_model(out, &s->models[i], s->models[i].file == s->files);
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *m = &s->models[i];
        for (size_t j = 0; j < m->ref_count; j++) {
            const struct ref *r = &m->refs[j];
            buffer_printf(out,
                "  \"%s\" -> \"%s\" [label=\"%s\", arrowtail=%s, arrowhead=%s];\n",
                m->name, r->target->name, r->name, r->unique ? "teeodot" : "crowodot",
                r->optional ? "teeodot" : "teetee");
        }
        for (size_t j = 0; j < m->many_count; j++)
            if (is_drawn(&m->manys[j]))
                buffer_printf(out,
                    "  \"%s\" -> \"%s\" [label=\"%s\", arrowtail=crowodot, "
                    "arrowhead=crowodot];\n",
                    m->name, m->manys[j].target->name, m->manys[j].name);
    }
    buffer_puts(out, "}\n");
}

/* -- Mermaid ----------------------------------------------------------------------- */

/* One word of letters, digits and a few signs. */
static void put_word(struct buffer *out, const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_()[]";
    for (; *text; text++)
        buffer_putc(out, strchr(allowed, *text) ? *text : '_');
}

static void put_mermaid_model(struct buffer *out, const struct model *m)
{
    buffer_printf(out, "    %s {\n", m->name);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        const char *const marks[] = {f->key ? "PK" : NULL, f->ref ? "FK" : NULL,
            f->unique && !f->key ? "UK" : NULL};
        struct buffer type = {0};
        const char *before = " ";

        put_short_type(&type, f);
        buffer_puts(out, "        ");
        put_word(out, buffer_of(&type));
        buffer_printf(out, " %s", f->name);
        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
            if (marks[k]) {
                buffer_printf(out, "%s%s", before, marks[k]);
                before = ", ";
            }
        buffer_putc(out, '\n');
        buffer_free(&type);
    }
    buffer_puts(out, "    }\n");
}

static void draw_mermaid(const struct schema *s, struct buffer *out)
{
    buffer_puts(out, "erDiagram\n");
    for (size_t i = 0; i < s->model_count; i++)
        put_mermaid_model(out, &s->models[i]);
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *m = &s->models[i];
        for (size_t j = 0; j < m->ref_count; j++) {
            const struct ref *r = &m->refs[j];
            buffer_printf(out, "    %s %s--%s %s : %s\n", r->target->name,
                r->optional ? "|o" : "||", r->unique ? "o|" : "o{", m->name, r->name);
        }
        for (size_t j = 0; j < m->many_count; j++)
            if (is_drawn(&m->manys[j]))
                buffer_printf(out, "    %s }o--o{ %s : %s\n", m->name,
                    m->manys[j].target->name, m->manys[j].name);
    }
}

/* -- SVG --------------------------------------------------------------------------- */

static bool write_all(int fd, const struct buffer *text)
{
    size_t done = 0;
    while (done < text->len) {
        const ssize_t n = write(fd, text->at + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Through Graphviz, which prints to our standard output. */
static int print_svg(const struct buffer *dot)
{
    char program[] = "dot", format[] = "-Tsvg";
    char *const argv[] = {program, format, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], how = 0;
    pid_t child;

    if (pipe(ends) != 0) {
        fprintf(stderr, "ormgen: %s\n", strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    const int failed = posix_spawnp(&child, *argv, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (failed) {
        close(ends[1]);
        fprintf(stderr,
            "ormgen: dot: %s; it is a part of Graphviz that draws SVG: install "
            "graphviz, or print --format dot or mermaid\n",
            strerror(failed));
        return EXIT_ENVIRONMENT;
    }
    signal(SIGPIPE, SIG_IGN); /* it may end before it has read all */
    const bool written = write_all(ends[1], dot);
    close(ends[1]);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        ;
    if (written && WIFEXITED(how) && WEXITSTATUS(how) == 0)
        return EXIT_OK;
    fputs("ormgen: dot, of Graphviz, failed\n", stderr);
    return EXIT_ENVIRONMENT;
}

/* ---------------------------------------------------------------------------------- */

int run_graph(const struct arguments *a)
{
    const char *form = a->print_as ? a->print_as : "mermaid";
    struct schema *s = NULL;
    struct buffer out = {0};
    struct report *report = report_open(a);
    char *base = source_base(a->files[0]);
    int status =
        base ? source_read(a->files[0], base, NULL, report, NULL, &s) : EXIT_USAGE;

    report_close(report);
    if (status == EXIT_OK) {
        (strcmp(form, "mermaid") == 0 ? draw_mermaid : draw_dot)(s, &out);
        if (strcmp(form, "svg") == 0) {
            status = print_svg(&out);
        } else {
            fputs(buffer_of(&out), stdout);
            status = flush_stdout();
        }
    }
    buffer_free(&out);
    schema_free(s);
    free(base);
    return status;
}
