/* bank.h: what a bank does with its accounts. */
#ifndef BANK_H
#define BANK_H

#include "bank.orm.h"

enum moved {
    MOVED,       /* now, or when it was asked for before */
    NOT_COVERED, /* the payer has less */
    NO_ACCOUNT,
    NOT_MOVED /* the session says why */
};

/* An account's money, in cents. */
struct opening {
    const char *number;
    int64_t balance;
};

/* Makes accounts, all of them or, if one is there already, none. */
bool bank_open(struct orm_session *s, const struct opening *openings, size_t count);

/* Moves `amount` cents, in a transaction that runs again when it meets another one.
 * `token` names the transfer: it is made once, however often it is asked for. */
enum moved bank_transfer(struct orm_session *s, const char *token, const char *payer,
    const char *payee, int64_t amount);

/* What all accounts hold together; -1 when the session has failed. */
int64_t bank_total(struct orm_session *s);

#endif
