/* supervisor.h: the process that owns the private server. */
#ifndef ORMGEN_SUPERVISOR_H
#define ORMGEN_SUPERVISOR_H

#include "place.h"

/* Serves the leases asked for at `listener`; ends 2 s after the last one.  To be called
 * in a detached process. */
_Noreturn void supervise(const struct place *place, int listener, const char *bin);

#endif
