/* codec.h: what each kind of values must know, for the files type_*.c and types.c. */
#ifndef RUNTIME_CODEC_H
#define RUNTIME_CODEC_H

#include "types/types.h"

/* Between PostgreSQL's epoch, 2000-01-01, and ours. */
#define EPOCH_DAYS         10957
#define EPOCH_MICROSECONDS INT64_C(946684800000000)

#define DAY_MICROSECONDS INT64_C(86400000000)

/* For texts and structs; types.c itself knows what numbers need.  As the functions of
 * types.h. */
struct codec {
    bool (*accepts)(const struct orm_model *m, const struct orm_column *c,
        union orm_value v, struct orm_error *e);
    void (*encode)(const struct orm_column *c, union orm_value v, struct buffer *to);
    bool (*check)(const struct orm_model *m, const struct orm_column *c,
        struct pg_cell cell, struct orm_error *e);
    size_t (*room)(const struct orm_column *c, struct pg_cell cell);
    void (*take)(
        const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a);
};

extern const struct codec codec_text;
extern const struct codec codec_char;
extern const struct codec codec_json;
extern const struct codec codec_jsonb;
extern const struct codec codec_bytea;
extern const struct codec codec_numeric;
extern const struct codec codec_uuid;
extern const struct codec codec_interval;
extern const struct codec codec_inet;
extern const struct codec codec_macaddr;
extern const struct codec codec_array;
extern const struct codec codec_range;
extern const struct codec codec_multirange;

typedef void codec_print(
    const struct orm_column *c, union orm_value v, struct buffer *to);

codec_print print_integer, print_date, print_time, print_timestamp, print_timestamptz,
    print_decimal, print_text, print_bytea, print_uuid, print_interval, print_inet,
    print_macaddr, print_array;

/* What a type is; one row for each in types.c. */
struct type_row {
    const char *yaml;
    const char *sql; /* as in the server's messages */
    struct type_oids oids;
    int length;      /* on the wire; -1: any */
    uint8_t size;    /* in a struct */
    uint8_t element; /* what a range is made of */
    const struct codec *codec;
    codec_print *print;
};

extern const struct type_row type_rows[]; /* by enum orm_type */

/* -- Bytes ------------------------------------------------------------------------- */

/* Numbers as the wire has them; compilers make one load and one swap of each. */
static inline uint16_t wire16(const char *data)
{
    const unsigned char *b = (const unsigned char *)data;
    return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t wire32(const char *data)
{
    const unsigned char *b = (const unsigned char *)data;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t wire64(const char *data)
{
    const unsigned char *b = (const unsigned char *)data;
    return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 | (uint64_t)b[2] << 40 |
           (uint64_t)b[3] << 32 | (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
           (uint64_t)b[6] << 8 | b[7];
}

/* A four byte length and so many bytes at *at, which moves on; a length of -1 is null.
 * False: the cell is too short. */
static inline bool codec_next(struct pg_cell cell, int *at, struct pg_cell *part)
{
    if (cell.length - *at < 4)
        return false;
    const int32_t length = (int32_t)wire32(cell.data + *at);
    *at += 4;
    if (length < -1 || length > cell.length - *at)
        return false;
    *part = (struct pg_cell){length < 0 ? NULL : cell.data + *at, length};
    *at += length < 0 ? 0 : length;
    return true;
}

/* Appends a length, to be patched by codec_end(). */
size_t codec_begin(struct buffer *to);
void codec_end(struct buffer *to, size_t at);

/* Records that the server sent what is no value of the type, and why. */
bool codec_lies(const struct orm_model *m, const struct orm_column *c,
    struct orm_error *e, const char *what);

/* Members of codecs: a pointer will do, any bytes will do, nothing is pointed to. */
bool codec_given(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e);
bool codec_any(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e);
size_t codec_no_room(const struct orm_column *c, struct pg_cell cell);

/* -- Numbers in decimal ------------------------------------------------------------ */

void decimal_encode(const struct orm_column *c, int64_t value, struct buffer *to);

/* False: the cell is none of the type, and decimal_refuse() says why. */
bool decimal_read(const struct orm_column *c, struct pg_cell cell, int64_t *value);
bool decimal_refuse(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e);

/* 10 to the power of n < 19 */
int64_t decimal_power(unsigned n);

/* Below 0, 0, above 0; of accepted texts. */
int numeric_compare(const char *a, const char *b);

/* -- Texts ------------------------------------------------------------------------- */

/* The members of codec_text, for what is text and more. */
bool text_accepts(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e);
void text_encode(const struct orm_column *c, union orm_value v, struct buffer *to);
bool text_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e);
size_t text_room(const struct orm_column *c, struct pg_cell cell);
void text_take(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a);

#endif
