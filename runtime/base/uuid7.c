/* uuid7.c: RFC 9562, version 7: 48 bits of milliseconds, then a counter that begins
 * anywhere and goes up by a random step while the millisecond lasts. */
#include "base/uuid7.h"

#include <sys/random.h>
#include <time.h>

/* In `high` after the 16 bits for the version and the counter's first 12, in `low` the
 * other 62. */
#define VERSION  0x7000u
#define LOW_BITS 62

static bool get_random(void *bytes, size_t size)
{
    return getrandom(bytes, size, 0) == (ssize_t)size; /* so few come whole, or not */
}

bool uuid7_make(struct uuid7 *last, struct orm_uuid *made)
{
    uint64_t random[2];
    if (!get_random(random, sizeof random))
        return false;
    const uint64_t low_mask = (UINT64_C(1) << LOW_BITS) - 1;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    const uint64_t now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    if (now > last->high >> 16) {
        last->high = now << 16 | VERSION | (random[0] & 0x7ff);
        last->low = random[1] & low_mask;
    } else {
        last->low += 1 + (random[0] & 0xffffffff);
        if (last->low > low_mask) {
            const bool full = (last->high & 0xfff) == 0xfff;
            last->high =
                full ? ((last->high >> 16) + 1) << 16 | VERSION : last->high + 1;
            last->low &= low_mask;
        }
    }
    const uint64_t low = last->low | UINT64_C(2) << LOW_BITS;
    for (int i = 0; i < 8; i++) {
        made->bytes[i] = (uint8_t)(last->high >> (56 - 8 * i));
        made->bytes[8 + i] = (uint8_t)(low >> (56 - 8 * i));
    }
    return true;
}
