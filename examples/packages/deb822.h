/* deb822.h: reads Debian control files, such as dpkg's status file.
 *
 *     Package: bc                a field, `Name: value`
 *     Description: calculator    its first line
 *      The rest of it.           and the lines folded below it
 *                                an empty line ends the paragraph
 *
 * The text is read in place and changed on the way: names and values are strings inside
 * it, valid as long as it is.  Nothing is assumed about lengths, line ends (LF or CRLF)
 * or the last line's end. */
#ifndef DEB822_H
#define DEB822_H

#include <stdbool.h>
#include <stddef.h>

/* A value is trimmed; folded lines follow it, a '\n' before each, unindented by
 * one.  It may be taken apart. */
struct deb822_field {
    const char *name;
    char *value;
    size_t line;
};

struct deb822_paragraph {
    const struct deb822_field *fields;
    size_t len;
    size_t line;
};

struct deb822 {
    char *at;
    char *end;
    size_t line; /* of `at`, from 1 */
    struct deb822_field *fields;
    size_t room;
    char error[160]; /* "line 7: ...", or "" */
};

/* `text` holds `len` bytes and one more, which may be anything. */
void deb822_start(struct deb822 *d, char *text, size_t len);

/* False at the end, and when `error` is set.  The fields last until the next call. */
bool deb822_next(struct deb822 *d, struct deb822_paragraph *paragraph);

void deb822_finish(struct deb822 *d);

/* Names are the same in any case.  NULL if there is no such field. */
const struct deb822_field *deb822_field(
    const struct deb822_paragraph *paragraph, const char *name);

/* The field's value, or NULL. */
char *deb822_value(const struct deb822_paragraph *paragraph, const char *name);

#endif
