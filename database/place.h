/* place.h: whom the private server runs as, and where it lives. */
#ifndef ORMGEN_PLACE_H
#define ORMGEN_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

struct place {
    uid_t uid; /* the server's; another than ours only if we are root */
    gid_t gid;
    uid_t owner; /* who asked */
    char *dir;   /* of the running server and its control socket */
};

/* Decides; makes nothing. */
bool place_find(struct place *p);

/* Makes the running server's directory, or makes sure that the one there is ours. */
bool place_make(const struct place *p);

/* The directory of pristine clusters, made if need be; NULL if there can be none.  To
 * be called as the server's user. */
char *place_cache(const struct place *p);

#endif
