/* quote.h: the one place where text of the user's becomes part of C or SQL.
 *
 * Names that pass the reader's allow-list need no quoting in C.  Everything else, and
 * every identifier in SQL, goes through here. */
#ifndef CODEGEN_QUOTE_H
#define CODEGEN_QUOTE_H

#include "buffer.h"

#define QUOTE_COLUMNS 88

/* "..." */
void quote_c(struct buffer *out, const char *s);

/* A block comment filled to 88 columns, without the last newline; nothing if there are
 * no words.  A blank line in `s` begins a new paragraph. */
void quote_comment(struct buffer *out, const char *s);

/* "name", for SQL */
void quote_sql_name(struct buffer *out, const char *name);

/* 'text', for SQL with standard_conforming_strings = on */
void quote_sql_text(struct buffer *out, const char *s);

#endif
