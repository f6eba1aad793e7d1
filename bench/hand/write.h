/* write.h: a row of the table `draft` as parameters. */
#ifndef HAND_WRITE_H
#define HAND_WRITE_H

#include "../drafts.h"
#include "array.h"

enum {
    HAND_DRAFT_ISBN = 5,
    HAND_DRAFT_COLUMNS = 8
};

extern const enum hand_type hand_draft_types[HAND_DRAFT_COLUMNS];

/* `params` point into it and into the values it was made of. */
struct hand_row {
    struct hand_params params;
    uint64_t author_id;
    uint64_t created;
    uint32_t pages;
    uint32_t published;
    uint16_t price[4 + 6];
    char in_print;
};

void hand_write_row(struct hand_row *row, const struct draft_values *v);

#endif
