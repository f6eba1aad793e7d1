/* ops.h: operations, each done to the session and to the model. */
#ifndef TESTS_OPS_H
#define TESTS_OPS_H

#include "world.h"

void op_get(void);
void op_find(void);
void op_all(void);
void op_follow(void);
void op_set(void);
void op_set_ref(void);
void op_new(void);
void op_add(void);
void op_delete(void);
void op_refresh(void);
void op_expire(void);
void op_flush(void);
void op_commit(void);
void op_rollback(void);
void op_reset(void);
void op_begin(void);
void op_scope(void);
void op_keep(void);
void op_other(void);
void op_set_list(void);
void op_update_all(void);
void op_delete_all(void);
void op_autoflush(void);
void op_retry(void);
void op_load(void);
void op_upsert(void);
void op_get_or_create(void);
void op_savepoint(void);
void op_release(void);
void op_rollback_to(void);

/* -- Choosing ---------------------------------------------------------------------- */

#define ANY_MODEL MODELS
#define LIVE      (BIT(IS_NEW) | BIT(IS_CLEAN))

/* One in one of the states, a bit each; NULL: there is none. */
struct thing *any_thing(unsigned model, uint32_t states);
struct row *any_row(struct base *b, unsigned model);

/* There is room for some more of it. */
bool has_room(unsigned model);

/* Another session deleted a row whose key can be given again: an object that does not
 * know might be written to the new one. */
bool is_mourned(unsigned model);
struct thing *new_thing(unsigned model, struct orm_object *o);
int16_t at(const struct thing *t);

/* -- Reading ----------------------------------------------------------------------- */

/* What was asked about a model flushed what waited there. */
void must_be_flushed(const struct call *c, unsigned model);

/* What came for a row that should be there or not. */
void given(struct orm_object *o, unsigned model, const int *key, bool asked);

/* -- Writing ----------------------------------------------------------------------- */

/* A column that the program sets. */
bool is_free(const struct orm_model *m, unsigned column);
void put(struct orm_object *o, unsigned column, int value);

/* Sets it on both sides; false: the session has failed. */
bool set(struct thing *t, unsigned column, int value);

/* In the model alone. */
bool is_linked(const struct thing *t, unsigned k, const struct thing *to);
void link_model(struct thing *t, unsigned k, const struct thing *to);
void link_either(struct thing *t, unsigned k, struct thing *to);
void unset_model(struct thing *t, unsigned k);

void add_model(struct thing *owner, const struct orm_to_many *rel, struct thing *t);
void remove_model(struct thing *owner, const struct orm_to_many *rel, struct thing *t);

bool is_key_of_row(const struct thing *t, const struct orm_to_one *ref);

#endif
