/* bank.c: see bank.h.
 *
 * A transfer reads both accounts and writes what it has read: so it is serializable,
 * and the server refuses one of two that meet, which orm_transaction() runs again. */
#include "bank.h"

static struct account *account_of(struct orm_session *s, const char *number)
{
    const struct account_query q = {.where = {account_number_eq(number)}};
    return account_first(account_table(s), &q);
}

bool bank_open(struct orm_session *s, const struct opening *openings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct account *account = account_new(account_table(s));
        account_set_number(account, openings[i].number);
        account_set_balance(account, openings[i].balance);
    }
    return orm_commit(s);
}

struct order {
    const char *token, *payer, *payee;
    int64_t amount;
    enum moved moved;
};

static bool is_made(struct orm_session *s, const char *token)
{
    const struct transfer_query q = {.where = {transfer_token_eq(token)}};
    return transfer_exists(transfer_table(s), &q);
}

static void record(struct orm_session *s, const struct order *order,
    struct account *payer, struct account *payee)
{
    account_set_balance(payer, account_balance(payer) - order->amount);
    account_set_balance(payee, account_balance(payee) + order->amount);
    struct transfer *made = transfer_new(transfer_table(s));
    transfer_set_token(made, order->token);
    transfer_set_amount(made, order->amount);
    transfer_set_payer(made, payer);
    transfer_set_payee(made, payee);
}

/* True: there is something to commit. */
static bool transfer(struct orm_session *s, void *arg)
{
    struct order *order = arg;
    if (is_made(s, order->token)) {
        order->moved = MOVED;
        return false;
    }
    struct account *payer = account_of(s, order->payer);
    struct account *payee = account_of(s, order->payee);
    if (!payer || !payee) {
        order->moved = NO_ACCOUNT;
        return false;
    }
    if (account_balance(payer) < order->amount) {
        order->moved = NOT_COVERED;
        return false;
    }
    record(s, order, payer, payee);
    return true;
}

enum moved bank_transfer(struct orm_session *s, const char *token, const char *payer,
    const char *payee, int64_t amount)
{
    const struct orm_transaction_options serializable = {
        .begin = {.isolation = ORM_SERIALIZABLE}, .attempts = 20};
    struct order order = {token, payer, payee, amount, NOT_MOVED};
    if (orm_transaction(s, transfer, &order, &serializable))
        return MOVED;
    return orm_status(s) == ORM_OK ? order.moved : NOT_MOVED;
}

int64_t bank_total(struct orm_session *s)
{
    int64_t cents = 0;
    const struct account_pick picks[] = {
        account_balance_sum_into(&cents), account_picks_end()};
    return orm_next(account_select(account_table(s), NULL, picks)) ? cents : -1;
}
