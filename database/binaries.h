/* binaries.h: where PostgreSQL's server programs are. */
#ifndef ORMGEN_BINARIES_H
#define ORMGEN_BINARIES_H

/* The absolute directory of `postgres` and `initdb`; NULL if there is none. */
char *binaries_find(void);

#endif
