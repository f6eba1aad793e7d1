/* options.h: the command line, from tables. */
#ifndef CODEGEN_OPTIONS_H
#define CODEGEN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum exit_code {
    EXIT_OK = 0,
    EXIT_SCHEMA = 1, /* mistakes in the YAML */
    EXIT_USAGE = 2,
    EXIT_ENVIRONMENT = 4, /* files, memory */
    EXIT_INTERNAL = 70
};

struct arguments {
    const char *out_dir; /* or NULL */
    bool help;
    char **files;
    size_t file_count;
};

struct verb {
    const char *name;
    const char *usage;   /* what follows the name */
    const char *summary; /* one line */
    const char *help;
    size_t least_files;
    size_t most_files;
    bool raw; /* takes all arguments as they are: run() gets them in `files` */
    int (*run)(const struct arguments *a);
};

struct option {
    const char *verb;
    const char *name; /* without the dashes */
    char letter;      /* or 0 */
    const char *value;
    const char *help;
    size_t offset; /* in struct arguments: a const char * with a value, else a bool */
};

extern const struct verb verbs[]; /* ends with an empty one, as the next */
extern const struct option options[];

/* NULL, after a message, if there is none. */
const struct verb *find_verb(const char *name);

/* False after a message.  `argv` starts behind the verb; `files` is its rest. */
bool parse(const struct verb *v, int argc, char **argv, struct arguments *a);

void print_usage(void);
void print_help(const struct verb *v);

#endif
