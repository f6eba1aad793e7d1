/* quote.c: identifiers in SQL.  Values never come here: they are parameters. */
#include "base/buffer.h"

#include <string.h>

void buffer_identifier(struct buffer *b, const char *name)
{
    buffer_text(b, "\"");
    for (const char *quote; (quote = strchr(name, '"')); name = quote + 1) {
        buffer_add(b, name, (size_t)(quote - name));
        buffer_text(b, "\"\"");
    }
    buffer_text(b, name);
    buffer_text(b, "\"");
}

void buffer_table(struct buffer *b, const char *schema, const char *table)
{
    buffer_identifier(b, schema);
    buffer_text(b, ".");
    buffer_identifier(b, table);
}
