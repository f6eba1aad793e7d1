/* fmt_test.c DIRECTORY...: whatever YAML is formatted, it says the same, keeps its
 * comments, and is not changed by formatting it again.
 *
 * All files of the directories, and forms of them that were changed at random: SEED
 * repeats a run. */
#include "files.h"
#include "yaml_layout.h"
#include "yaml_pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    FORMS = 60 /* of each file */
};

static int directory_count;
static char **directories;
static uint64_t seed;

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* -- What a text says -------------------------------------------------------------- */

static void say_tree(struct buffer *out, const struct node *n)
{
    if (n->key) {
        buffer_printf(out, "%zu:", n->key->length);
        buffer_puts(out, n->key->text);
        buffer_puts(out, n->key->quoted ? "\"=" : "=");
    }
    if (n->kind == NODE_TEXT) {
        buffer_printf(out, "%zu:", n->length);
        buffer_puts(out, n->text);
        buffer_puts(out, n->quoted ? "\";" : ";");
        return;
    }
    buffer_putc(out, n->kind == NODE_MAP ? '{' : '[');
    for (const struct node *entry = n->first; entry; entry = entry->next)
        say_tree(out, entry);
    buffer_putc(out, n->kind == NODE_MAP ? '}' : ']');
}

static void say_comments(
    struct buffer *out, const struct buffer *text, const struct node *root)
{
    struct pieces pieces = pieces_of(buffer_of(text), text->len, root);
    for (size_t i = 0; i < pieces.count; i++)
        if (pieces.at[i].kind == PIECE_COMMENT) {
            buffer_add(out, pieces.at[i].at, pieces.at[i].len);
            buffer_putc(out, '\n');
        }
    free(pieces.at);
}

static void say(struct buffer *out, const struct buffer *text)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    const struct node *root =
        yaml_parse(buffer_of(text), text->len, diag_file(d, ""), a, d);

    assert_int_equal(diag_count(d), 0);
    say_tree(out, root);
    say_comments(out, text, root);
    diag_free(d);
    arena_free(a);
}

/* -- One text ---------------------------------------------------------------------- */

static enum layout lay_out(const struct buffer *text, struct buffer *out)
{
    struct diag *d = diag_new();
    const enum layout result = yaml_layout("", buffer_of(text), text->len, d, out);
    assert_int_equal(result == LAYOUT_REFUSED, diag_count(d) > 0);
    diag_free(d);
    return result;
}

/* No blank line begins it, and a line end ends it, unless that would change a text. */
static bool is_plain(const struct buffer *text, const struct buffer *before)
{
    return text->len == 0 ||
           (text->at[0] != '\n' && (text->at[text->len - 1] == '\n' ||
                                       before->at[before->len - 1] != '\n'));
}

/* True if it is YAML of ours. */
static bool check(const struct buffer *text)
{
    struct buffer once = {0}, twice = {0}, before = {0}, after = {0};
    const enum layout result = lay_out(text, &once);

    if (result == LAYOUT_BROKEN)
        fail_msg("another meaning:\n%s", buffer_of(text));
    if (result == LAYOUT_DONE) {
        say(&before, text);
        say(&after, &once);
        if (strcmp(buffer_of(&before), buffer_of(&after)) != 0)
            fail_msg("%s\nbecame\n%s", buffer_of(&before), buffer_of(&after));
        if (!is_plain(&once, text))
            fail_msg("blank lines at an end:\n%s", once.at);
        assert_int_equal(lay_out(&once, &twice), LAYOUT_DONE);
        if (strcmp(buffer_of(&once), buffer_of(&twice)) != 0)
            fail_msg("\n%s\nthen\n%s\nthen\n%s", buffer_of(text), buffer_of(&once),
                buffer_of(&twice));
    }
    buffer_free(&once);
    buffer_free(&twice);
    buffer_free(&before);
    buffer_free(&after);
    return result == LAYOUT_DONE;
}

/* -- Changes ----------------------------------------------------------------------- */

/* `len` bytes at `at` give way to `with`. */
static void splice(struct buffer *text, size_t at, size_t len, const char *with)
{
    struct buffer made = {0};
    buffer_add(&made, buffer_of(text), at);
    buffer_puts(&made, with);
    buffer_puts(&made, buffer_of(text) + at + len);
    buffer_free(text);
    *text = made;
}

static size_t line_start(const struct buffer *text, size_t at)
{
    while (at > 0 && text->at[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct buffer *text, size_t at)
{
    return at + strcspn(text->at + at, "\n");
}

/* Each line's indentation becomes `times` what it was. */
static void stretch(struct buffer *text, int times)
{
    struct buffer made = {0};
    bool begins = true;

    for (const char *p = text->at; *p; p++) {
        for (int i = 1; begins && *p == ' ' && i < times; i++)
            buffer_putc(&made, ' ');
        buffer_putc(&made, *p);
        begins = *p == '\n' || (begins && *p == ' ');
    }
    buffer_free(text);
    *text = made;
}

static void change(struct buffer *text)
{
    static const char *const bits[] = {" ", "  ", "\n", "\n\n", "\n# c\n", " # c", "#",
        ": ", "- ", ", ", "{", "}", "[", "]", "'", "\"", "|\n", ">-\n", "\t", "\r\n",
        "a", "\\", "\xc3\xa4", "? ", "---\n", "|+\n"};
    static const char *const lines[] = {"# c\n", "  # c\n", "      # c\n", "\n",
        "   \n", "      x: |\n         a\n\n          b\n\n", "      - a\n",
        "      y: \"a\n b\"\n", "      z: [a,\n b # c\n ]\n",
        "      w: |2+\n         k\n\n\n", "      v: >\n       # no comment\n"};
    const size_t at = chance((uint32_t)text->len + 1);

    if (text->len == 0)
        return;
    switch (chance(8)) {
    case 0:
        splice(text, at, at < text->len, "");
        break;
    case 1:
    case 2:
        splice(text, at, 0, bits[chance(sizeof bits / sizeof *bits)]);
        break;
    case 3:
    case 4:
        splice(
            text, line_start(text, at), 0, lines[chance(sizeof lines / sizeof *lines)]);
        break;
    case 5:
        splice(text, line_end(text, at), 0, chance(2) ? "  # c" : "   ");
        break;
    case 6:
        splice(text, line_start(text, at), 0, &"    "[chance(4)]);
        break;
    default:
        stretch(text, 2 + (int)chance(3));
    }
}

/* -- Tests ------------------------------------------------------------------------- */

static size_t check_file(const char *path)
{
    size_t size, good = 0;
    char *content = file_read(path, &size);

    assert_non_null(content);
    for (int form = 0; form < FORMS; form++) {
        struct buffer text = {0};
        buffer_puts(&text, "");
        buffer_add(&text, content, strlen(content));
        for (uint32_t changes = form == 0 ? 0 : 1 + chance(3); changes > 0; changes--)
            change(&text);
        good += check(&text);
        buffer_free(&text);
    }
    free(content);
    return good;
}

static void every_form_keeps_its_meaning_and_its_comments(void **state)
{
    (void)state;
    size_t good = 0, files = 0;

    for (int i = 0; i < directory_count; i++) {
        size_t count;
        char **names = files_ending(directories[i], ".yaml", &count);
        for (size_t n = 0; n < count; n++, files++) {
            char path[1000];
            size_t size;
            snprintf(path, sizeof path, "%s/%s", directories[i], names[n]);
            char *content = file_read(path, &size);
            if (content && size < 20000)
                good += check_file(path);
            free(content);
        }
        files_free(names, count);
    }
    print_message("%zu files, %zu forms\n", files, good);
    assert_true(files > 50);
    assert_true(good > 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_keeps_its_meaning_and_its_comments),
    };
    const char *given = getenv("SEED");

    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("SEED=%llu\n", (unsigned long long)seed);
    directory_count = argc - 1;
    directories = argv + 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
