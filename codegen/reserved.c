/* reserved.c: the names that C, C++ and their libraries have taken.
 *
 * reserved.txt, embedded, is read once into a hash table: open addressing, linear
 * probing, at most half full. */
#include "reserved.h"
#include "embedded.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SLOTS 16384u

struct entry {
    const char *name; /* not NUL-terminated: in the embedded text */
    size_t len;
    unsigned kinds;
};

static struct entry table[SLOTS];

static const struct {
    const char *title;
    unsigned kind;
} sections[] = {
    {"keyword:", RESERVED_KEYWORD},
    {"macro:", RESERVED_MACRO},
    {"tag:", RESERVED_TAG},
    {"typedef:", RESERVED_TYPEDEF},
    {"variable:", RESERVED_VARIABLE},
    {"constant:", RESERVED_CONSTANT},
    {"function:", RESERVED_FUNCTION},
};

static struct entry *entry_of(const char *name, size_t len)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    for (;; hash++) {
        struct entry *e = &table[hash % SLOTS];
        if (!e->name || (e->len == len && memcmp(e->name, name, len) == 0))
            return e;
    }
}

static unsigned section_of(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strlen(sections[i].title) == len &&
            memcmp(sections[i].title, word, len) == 0)
            return sections[i].kind;
    return 0;
}

static void fill(void)
{
    const char *at = embedded_text(texts, "reserved");
    unsigned kind = 0;

    at += strcspn(at, "\n"); /* the comment */
    for (;;) {
        at += strspn(at, " \n");
        const size_t len = strcspn(at, " \n");
        if (len == 0)
            break;
        if (at[len - 1] == ':') {
            kind = section_of(at, len);
        } else {
            struct entry *e = entry_of(at, len);
            *e = (struct entry){.name = at, .len = len, .kinds = e->kinds | kind};
        }
        at += len;
    }
}

unsigned reserved(const char *name, unsigned kinds)
{
    static bool filled;

    if (!filled)
        fill();
    filled = true;
    return entry_of(name, strlen(name))->kinds & kinds;
}
