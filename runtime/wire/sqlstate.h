/* sqlstate.h: what the server's codes mean to a program. */
#ifndef RUNTIME_SQLSTATE_H
#define RUNTIME_SQLSTATE_H

#include <ormgen/orm.h>

enum orm_code code_of_sqlstate(const char *state);

#endif
