/* uuid7.h: uuids that begin with the time, so that rows made one after another lie side
 * by side in an index. */
#ifndef RUNTIME_UUID7_H
#define RUNTIME_UUID7_H

#include <ormgen/orm.h>

/* The one made last, as two numbers; zeroes at first. */
struct uuid7 {
    uint64_t high, low;
};

/* Greater than the last, whatever the clock does.  False: the system gives no random
 * numbers. */
bool uuid7_make(struct uuid7 *last, struct orm_uuid *made);

#endif
