/* reserved.h: the names that C, C++ and their libraries have taken. */
#ifndef CODEGEN_RESERVED_H
#define CODEGEN_RESERVED_H

/* What a name means there; several may be true. */
enum reserved {
    RESERVED_KEYWORD = 1, /* of C or C++ */
    RESERVED_MACRO = 2,   /* without parameters */
    RESERVED_TAG = 4,     /* struct stat */
    RESERVED_TYPEDEF = 8, /* div_t */
    RESERVED_FUNCTION = 16,
    RESERVED_VARIABLE = 32,
    RESERVED_CONSTANT = 64, /* an enumerator */

    /* What each kind of name must avoid.  A struct may be named like a function. */
    RESERVED_STRUCT =
        RESERVED_KEYWORD | RESERVED_MACRO | RESERVED_TAG | RESERVED_TYPEDEF,
    RESERVED_PARAMETER =
        RESERVED_KEYWORD | RESERVED_MACRO | RESERVED_TYPEDEF | RESERVED_VARIABLE,
    RESERVED_ANY = 127
};

/* The kinds among `kinds` that `name` is, or 0. */
unsigned reserved(const char *name, unsigned kinds);

#endif
