/* text_file.h: the whole of a file. */
#ifndef CODEGEN_TEXT_FILE_H
#define CODEGEN_TEXT_FILE_H

#include "buffer.h"

#include <stdbool.h>

/* "-" is standard input.  False: errno says why. */
bool text_file(const char *path, struct buffer *text);

#endif
