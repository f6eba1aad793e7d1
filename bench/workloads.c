/* workloads.c: see workloads.h. */
#include "workloads.h"

const struct workload *const workloads[] = {&load_all, &load_some, &authors_of_some,
    &authors_of_all, &get_by_key, &tags_of_some, &insert_rows, &update_rows, &related,
    &mapped};
const size_t workload_count = sizeof workloads / sizeof *workloads;
