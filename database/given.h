/* given.h: a database on a server that we did not start. */
#ifndef ORMGEN_GIVEN_H
#define ORMGEN_GIVEN_H

/* Starts a process that makes the database, keeps it for the lease whose other end is
 * returned, and drops it; -1 if it cannot. */
int given_start(void);

#endif
