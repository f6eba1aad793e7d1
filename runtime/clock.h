/* clock.h: monotonic time, the only time the runtime knows. */
#ifndef RUNTIME_CLOCK_H
#define RUNTIME_CLOCK_H

#include <stdint.h>

/* Milliseconds since some start. */
int64_t clock_now(void);

#define CLOCK_NEVER INT64_MAX

#endif
