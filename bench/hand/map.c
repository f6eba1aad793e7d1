/* map.c: see map.h. */
#include "map.h"

#include "../die.h"

#include <stdlib.h>

void hand_map_open(struct hand_map *m, size_t most)
{
    m->bits = 4;
    while ((size_t)1 << m->bits < 2 * most)
        m->bits++;
    m->entries = calloc((size_t)1 << m->bits, sizeof *m->entries);
    if (!m->entries)
        die("memory is out");
}

void hand_map_close(struct hand_map *m)
{
    free(m->entries);
    *m = (struct hand_map){0};
}
