/* orm_values.h: values that C has no type for.  orm.h includes it.
 *
 * Getters and setters pass the structs by value; conditions take a pointer to yours,
 * which must live until the query has run.  What a struct points to is copied when it
 * is set, and what a getter's struct points to belongs to the session. */
#ifndef ORM_VALUES_H
#define ORM_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ORM_CHECKED __attribute__((warn_unused_result))
#define ORM_EXPORT  __attribute__((visibility("default")))
#else
#define ORM_CHECKED
#define ORM_EXPORT
#endif

/* Initialises any of the structs below to nothing. */
#ifdef __cplusplus
#define ORM_ZERO                                                                       \
    {                                                                                  \
    }
#else
#define ORM_ZERO                                                                       \
    {                                                                                  \
        0                                                                              \
    }
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* -- Time -------------------------------------------------------------------------- */

/* Microseconds since 1970-01-01 00:00 UTC (PostgreSQL counts from 2000).  The range is
 * PostgreSQL's up to the year 294246; later values are ORM_RANGE. */
typedef int64_t orm_time;

/* The same, as a clock on some wall shows it: a timestamp without a zone. */
typedef int64_t orm_timestamp;

/* Of both. */
#define ORM_TIME_INFINITY       INT64_MAX
#define ORM_TIME_MINUS_INFINITY INT64_MIN

/* Days since 1970-01-01. */
typedef int32_t orm_date;
#define ORM_DATE_INFINITY       INT32_MAX
#define ORM_DATE_MINUS_INFINITY INT32_MIN

/* Microseconds since midnight; 24:00 is one of them. */
typedef int64_t orm_clock;

/* Three numbers, since a month has no fixed length and a day may have 23 hours. */
struct orm_interval {
    int64_t microseconds;
    int32_t days;
    int32_t months;
};

/* -- Numbers ----------------------------------------------------------------------- */

/* A numeric(p,s) of up to 18 digits is an int64_t, scaled by 10^s: 12.50 is 1250 if s
 * is 2.  This one is no number: */
#define ORM_DECIMAL_NAN INT64_MIN

/* "-12.50"; `to` holds what it needs. */
#define ORM_DECIMAL_TEXT 24
ORM_EXPORT const char *orm_decimal_text(
    int64_t value, unsigned scale, char to[ORM_DECIMAL_TEXT]);

/* Reads "-12.5" and its like.  False: it is none, has more than `scale` digits after
 * the point, or is too large. */
ORM_EXPORT bool orm_decimal_parse(const char *text, unsigned scale, int64_t *value);

/* -- Bytes and addresses ----------------------------------------------------------- */

struct orm_bytes {
    const void *data;
    size_t len;
};

struct orm_uuid {
    uint8_t bytes[16];
};

/* "0190a6bc-8f35-7cde-b7b1-1f2e3d4c5b6a" */
#define ORM_UUID_TEXT 37
ORM_EXPORT const char *orm_uuid_text(struct orm_uuid value, char to[ORM_UUID_TEXT]);
ORM_EXPORT bool orm_uuid_parse(const char *text, struct orm_uuid *value);

/* An address with the length of its network's prefix: 32 or 128 is a host. */
struct orm_inet {
    uint8_t family; /* 4 or 6; 0: no address */
    uint8_t prefix;
    uint8_t address[16]; /* of family 4 the first four */
};

/* "192.168.0.1", "10.0.0.0/8", "2001:db8::1/64" */
#define ORM_INET_TEXT 50
ORM_EXPORT const char *orm_inet_text(struct orm_inet value, char to[ORM_INET_TEXT]);
ORM_EXPORT bool orm_inet_parse(const char *text, struct orm_inet *value);

struct orm_macaddr {
    uint8_t bytes[6];
};

/* -- Arrays ------------------------------------------------------------------------ */

/* All are laid out alike.  `nulls` tells which items are null; NULL: none is.  All zero
 * is an empty array. */
struct orm_bool_array {
    const bool *items;
    const bool *nulls;
    size_t len;
};
struct orm_int2_array {
    const int16_t *items;
    const bool *nulls;
    size_t len;
};
struct orm_int4_array { /* also of dates */
    const int32_t *items;
    const bool *nulls;
    size_t len;
};
struct orm_int8_array { /* also of times and scaled decimals */
    const int64_t *items;
    const bool *nulls;
    size_t len;
};
struct orm_float4_array {
    const float *items;
    const bool *nulls;
    size_t len;
};
struct orm_float8_array {
    const double *items;
    const bool *nulls;
    size_t len;
};
struct orm_text_array {
    const char *const *items;
    const bool *nulls;
    size_t len;
};
struct orm_bytes_array {
    const struct orm_bytes *items;
    const bool *nulls;
    size_t len;
};
struct orm_uuid_array {
    const struct orm_uuid *items;
    const bool *nulls;
    size_t len;
};
struct orm_interval_array {
    const struct orm_interval *items;
    const bool *nulls;
    size_t len;
};
struct orm_inet_array {
    const struct orm_inet *items;
    const bool *nulls;
    size_t len;
};
struct orm_macaddr_array {
    const struct orm_macaddr *items;
    const bool *nulls;
    size_t len;
};

/* -- Ranges ------------------------------------------------------------------------ */

/* What a range's `bounds` add up to.  [1,10) has ORM_LOWER_IN.  Ranges of whole numbers
 * and days are kept as [from,to), as PostgreSQL keeps them.  All zero is empty. */
enum orm_bounds {
    ORM_EMPTY = 1,
    ORM_LOWER_IN = 2, /* the lower bound is in the range */
    ORM_UPPER_IN = 4,
    ORM_NO_LOWER = 8, /* the range has no lower bound */
    ORM_NO_UPPER = 16
};

struct orm_int4_range {
    int32_t lower, upper;
    uint8_t bounds;
};
struct orm_int8_range {
    int64_t lower, upper;
    uint8_t bounds;
};
struct orm_numeric_range {
    const char *lower, *upper;
    uint8_t bounds;
};
struct orm_date_range {
    orm_date lower, upper;
    uint8_t bounds;
};
struct orm_timestamp_range {
    orm_timestamp lower, upper;
    uint8_t bounds;
};
struct orm_time_range {
    orm_time lower, upper;
    uint8_t bounds;
};

/* The server keeps a multirange's ranges in order and joins those that meet. */
struct orm_int4_multirange {
    const struct orm_int4_range *items;
    size_t len;
};
struct orm_int8_multirange {
    const struct orm_int8_range *items;
    size_t len;
};
struct orm_numeric_multirange {
    const struct orm_numeric_range *items;
    size_t len;
};
struct orm_date_multirange {
    const struct orm_date_range *items;
    size_t len;
};
struct orm_timestamp_multirange {
    const struct orm_timestamp_range *items;
    size_t len;
};
struct orm_time_multirange {
    const struct orm_time_range *items;
    size_t len;
};

#ifdef __cplusplus
}
#endif
#endif
