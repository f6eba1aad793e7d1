/* die.h: a benchmark that cannot measure says why, and ends. */
#ifndef BENCH_DIE_H
#define BENCH_DIE_H

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
