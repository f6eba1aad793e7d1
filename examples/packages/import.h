/* import.h: makes the database say what a file of packages says. */
#ifndef IMPORT_H
#define IMPORT_H

#include "control.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import_result {
    size_t added; /* packages, named ones included */
    size_t removed;
    uint64_t statements;
    uint64_t round_trips;
    double milliseconds;
};

/* One unit of work: all of it or nothing.  What is there and equal is not written, what
 * the file no longer has is removed.  False when something failed: see orm_message(),
 * which is "" if it was memory. */
bool import_packages(
    struct orm_session *s, const struct control *control, struct import_result *result);

#endif
