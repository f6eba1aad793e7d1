/* questions.h: what to ask the packages, answered by walking objects. */
#ifndef QUESTIONS_H
#define QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct orm_session;
struct walk;

struct question {
    const char *text;
    void (*answer)(struct walk *walk);
};

extern const struct question questions[];
extern const size_t question_count;

struct question_cost {
    size_t rows; /* that the loops went through */
    uint64_t statements;
    uint64_t round_trips;
    double milliseconds;
    /* Statements that the same loops would take with one for every query and one for
     * every object and relation they ask for, NULL references excepted: each counted
     * once, as if an object, once found, were never looked for again. */
    size_t one_per_access;
};

/* Asks on an empty session, so each answer pays for all it needs, and prints the
 * answer. `without` is the package that one question takes away.  False if it failed.
 */
bool question_ask(const struct question *question, struct orm_session *s,
    const char *without, FILE *out, struct question_cost *cost);

#endif
