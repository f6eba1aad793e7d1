/* files.h: the files of a folder, for tests that run over all of them. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

#include <stddef.h>

/* The names that end so, sorted; ends the test if the folder cannot be read. */
char **files_ending(const char *folder, const char *ending, size_t *count);
void files_free(char **names, size_t count);

/* All of it, with a NUL behind; NULL if it cannot be read.  To be freed. */
char *file_read(const char *path, size_t *size);

#endif
