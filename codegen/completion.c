/* completion.c: `ormgen completion`: what the shells know of our verbs and options,
 * from the tables of verbs.c. */
#include "diag_codes.h"
#include "run.h"

#include <stdio.h>
#include <string.h>

/* -- Words ------------------------------------------------------------------------- */

static void print_verbs(void)
{
    for (const struct verb *v = verbs; v->name; v++)
        printf("%s%s", v == verbs ? "" : " ", v->name);
}

/* What can follow a verb, but files and options. */
static void print_words(const char *words)
{
    if (strcmp(words, "VERB") == 0)
        print_verbs();
    else if (strcmp(words, "CODE") == 0)
        for (enum diag_code code = 1; code < ERR_END; code++)
            printf("%sE%03d", code == 1 ? "" : " ", (int)code);
    else
        fputs(words, stdout);
}

static bool is_directory(const struct option *o)
{
    return o->value && strcmp(o->value, "DIR") == 0;
}

/* In single quotes; what is in `special` gets a backslash. */
static void print_quoted(const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            printf("%s%c", strchr(special, *text) ? "\\" : "", *text);
    }
}

/* -- bash -------------------------------------------------------------------------- */

static void print_bash_value(const struct verb *v, const struct option *o)
{
    printf("    %s:--%s", v->name, o->name);
    if (o->letter)
        printf(" | %s:-%c", v->name, o->letter);
    if (o->choices)
        printf(") COMPREPLY=($(compgen -W '%s' -- \"$word\")) ;;\n", o->choices);
    else
        printf(") COMPREPLY=($(compgen -%c -- \"$word\")) ;;\n",
            is_directory(o) ? 'd' : 'f');
}

static void print_bash_verb(const struct verb *v)
{
    printf("    %s:-*) COMPREPLY=($(compgen -W '", v->name);
    const char *before = "";
    for (const struct option *o = options; o->name; o++)
        if (option_belongs(o, v)) {
            printf("%s--%s", before, o->name);
            before = " ";
        }
    puts("' -- \"$word\")) ;;");
    if (v->words) {
        printf("    %s:*) COMPREPLY=($(compgen -W '", v->name);
        print_words(v->words);
        puts("' -- \"$word\")) ;;");
    }
}

static void print_bash(void)
{
    puts("# bash completion for ormgen, made by `ormgen completion bash`\n"
         "_ormgen()\n"
         "{\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - "
         "1]}\n"
         "    local verb=${COMP_WORDS[1]} IFS=$' \\t\\n'\n"
         "    COMPREPLY=()\n"
         "    if [ \"$COMP_CWORD\" -eq 1 ]; then");
    printf("        COMPREPLY=($(compgen -W '");
    print_verbs();
    puts("' -- \"$word\"))\n"
         "        return\n"
         "    fi\n"
         "    # --option=value comes as three words\n"
         "    if [ \"$word\" = = ]; then\n"
         "        word=\n"
         "    elif [ \"$before\" = = ]; then\n"
         "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "    fi\n"
         "    case $verb:$before in");
    for (const struct verb *v = verbs; v->name; v++)
        for (const struct option *o = options; o->name; o++)
            if (o->value && option_belongs(o, v))
                print_bash_value(v, o);
    puts("    *) _ormgen_words ;;\n"
         "    esac\n"
         "}\n\n"
         "_ormgen_words()\n"
         "{\n"
         "    case $verb:$word in");
    for (const struct verb *v = verbs; v->name; v++)
        print_bash_verb(v);
    puts("    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
         "    esac\n"
         "}\n\n"
         "complete -o filenames -F _ormgen ormgen");
}

/* -- zsh --------------------------------------------------------------------------- */

static void print_zsh_option(const struct option *o)
{
    printf(" \\\n            '");
    if (o->many)
        putchar('*');
    if (o->letter)
        printf("(-%c --%s)'{-%c,--%s}'", o->letter, o->name, o->letter, o->name);
    else
        printf("--%s%s", o->name, o->value ? "=" : "");
    putchar('[');
    print_quoted(o->help, "[]:\\");
    putchar(']');
    if (o->choices)
        printf(":%s:(%s)", o->value, o->choices);
    else if (o->value)
        printf(":%s:_files%s", o->value, is_directory(o) ? " -/" : "");
    putchar('\'');
}

static void print_zsh(void)
{
    puts("#compdef ormgen\n"
         "# zsh completion for ormgen, made by `ormgen completion zsh`\n"
         "_ormgen()\n"
         "{\n"
         "    local -a verbs\n"
         "    verbs=(");
    for (const struct verb *v = verbs; v->name; v++) {
        printf("        '%s:", v->name);
        print_quoted(v->summary, "");
        puts("'");
    }
    puts("    )\n"
         "    if (( CURRENT == 2 )); then\n"
         "        _describe verb verbs\n"
         "        return\n"
         "    fi\n"
         "    shift words\n"
         "    (( CURRENT-- ))\n"
         "    case $words[1] in");
    for (const struct verb *v = verbs; v->name; v++) {
        printf("    %s)\n        _arguments", v->name);
        for (const struct option *o = options; o->name; o++)
            if (option_belongs(o, v))
                print_zsh_option(o);
        if (v->words) {
            printf(" \\\n            '*: :(");
            print_words(v->words);
            puts(")'");
        } else {
            puts(" \\\n            '*:file:_files'");
        }
        puts("        ;;");
    }
    puts("    esac\n"
         "}\n\n"
         "_ormgen \"$@\"");
}

/* -- fish -------------------------------------------------------------------------- */

static void print_fish_option(const struct verb *v, const struct option *o)
{
    printf("complete -c ormgen -n '__fish_seen_subcommand_from %s' -l %s", v->name,
        o->name);
    if (o->letter)
        printf(" -s %c", o->letter);
    if (o->choices)
        printf(" -x -a '%s'", o->choices);
    else if (is_directory(o))
        printf(" -x -a '(__fish_complete_directories)'");
    else if (o->value)
        printf(" -r -F");
    printf(" -d '");
    print_quoted(o->help, "\\");
    puts("'");
}

static void print_fish(void)
{
    puts("# fish completion for ormgen, made by `ormgen completion fish`");
    for (const struct verb *v = verbs; v->name; v++) {
        printf("complete -c ormgen -f -n __fish_use_subcommand -a %s -d '", v->name);
        print_quoted(v->summary, "\\");
        puts("'");
        if (v->words) {
            printf("complete -c ormgen -f -n '__fish_seen_subcommand_from %s' -a '",
                v->name);
            print_words(v->words);
            puts("'");
        }
        for (const struct option *o = options; o->name; o++)
            if (option_belongs(o, v))
                print_fish_option(v, o);
    }
}

/* ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*print)(void);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

int run_completion(const struct arguments *a)
{
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(shells[i].name, a->files[0]) == 0) {
            shells[i].print();
            return flush_stdout();
        }
    return usage_error(
        a->verb, "no shell \"%s\"; there are bash, zsh and fish", a->files[0]);
}
