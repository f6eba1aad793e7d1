/* params.c: the binary parameters of one statement. */
#include "types/params.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

void params_clear(struct params *p)
{
    buffer_clear(&p->bytes);
    p->count = 0;
}

void params_free(struct params *p)
{
    buffer_free(&p->bytes);
    memory_free(p->offsets);
    memory_free(p->values);
    memory_free(p->lengths);
    memory_free(p->types);
    *p = (struct params){0};
}

/* Arrays that grow together. */
static bool grow(struct params *p)
{
    if ((size_t)p->count < p->capacity)
        return true;
    size_t a = p->capacity, b = a, c = a, d = a;
    const size_t need = (size_t)p->count + 1;
    if (!memory_grow(&p->offsets, &a, need, sizeof *p->offsets) ||
        !memory_grow(&p->values, &b, need, sizeof *p->values) ||
        !memory_grow(&p->lengths, &c, need, sizeof *p->lengths) ||
        !memory_grow(&p->types, &d, need, sizeof *p->types)) {
        p->bytes.failed = true;
        return false;
    }
    p->capacity = a;
    return true;
}

static void begin(struct params *p)
{
    if (!grow(p))
        return;
    p->types[p->count] = 0;
    p->lengths[p->count] = 0;
    p->offsets[p->count++] = p->bytes.length;
}

void params_type(struct params *p, uint32_t oid)
{
    if (!p->bytes.failed)
        p->types[p->count - 1] = oid;
}

void params_add(struct params *p, const struct orm_column *c, union orm_value v)
{
    begin(p);
    type_encode(c, v, &p->bytes);
}

void params_add_array(struct params *p, const struct orm_column *c, union orm_value v,
    uint32_t element_oid)
{
    enum {
        DIMENSIONS_AND_NULLS = 8
    };
    const size_t at = p->bytes.length + DIMENSIONS_AND_NULLS;
    params_add(p, c, v);
    buffer_patch_int32(&p->bytes, at, element_oid);
}

void params_add_int8(struct params *p, int64_t v)
{
    begin(p);
    buffer_int64(&p->bytes, (uint64_t)v);
}

void params_add_text(struct params *p, const char *text)
{
    begin(p);
    buffer_text(&p->bytes, text);
}

void params_add_pattern(
    struct params *p, const char *before, const char *text, const char *after)
{
    begin(p);
    buffer_text(&p->bytes, before);
    for (size_t n; *text; text += n) {
        n = strcspn(text, "\\%_");
        buffer_add(&p->bytes, text, n);
        if (text[n]) {
            buffer_text(&p->bytes, "\\");
            buffer_add(&p->bytes, &text[n++], 1);
        }
    }
    buffer_text(&p->bytes, after);
}

/* As array_send() writes it: dimensions, has nulls, element type, then for the one
 * dimension its length and lower bound. */
void params_array_begin(struct params *p, uint32_t element_oid)
{
    begin(p);
    buffer_int32(&p->bytes, 1);
    buffer_int32(&p->bytes, 1);
    buffer_int32(&p->bytes, element_oid);
    p->array_count = p->bytes.length;
    p->array_length = 0;
    buffer_int32(&p->bytes, 0);
    buffer_int32(&p->bytes, 1);
}

void params_array_add(struct params *p, const struct orm_column *c, union orm_value v)
{
    const size_t at = p->bytes.length;
    buffer_int32(&p->bytes, 0);
    if (c->type == ORM_ARRAY)
        type_print(c, v, &p->bytes);
    else
        type_encode(c, v, &p->bytes);
    buffer_patch_int32(&p->bytes, at, (uint32_t)(p->bytes.length - at - 4));
    p->array_length++;
}

void params_array_add_null(struct params *p)
{
    buffer_int32(&p->bytes, UINT32_MAX);
    p->array_length++;
}

void params_array_end(struct params *p)
{
    buffer_patch_int32(&p->bytes, p->array_count, p->array_length);
}

void params_unnest(struct buffer *sql, unsigned count)
{
    buffer_text(sql, "unnest(");
    for (unsigned i = 1; i <= count; i++) {
        buffer_text(sql, i > 1 ? ", $" : "$");
        buffer_number(sql, i);
    }
    buffer_text(sql, ")");
}

void params_add_null(struct params *p)
{
    begin(p);
    if (!p->bytes.failed)
        p->lengths[p->count - 1] = -1;
}

bool params_finish(struct params *p, struct orm_error *e)
{
    if (p->bytes.failed)
        return error_nomem(e);
    if (p->bytes.length > INT_MAX / 2)
        return error_set(e, ORM_RANGE,
            "one statement's values add up to %zu bytes; a gigabyte is the limit, "
            "flush "
            "more often",
            p->bytes.length);
    /* To libpq, a value without an address is null. */
    const char *bytes = p->bytes.data ? p->bytes.data : "";
    for (int i = 0; i < p->count; i++) {
        const size_t end = i + 1 < p->count ? p->offsets[i + 1] : p->bytes.length;
        const bool is_null = p->lengths[i] < 0;
        p->values[i] = is_null ? NULL : bytes + p->offsets[i];
        p->lengths[i] = is_null ? -1 : (int)(end - p->offsets[i]);
    }
    return true;
}
