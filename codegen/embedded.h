/* embedded.h: the files that are part of the program: templates/ and a few texts. */
#ifndef CODEGEN_EMBEDDED_H
#define CODEGEN_EMBEDDED_H

struct embedded {
    const char *name; /* "orm.h" for orm.h.tmpl */
    const char *text;
};

/* Each ends with an empty one. */
extern const struct embedded templates[];
extern const struct embedded texts[];

/* NULL if there is none of that name. */
const char *embedded_text(const struct embedded *table, const char *name);

#endif
