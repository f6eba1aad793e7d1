/* sql.c: `ormgen sql` and `ormgen check`: a schema is read, and nothing is written. */
#include "buffer.h"
#include "ddl.h"
#include "run.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>

int run_check(const struct arguments *a)
{
    struct report *r = report_open(a);
    int status = EXIT_OK;

    for (size_t i = 0; i < a->file_count; i++) {
        struct schema *s = NULL;
        char *base = source_base(a->files[i]);
        const int one =
            base ? source_read(a->files[i], base, a->names, r, NULL, &s) : EXIT_USAGE;
        if (one > status)
            status = one;
        schema_free(s);
        free(base);
    }
    report_close(r);
    const int printed = flush_stdout();
    return status > printed ? status : printed;
}

int run_sql(const struct arguments *a)
{
    struct schema *s;
    struct buffer out = {0};
    struct report *r = report_open(a);
    char *base = source_base(a->files[0]);
    int status = base ? source_read(a->files[0], base, NULL, r, NULL, &s) : EXIT_USAGE;

    report_close(r);
    if (status == EXIT_OK) {
        char *name = format("%s.yaml", base);
        ddl(s, name, &out);
        fputs(out.at, stdout);
        status = flush_stdout();
        buffer_free(&out);
        free(name);
        schema_free(s);
    }
    free(base);
    return status;
}
