/* collisions.c: collisions FOLDER INCLUDE: every name that a schema makes in C is met
 * by another origin in every way there is: by a model, a column, a relation, its other
 * side, an enumeration and its labels.  What meets is refused, once, with both places
 * and a remedy; what is accepted is written to FOLDER, for collisions.sh to compile. */
#include "emit.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A schema with each kind of thing; what is added stands behind it. */
static const char base[] =
    "values:\n"
    "  place: { fields: { street: text, zip: { type: text, optional: true } } }\n"
    "models:\n"
    "  author: { fields: { name: text } }\n"
    "  tag: { key: name, fields: { name: text } }\n"
    "  day: { key: [year, nr], fields: { year: int, nr: int, author: { ref: author, "
    "optional: true } } }\n"
    "  whole: { view: { sql: select id from author }, key: id, fields: { id: int8 } }\n"
    "  book:\n"
    "    fields:\n"
    "      pages: int\n"
    "      title: { type: text, optional: true }\n"
    "      words: { type: text, lazy: true }\n"
    "      span: { type: \"int4[]\", optional: true }\n"
    "      edition: { type: int4, version: true }\n"
    "      home: { value: place, prefix: home_, optional: true }\n"
    "      day: { ref: day, optional: true, reverse: opened }\n"
    "      kind: { enum: [long, brief], optional: true }\n"
    "      author: { ref: author, optional: true, reverse: books }\n"
    "      twin: { ref: book, optional: true, unique: true, reverse: other }\n"
    "      tags: { many: tag, reverse: books }\n";

static const char *const models[] = {"author", "tag", "day", "whole", "book"};

static struct {
    const char *folder;
    FILE *all; /* includes what was accepted */
    size_t tried;
    size_t refused;
    size_t wrong;
} run;

/* ---- One schema ---- */

static void write_file(size_t number, const char *ending, const char *text)
{
    char *path = format("%s/v%zu%s", run.folder, number, ending);
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    free(path);
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

/* Whether somebody can mend it who reads this alone. */
static bool helps(const char *message)
{
    static const char *const remedies[] = {"rename", "choose another"};
    bool has_remedy = false;
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        has_remedy = has_remedy || strstr(message, remedies[i]);
    return has_remedy && count(message, ": error: ") == 1 &&
           (strstr(message, ": note: ") || strstr(message, " is taken: ") ||
               strstr(message, " is called id already") ||
               strstr(message, " is a keyword ") || strstr(message, " made by the "));
}

static void try(const char *yaml)
{
    const size_t number = run.tried++;
    char *name = format("v%zu", number);
    char *text = format("module: %s\nprefix: %s_\n%s", name, name, yaml);
    struct outputs out;
    char *message;

    if (emit(name, text, strlen(text), &out, &message)) {
        write_file(number, ".yaml", text);
        write_file(number, ".orm.h", buffer_of(&out.header));
        write_file(number, ".orm.c", buffer_of(&out.source));
        fprintf(run.all, "#include \"%s.orm.c\"\n", name);
    } else {
        run.refused++;
        if (!helps(message) && run.wrong++ < 10)
            printf("%s\n%s\n", text, message);
    }
    free(message);
    outputs_free(&out);
    free(text);
    free(name);
}

/* ---- Ways to make a name ---- */

static void try_with(char *addition)
{
    char *yaml = format("%s%s", base, addition);
    try(yaml);
    free(yaml);
    free(addition);
}

/* What a field can be, as YAML. */
static const char *const fields[] = {
    "text",
    "{ type: int, optional: true }",
    "{ enum: [zero] }",
    "{ ref: author }",
    "{ ref: tag, optional: true }",
    "{ many: tag }",
    "{ many: author, reverse: none }",
};

/* A field `name` of each kind, and the other side of one. */
static void try_field(const char *model, const char *name)
{
    const bool is_new = strcmp(model, "book") != 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (is_new)
            try_with(
                format("  %s:\n    fields:\n      %s: %s\n", model, name, fields[i]));
        else
            try_with(format("      %s: %s\n", name, fields[i]));
}

static void try_reverse(const char *model, const char *name)
{
    static const char *const sides[] = {"{ ref: %s, reverse: %s }",
        "{ ref: %s, unique: true, reverse: %s }", "{ many: %s, reverse: %s }"};
    /* No join table refers to a view. */
    const size_t ways = sizeof sides / sizeof *sides - (strcmp(model, "whole") == 0);
    for (size_t i = 0; i < ways; i++) {
        struct buffer side = {0};
        buffer_puts(&side, "  extra: { fields: { x: ");
        const char *model_at = strstr(sides[i], "%s");
        const char *name_at = strstr(model_at + 2, "%s");
        buffer_add(&side, sides[i], (size_t)(model_at - sides[i]));
        buffer_puts(&side, model);
        buffer_add(&side, model_at + 2, (size_t)(name_at - model_at - 2));
        buffer_puts(&side, name);
        buffer_printf(&side, "%s } }\n", name_at + 2);
        try_with(format("%s", side.at));
        buffer_free(&side);
    }
}

/* The model of the base that is called so, whatever the case; NULL: there is none. */
static const char *model_called(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strlen(models[i]) == len && strncasecmp(models[i], name, len) == 0)
            return models[i];
    return NULL;
}

/* The names of the base, sorted. */
static struct {
    char *at[20000];
    size_t count;
} names;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_taken(char *name)
{
    return bsearch(&name, names.at, names.count, sizeof *names.at, by_name) != NULL;
}

/* Whether every model has a function or a struct that ends in `part`. */
static bool is_verb(const char *part)
{
    char *name = format("tag_%s", part);
    const bool is_one = is_taken(name);
    free(name);
    return is_one;
}

/* Every way to spell `name` as a model and a part of it.  A model that meets something
 * itself, or its own part, would be a second mistake. */
static void meet(const char *name)
{
    try_with(format("  %s: { fields: { x: text } }\n", name));
    for (const char *bar = name; (bar = strchr(bar, '_')); bar++) {
        const char *known = model_called(name, (size_t)(bar - name));
        char *model =
            known ? format("%s", known) : format("%.*s", (int)(bar - name), name);
        const char *part = bar + 1;
        if (!known && (is_taken(model) || is_verb(part))) {
            free(model);
            continue;
        }
        if (!known || strcmp(known, "book") == 0)
            try_field(model, part);
        if (known)
            try_reverse(model, part);
        /* model_field_label */
        for (const char *next = part; (next = strchr(next, '_')); next++)
            try_with(known && strcmp(known, "book") == 0
                         ? format("      %.*s: { enum: [%s] }\n", (int)(next - part),
                               part, next + 1)
                         : format("  %s: { fields: { %.*s: { enum: [%s] } } }\n", model,
                               (int)(next - part), part, next + 1));
        free(model);
    }
}

/* ---- All names of the base ---- */

static const char prefix[] = "v0_";

static bool has_prefix(const struct token *t)
{
    return t->kind == TOKEN_WORD && t->len > strlen(prefix) &&
           strncasecmp(t->at, prefix, strlen(prefix)) == 0;
}

/* Takes the names from what the compiler sees of the base.  What is the file's own ends
 * in "_", and without that is a name to meet like any other. */
static void collect_names(const char *include)
{
    static char text[1 << 21];
    char *command = format("gcc -E -P -dD '-I%s' '%s/v0.orm.c'", include, run.folder);
    FILE *f = popen(command, "r");
    if (!f || fread(text, 1, sizeof text - 1, f) == 0 || pclose(f) != 0) {
        perror(command);
        exit(1);
    }
    free(command);

    const char *at = text;
    for (struct token t; (t = next_c_token(&at)).kind != TOKEN_END;) {
        if (!has_prefix(&t) || names.count == sizeof names.at / sizeof *names.at)
            continue;
        const char *name = t.at + strlen(prefix), *end = t.at + t.len;
        end -= end[-1] == '_';
        names.at[names.count++] = format("%.*s", (int)(end - name), name);
    }
}

static void sort_names(void)
{
    size_t kept = 0;

    qsort(names.at, names.count, sizeof *names.at, by_name);
    for (size_t i = 0; i < names.count; i++)
        if (kept > 0 && strcmp(names.at[i], names.at[kept - 1]) == 0)
            free(names.at[i]);
        else
            names.at[kept++] = names.at[i];
    names.count = kept;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 1;
    run.folder = argv[1];
    char *path = format("%s/all.c", run.folder);
    run.all = fopen(path, "w");
    if (!run.all) {
        perror(path);
        return 1;
    }
    free(path);

    try_with(format("%s", ""));
    collect_names(argv[2]);
    sort_names();
    for (size_t i = 0; i < names.count; i++)
        meet(names.at[i]);

    for (size_t i = 0; i < names.count; i++)
        free(names.at[i]);
    fclose(run.all);
    printf("%zu schemas, %zu refused, %zu of them badly\n", run.tried, run.refused,
        run.wrong);
    return run.wrong ? 1 : 0;
}
