/* shapes.c: shapes FOLDER [SEED]: two schemas of one shape, one with plain words and
 * one with hostile names, docs, defaults, labels and texts, become the same tokens of C
 * and of SQL: what a user writes never leaves its quotes.  What came of the hostile
 * ones is written to FOLDER, for shapes.sh to compile. */
#include "emit.h"
#include "tokens.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CASES = 300,
    MODELS = 3,
    FIELDS = 7
};

/* ---- Chance ---- */

static uint64_t state;

static unsigned below(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

static bool perhaps(void)
{
    return below(2) == 0;
}

#define ANY(list) list[below(sizeof list / sizeof *list)]

/* ---- Words ---- */

/* Names that C can have and that mean something elsewhere: to SQL, to YAML, to the C
 * library, to the templates and to readers of one letter. */
static const char *const names[] = {"select", "from", "where", "order", "group",
    "having", "limit", "offset", "union_all", "user", "column", "constraint", "check",
    "primary", "foreign", "references", "unique", "null", "not_null", "all", "any",
    "some", "exists", "distinct", "case_when", "end_if", "current_user", "session_user",
    "cast", "create", "drop", "grant", "analyze", "array", "asymmetric", "collate",
    "desc", "asc", "fetch", "for_update", "in", "initially", "lateral", "leading",
    "only", "placing", "returning", "symmetric", "then", "to", "trailing", "variadic",
    "when", "window", "with", "on", "off", "yes", "no", "True", "FALSE", "Null", "inf",
    "nan", "y", "n", "l", "m", "q", "s", "b", "o", "c", "key", "value", "items", "len",
    "list", "index", "errno", "stdin", "major", "minor", "unix", "linux", "assert",
    "signal", "time", "size_t", "uint64_t", "main", "printf", "NULL", "EOF", "BUFSIZ",
    "INT_MAX", "object", "null_bits", "changed_bits", "missing_bits", "name", "schema",
    "table", "fill", "size", "E", "U", "u8", "L", "R", "x0", "XMLTABLE", "a1b2c3",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUV"};

static const char *const texts[] = {"*/ int injected; /*", "/* nested", "*\\/ x", "\\",
    "\\\\", "word\\", "?\?/", "what?\?/ *?\?/ /", "?\?)",
    "\"; int injected; char *s = \"", "\"", "'", "''", "'); DROP TABLE book; --", "--",
    "$$", "$tag$ $tag$", "$1", "%s %n %d", "\\x41 \\101 \\0", "#include <stdio.h>",
    "// comment \\", "äöü 日本語", "e\xcc\x81", "\xf0\x9f\x98\x80", "<%= x %>",
    "<% error() %>", "%>", "]]", "[==[", "#{x}", "{{x}}", "a\nb", "a\n\n*/b", "\ttab\t",
    "a  b", "\n", "E'\\''", "U&\"d!0061t\" UESCAPE '!'", "\"\"", "a\"b", ";", ");",
    "};", "/**/", "*/*/", "/*/", "*", "/", "?", "%", ".", "_Pragma(\"once\")",
    "__attribute__((x))", "\\u0000", "\\n"};

/* What one of the two schemas is made of. */
struct words {
    bool hostile;
    unsigned given; /* texts */
    unsigned named; /* names: no two of a schema are alike */
    size_t from;    /* into names[] */
};

static void put_name(struct buffer *yaml, struct words *w)
{
    const size_t count = sizeof names / sizeof *names;

    if (w->hostile)
        buffer_printf(yaml, "\"%s\"", names[(w->from + w->named) % count]);
    else
        buffer_printf(yaml, "plain%u", w->named);
    w->named++;
}

/* In the double quotes of YAML. */
static void put_quoted(struct buffer *yaml, const char *s)
{
    buffer_putc(yaml, '"');
    for (; *s; s++)
        if (*s == '\n')
            buffer_puts(yaml, "\\n");
        else if (*s == '\t')
            buffer_puts(yaml, "\\t");
        else
            buffer_printf(yaml, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
    buffer_putc(yaml, '"');
}

static void put_text(struct buffer *yaml, struct words *w, size_t times)
{
    struct buffer text = {0};

    buffer_printf(&text, "t%u", w->given++);
    for (size_t i = 0; i < times; i++) {
        const char *word =
            ANY(texts); /* drawn for both: the shape must stay the same */
        if (w->hostile)
            buffer_printf(&text, "%s%s", perhaps() ? " " : "", word);
        else
            buffer_puts(&text, perhaps() ? " word" : "word");
    }
    put_quoted(yaml, text.at);
    buffer_free(&text);
}

/* Names in SQL may be any text of one line. */
static void put_sql_name(struct buffer *yaml, struct words *w)
{
    struct buffer name = {0};
    const char *text = ANY(texts);

    buffer_printf(&name, "s%u", w->given++);
    for (; w->hostile && *text; text++)
        buffer_putc(&name, *text == '\n' || *text == '\t' ? ' ' : *text);
    put_quoted(yaml, name.at);
    buffer_free(&name);
}

/* ---- A schema ---- */

static void put_option(
    struct buffer *yaml, struct words *w, const char *key, size_t most_words)
{
    if (perhaps())
        return;
    buffer_printf(yaml, ", %s: ", key);
    if (most_words > 0)
        put_text(yaml, w, below((unsigned)most_words));
    else
        put_sql_name(yaml, w);
}

static void put_field(struct buffer *yaml, struct words *w, const struct buffer *models)
{
    const unsigned kind = below(7);

    buffer_puts(yaml, "      ");
    put_name(yaml, w);
    buffer_puts(yaml, ": ");
    switch (kind) {
    case 0:
        buffer_puts(yaml, "{ type: text");
        put_option(yaml, w, "default", 4);
        break;
    case 1:
        buffer_puts(yaml, "{ type: int, optional: true, default: { sql: "
                          "\"length(E'\\\\'' || $$;$$)\" }");
        break;
    case 2:
        buffer_puts(yaml, "{ enum: [");
        put_name(yaml, w);
        buffer_puts(yaml, ", ");
        put_name(yaml, w);
        buffer_puts(yaml, "]");
        break;
    case 3:
        buffer_puts(yaml, "{ type: varchar(30), unique: true");
        break;
    case 4:
        buffer_puts(yaml, "bool\n");
        return;
    default:
        buffer_printf(yaml, "{ %s: %s, reverse: ", kind == 5 ? "ref" : "many",
            models[below(MODELS)].at);
        put_name(yaml, w);
        if (kind == 5)
            buffer_puts(yaml, ", optional: true");
    }
    put_option(yaml, w, "doc", 40);
    if (kind < 6)
        put_option(yaml, w, "column", 0);
    buffer_puts(yaml, " }\n");
}

/* Constraints and indexes over two columns. */
static void put_rules(
    struct buffer *yaml, struct words *w, const char *number, const char *text)
{
    buffer_printf(yaml,
        "    unique:\n      - [%s, %s]\n      - { on: [%s, id], name: ", number, text,
        number);
    put_sql_name(yaml, w);
    buffer_puts(yaml, " }\n    checks:\n      ");
    put_name(yaml, w);
    buffer_puts(yaml, ": \"length($x$;'$x$ || E'\\\\'') > 1\"\n");
    buffer_printf(
        yaml, "    exclude:\n      - { using: btree, on: { %s: \"=\" }", text);
    put_option(yaml, w, "name", 0);
    buffer_printf(yaml,
        " }\n    indexes:\n      - { on: [{ field: %s, ops: text_pattern_ops"
        " }, %s], order: [desc, asc], where: \"1 > length(';')\" }\n",
        text, number);
    buffer_printf(yaml,
        "      - { on: [{ sql: \"lower(';')\", collation: C }, %s], include: [%s], "
        "name: ",
        text, number);
    put_sql_name(yaml, w);
    buffer_puts(yaml, " }\n");
}

static void put_schema(struct buffer *yaml, struct words *w, size_t number)
{
    struct buffer models[MODELS] = {0};

    buffer_printf(yaml, "module: v%zu\nprefix: v%zu_\n", number, number);
    buffer_printf(yaml, "schema: \"number %zu%s\"\n", number, w->hostile ? "'" : "");
    buffer_puts(yaml, "models:\n");
    for (size_t i = 0; i < MODELS; i++)
        put_name(&models[i], w);
    for (size_t i = 0; i < MODELS; i++) {
        buffer_printf(yaml, "  %s:\n    table: ", models[i].at);
        put_sql_name(yaml, w);
        buffer_puts(yaml, "\n    doc: ");
        put_text(yaml, w, below(60));
        buffer_puts(yaml, "\n    fields:\n");
        struct buffer number_field = {0}, text_field = {0};
        put_name(&number_field, w);
        put_name(&text_field, w);
        buffer_printf(
            yaml, "      %s: int2\n      %s: text\n", number_field.at, text_field.at);
        for (size_t f = below(FIELDS); f > 0; f--)
            put_field(yaml, w, models);
        put_rules(yaml, w, number_field.at, text_field.at);
        buffer_free(&number_field);
        buffer_free(&text_field);
    }
    for (size_t i = 0; i < MODELS; i++)
        buffer_free(&models[i]);
}

/* ---- Comparing ---- */

static bool is_fixed(const struct token *t)
{
    static const char *const words[] = {"struct", "static", "const", "inline", "return",
        "enum", "extern", "if", "for", "union", "void", "bool", "char", "unsigned"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == t->len && memcmp(words[i], t->at, t->len) == 0)
            return true;
    return strncasecmp(t->at, "orm_", 4) == 0;
}

/* Words of C are the user's or ours, those of SQL are ours; the hash is a number of
 * each schema's own. */
static bool is_same(const struct token *a, const struct token *b, next_token *next)
{
    if (a->kind != b->kind)
        return false;
    const bool equal = a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
    switch (a->kind) {
    case TOKEN_WORD:
        return equal || (next == next_c_token && !is_fixed(a) && !is_fixed(b));
    case TOKEN_NUMBER:
        return equal || (a->at[1] == 'x' && b->at[1] == 'x');
    case TOKEN_MARK:
        return equal;
    case TOKEN_BAD:
        return false;
    default:
        return true;
    }
}

static bool compare(const char *file, const struct buffer *plain,
    const struct buffer *hostile, next_token *next)
{
    const char *a = buffer_of(plain), *b = buffer_of(hostile);

    for (;;) {
        const char *line_a = a, *line_b = b;
        const struct token ta = next(&a), tb = next(&b);
        if (!is_same(&ta, &tb, next)) {
            printf(
                "%s: %.120s\nbut with hostile words: %.120s\n", file, line_a, line_b);
            return false;
        }
        if (ta.kind == TOKEN_END)
            return true;
    }
}

/* ---- Running ---- */

static void write_file(
    const char *folder, size_t number, const char *ending, const char *text)
{
    char *path = format("%s/v%zu%s", folder, number, ending);
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    free(path);
}

/* The schema of `seed` out of these words; false: refused, for names that meet. */
static bool make(struct words w, uint64_t seed, size_t number, struct buffer *yaml,
    struct outputs *out)
{
    char *base = format("v%zu", number);

    state = seed;
    buffer_clear(yaml);
    put_schema(yaml, &w, number);
    char *message;
    const bool good = emit(base, yaml->at, yaml->len, out, &message);
    if (!good && (!w.hostile || !strstr(message, "rename")))
        printf("%s\n%s\n", yaml->at, message);
    free(message);
    free(base);
    return good;
}

static bool try(const char *folder, uint64_t seed, size_t number)
{
    enum {
        MOST = 40
    };
    struct buffer yaml = {0};
    struct outputs plain, hostile;

    if (!make((struct words){0}, seed, number, &yaml, &plain))
        return false;
    struct words w = {.hostile = true, .from = 13 * number};
    size_t tries = 0;
    while (tries++ < MOST && !make(w, seed, number, &yaml, &hostile))
        w.from += 7;
    const bool good = tries <= MOST &&
                      compare("header", &plain.header, &hostile.header, next_c_token) &&
                      compare("source", &plain.source, &hostile.source, next_c_token) &&
                      compare("sql", &plain.sql, &hostile.sql, next_sql_token);
    write_file(folder, number, ".yaml", yaml.at);
    write_file(folder, number, ".orm.h", buffer_of(&hostile.header));
    write_file(folder, number, ".orm.c", buffer_of(&hostile.source));
    write_file(folder, number, ".sql", buffer_of(&hostile.sql));
    outputs_free(&plain);
    outputs_free(&hostile);
    if (!good)
        printf("%s\n", yaml.at);
    buffer_free(&yaml);
    return good;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 1;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    printf("seed %llu\n", (unsigned long long)seed);
    char *path = format("%s/all.c", argv[1]);
    FILE *all = fopen(path, "w");
    if (!all) {
        perror(path);
        return 1;
    }
    free(path);

    bool good = true;
    for (size_t i = 0; i < CASES && good; i++) {
        good =
            try(argv[1], (seed + 1) * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u, i);
        fprintf(all, "#include \"v%zu.orm.c\"\n", i);
    }
    fclose(all);
    return good ? 0 : 1;
}
