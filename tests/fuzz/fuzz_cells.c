/* fuzz_cells.c: any bytes as a value from a server.  The first byte chooses the type.
 */
#include "cells.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct orm_column c;
    if (size > 0 && cell_column(data[0] % (2 * ORM_TYPE_COUNT), &c))
        cell_meet(&c, data + 1, size - 1);
    return 0;
}
