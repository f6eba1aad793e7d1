/* clock.h: monotonic time for deadlines, and the time of day for rows. */
#ifndef RUNTIME_CLOCK_H
#define RUNTIME_CLOCK_H

#include <stdint.h>

/* Milliseconds since some start. */
int64_t clock_now(void);

/* Microseconds since the same: to measure with. */
int64_t clock_monotonic(void);

#define CLOCK_NEVER INT64_MAX

void clock_sleep(int64_t milliseconds);

/* Microseconds since 1970-01-01 00:00 UTC: an orm_time. */
int64_t clock_wall(void);

#endif
