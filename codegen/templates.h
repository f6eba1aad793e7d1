/* templates.h: the files that are embedded when ormgen is built: templates/ and
 * reserved.txt. */
#ifndef CODEGEN_TEMPLATES_H
#define CODEGEN_TEMPLATES_H

struct template
{
    const char *name; /* "orm.h" for orm.h.tmpl */
    const char *text;
};

extern const struct template templates[]; /* ends with an empty one */

/* NULL if there is none of that name. */
const char *template_text(const char *name);

#endif
