/* suggest.c: Damerau-Levenshtein, at most 2: a letter too many, too few, wrong, or two
 * swapped.  Short names need to be nearer, or anything would look like them. */
#include "suggest.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    LONGEST = 64 /* longer names are no names */
};

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = a[i - 1] != b[j - 1];
            row[j] = min(above[j - 1] + change, min(above[j], row[j - 1]) + 1);
            const bool swapped =
                i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped)
                row[j] = min(row[j], second[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

void suggest_offer(struct suggestion *s, const char *candidate)
{
    const size_t m = strlen(s->wanted), n = strlen(candidate);
    if (m == 0 || m > LONGEST || n > LONGEST)
        return;
    const size_t furthest = min(m, n) < 3 ? 0 : min(m, n) < 5 ? 1 : 2;
    const size_t gap = m > n ? m - n : n - m;
    size_t d;
    if (strcasecmp(s->wanted, candidate) == 0)
        d = 0;
    else if (gap > furthest || (d = distance(s->wanted, m, candidate, n)) > furthest)
        return;
    if (!s->best || d < s->distance) {
        s->best = candidate;
        s->distance = d;
    }
}
