/* write.c: see write.h. */
#include "write.h"

#include "rows.h"

#include <endian.h>
#include <string.h>

const enum hand_type hand_draft_types[HAND_DRAFT_COLUMNS] = {HAND_TEXT, HAND_INT8,
    HAND_INT4, HAND_NUMERIC, HAND_DATE, HAND_TEXT, HAND_BOOL, HAND_TIMESTAMPTZ};

/* A numeric(10,2) that is not negative: three groups of four digits at most before the
 * point, one behind it.  Returns the bytes. */
static size_t write_price(uint16_t *out, int64_t hundredths)
{
    const int64_t whole = hundredths / 100;
    const uint16_t groups[4] = {(uint16_t)(whole / 100000000),
        (uint16_t)(whole / 10000 % 10000), (uint16_t)(whole % 10000),
        (uint16_t)(hundredths % 100 * 100)};
    int first = 0, end = 4;
    while (first < 3 && !groups[first])
        first++;
    while (end > first && !groups[end - 1])
        end--;
    out[0] = htobe16((uint16_t)(end - first));
    out[1] = htobe16((uint16_t)(2 - first));
    out[2] = 0;
    out[3] = htobe16(2);
    for (int i = first; i < end; i++)
        out[4 + i - first] = htobe16(groups[i]);
    return 8 + 2 * (size_t)(end - first);
}

void hand_write_row(struct hand_row *row, const struct draft_values *v)
{
    struct hand_params *p = &row->params;
    row->author_id = htobe64((uint64_t)v->author_id);
    row->pages = htobe32((uint32_t)v->pages);
    row->published = htobe32((uint32_t)(v->published - HAND_EPOCH_DAYS));
    row->in_print = v->in_print;
    row->created = htobe64((uint64_t)(v->created - HAND_EPOCH_US));
    p->count = 0;
    hand_param(p, v->title, strlen(v->title));
    hand_param(p, &row->author_id, sizeof row->author_id);
    hand_param(p, &row->pages, sizeof row->pages);
    hand_param(p, row->price, write_price(row->price, v->price));
    hand_param(p, &row->published, sizeof row->published);
    hand_param(p, v->isbn, v->isbn ? strlen(v->isbn) : 0);
    hand_param(p, &row->in_print, sizeof row->in_print);
    hand_param(p, &row->created, sizeof row->created);
}
