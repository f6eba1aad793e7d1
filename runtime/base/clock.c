/* clock.c: two clocks.  Deadlines are measured by CLOCK_MONOTONIC, so that a changed
 * wall clock moves none; rows are dated by the wall clock. */
#include "base/clock.h"

#include <errno.h>
#include <time.h>

static int64_t microseconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return microseconds(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic(void)
{
    return microseconds(CLOCK_MONOTONIC);
}

void clock_sleep(int64_t milliseconds)
{
    struct timespec left = {
        .tv_sec = (time_t)(milliseconds / 1000),
        .tv_nsec = (long)(milliseconds % 1000) * 1000000,
    };
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

int64_t clock_wall(void)
{
    return microseconds(CLOCK_REALTIME);
}
