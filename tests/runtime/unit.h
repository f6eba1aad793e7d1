/* unit.h: what cmocka wants included, and random numbers with a printed seed. */
#ifndef TESTS_RUNTIME_UNIT_H
#define TESTS_RUNTIME_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* ORMGEN_TEST_SEED repeats a run. */
static inline uint64_t unit_seed(void)
{
    const char *given = getenv("ORMGEN_TEST_SEED");
    const uint64_t seed =
        given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u;
    printf("seed: ORMGEN_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed | 1;
}

/* xorshift64 (Marsaglia 2003). */
static inline uint64_t unit_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
