/* options.h: the command line, from tables.
 *
 * verbs.c holds the tables; help, and all else that lists verbs and options, is made
 * from them. */
#ifndef CODEGEN_OPTIONS_H
#define CODEGEN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum exit_code {
    EXIT_OK = 0,
    EXIT_SCHEMA = 1,
    EXIT_USAGE = 2,
    EXIT_DIFFERENCES = 3,
    EXIT_ENVIRONMENT = 4,
    EXIT_INTERNAL = 70
};

struct strings {
    const char **at;
    size_t count;
};

/* What each option leaves behind: false, NULL or none where it was not given. */
struct arguments {
    const struct verb *verb;
    char **files; /* all that is not an option */
    size_t file_count;

    const char *out_dir;
    const char *depfile;
    const char *deptarget;
    const char *stamp;
    bool check;
    bool dry_run;
    bool watch;
    const char *names;
    const char *template_dir;
    struct strings plugins;
    const char *format;   /* of mistakes */
    const char *print_as; /* of what is printed */
    const char *color;
    bool help;
};

struct verb {
    const char *name;
    const char *usage;    /* what follows the name */
    const char *summary;  /* one line, without a full stop */
    const char *help;     /* paragraphs */
    const char *examples; /* command lines, each without the "ormgen" it starts with */
    const char *words;    /* that can follow, between blanks; VERB or CODE for those of
                           * ours; NULL: files */
    size_t least_files;
    size_t most_files;
    bool raw; /* takes all arguments as they are: run() gets them in `files` */
    int (*run)(const struct arguments *a);
};

struct option {
    const char *verbs;   /* that take it, between blanks; "*": all but the raw */
    const char *name;    /* without the dashes */
    char letter;         /* or 0 */
    const char *value;   /* "FILE" or "DIR" are paths; NULL: it takes none */
    const char *choices; /* the values there are, between blanks; NULL: any */
    bool many;           /* may be given more than once */
    const char *help;    /* one line */
    size_t offset; /* in struct arguments: a bool without a value, a struct strings
                    * of many, else a const char * */
};

struct exit_meaning {
    enum exit_code code;
    const char *meaning;
};

/* Each ends with an empty one. */
extern const struct verb verbs[];
extern const struct option options[];
extern const struct exit_meaning exit_meanings[];

/* NULL, after a message, if there is none. */
const struct verb *find_verb(const char *name);

bool option_belongs(const struct option *o, const struct verb *v);

/* False after a message.  `argv` starts behind the verb; `files` is its rest. */
bool parse(const struct verb *v, int argc, char **argv, struct arguments *a);

/* Prints what is wrong and how the verb is used; returns EXIT_USAGE. */
int usage_error(const struct verb *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
