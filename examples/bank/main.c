/* bank: a bank with a few accounts, and tellers that move money all at once.
 *
 *     bank open N          N accounts of 100.00 each
 *     bank run NAME COUNT  COUNT transfers between any two of them; NAME names the
 * teller bank total           what all accounts hold together
 */
#include "bank.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS 1000 /* at most */

static char numbers[ACCOUNTS][16];

static void make_numbers(void)
{
    for (int i = 0; i < ACCOUNTS; i++)
        snprintf(numbers[i], sizeof numbers[i], "DE%06d", i);
}

static int failed(const struct orm_session *s)
{
    fprintf(stderr, "bank: %s\n", orm_message(s));
    return 1;
}

static int open_accounts(struct orm_session *s, size_t count)
{
    struct opening openings[ACCOUNTS];
    for (size_t i = 0; i < count; i++)
        openings[i] = (struct opening){numbers[i], 10000};
    return bank_open(s, openings, count) ? 0 : failed(s);
}

/* Repeats itself for a teller: good enough to choose accounts. */
static unsigned draw(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % below;
}

static int run(struct orm_session *s, const char *teller, size_t count)
{
    const unsigned accounts = (unsigned)account_count(account_table(s), NULL);
    if (orm_status(s) != ORM_OK)
        return failed(s);
    unsigned seed = (unsigned)strlen(teller);
    for (const char *c = teller; *c; c++)
        seed = seed * 31 + (unsigned char)*c;
    size_t made = 0, refused = 0;
    for (size_t i = 0; i < count && accounts > 1; i++) {
        char token[64];
        snprintf(token, sizeof token, "%s-%zu", teller, i);
        const unsigned payer = draw(&seed, accounts);
        const unsigned payee = (payer + 1 + draw(&seed, accounts - 1)) % accounts;
        const enum moved moved = bank_transfer(
            s, token, numbers[payer], numbers[payee], 1 + (int64_t)draw(&seed, 5000));
        if (moved == NOT_MOVED)
            return failed(s);
        made += moved == MOVED;
        refused += moved == NOT_COVERED;
        orm_reset(s);
    }
    printf("%s: %zu made, %zu not covered\n", teller, made, refused);
    return 0;
}

static int total(struct orm_session *s)
{
    const int64_t cents = bank_total(s);
    if (cents < 0 || !orm_end(s))
        return failed(s);
    char shown[ORM_DECIMAL_TEXT];
    printf("%s\n", orm_decimal_text(cents, 2, shown));
    return 0;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    make_numbers();
    struct orm_session *s = orm_open(NULL, &bank_schema);
    int status = 2;
    if (strcmp(verb, "open") == 0 && argc == 3)
        status = open_accounts(s, strtoul(argv[2], NULL, 10) % (ACCOUNTS + 1));
    else if (strcmp(verb, "run") == 0 && argc == 4)
        status = run(s, argv[2], strtoul(argv[3], NULL, 10));
    else if (strcmp(verb, "total") == 0 && argc == 2)
        status = total(s);
    else
        fputs("usage: bank open N | run NAME COUNT | total\n", stderr);
    orm_close(s);
    return status;
}
