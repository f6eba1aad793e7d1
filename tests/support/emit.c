/* emit.c: the way of main.c from YAML to outputs, without files. */
#include "emit.h"
#include "ddl.h"
#include "render.h"
#include "schema.h"
#include "symbols.h"
#include "view.h"
#include "wrap.h"

#include <lua.h>
#include <stdio.h>
#include <stdlib.h>

static void fill(struct render *r, const char *template, struct buffer *out)
{
    struct buffer raw = {0};

    if (render(r, template, &raw) != 0)
        abort();
    wrap(buffer_of(&raw), out);
    buffer_free(&raw);
}

static char *printed(const struct diag *d)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    diag_print(d, out);
    fclose(out);
    return text;
}

bool emit(const char *base, const char *yaml, size_t size, struct outputs *out,
    char **message)
{
    static struct render *r; /* one for all: it compiles the templates */
    struct diag *d = diag_new();
    char *file = format("%s.yaml", base);
    struct schema *s = schema_parse(file, yaml, size, d);

    *out = (struct outputs){0};
    if (!s && diag_count(d) == 0)
        abort(); /* refused without a word */
    if (s)
        symbols_check(s, base, d);
    const bool good = s && diag_count(d) == 0;
    if (good) {
        if (!r)
            r = render_open(&(struct render_setup){0});
        view(render_lua(r), s, base);
        fill(r, "orm.h", &out->header);
        fill(r, "orm.c", &out->source);
        lua_settop(render_lua(r), 0);
        ddl(s, file, &out->sql);
    }
    if (message)
        *message = good ? NULL : printed(d);
    schema_free(s);
    diag_free(d);
    free(file);
    return good;
}

void outputs_free(struct outputs *out)
{
    buffer_free(&out->header);
    buffer_free(&out->source);
    buffer_free(&out->sql);
}
