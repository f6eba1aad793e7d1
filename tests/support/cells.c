/* cells.c: see cells.h. */
#include "cells.h"

#include <stdlib.h>
#include <string.h>

static const char *const labels[] = {"depends", "pre_depends", "suggests"};
static const struct orm_named_type kind = {
    .schema = "public", .name = "kind", .labels = labels, .label_count = 3};
static const struct orm_model model = {.name = "book"};

bool cell_column(unsigned n, struct orm_column *c)
{
    const bool is_array = n >= ORM_TYPE_COUNT;
    const unsigned type = is_array ? n - ORM_TYPE_COUNT : n;
    if (type == 0 || (is_array ? type >= ORM_ARRAY : type == ORM_ARRAY))
        return false;
    *c = (struct orm_column){.name = "c",
        .field = "c",
        .type = (uint8_t)(is_array ? ORM_ARRAY : type),
        .element = (uint8_t)(is_array ? type : 0),
        .named = type == ORM_ENUM ? &kind : NULL};
    if (type == ORM_VARCHAR || type == ORM_CHAR)
        c->length = 5;
    if (type == ORM_DECIMAL || type == ORM_NUMERIC) {
        c->length = type == ORM_DECIMAL ? 10 : 0;
        c->scale = type == ORM_DECIMAL ? 3 : 0;
    }
    return type < ORM_TYPE_COUNT;
}

#define HOLDS(what)                                                                    \
    do                                                                                 \
        if (!(what))                                                                   \
            abort();                                                                   \
    while (0)

/* Stores a checked cell; the room that was asked for must do. */
static union orm_value take(
    const struct orm_column *c, struct pg_cell cell, struct arena *a)
{
    const size_t size = type_size(c);
    void *at = arena_get(a, size);
    HOLDS(at && arena_reserve(a, type_room(c, cell)));
    const struct arena_block *const block = a->blocks;
    type_take(c, at, cell, a);
    HOLDS(a->blocks == block);
    return type_value(c, at);
}

bool cell_meet(const struct orm_column *c, const void *bytes, size_t size)
{
    /* At its own size, so that a sanitizer sees the byte behind it. */
    char *exact = malloc(size ? size : 1);
    HOLDS(exact);
    if (size)
        memcpy(exact, bytes, size);
    const struct pg_cell cell = {exact, (int)size};
    struct orm_error e = {0};
    struct arena a = {0};
    struct buffer again = {0};
    const bool is_value = type_check(&model, c, cell, &e);
    HOLDS(is_value == (e.code == ORM_OK));
    if (is_value) {
        const union orm_value v = take(c, cell, &a);
        if (type_accepts(&model, c, v, &e)) {
            type_encode(c, v, &again);
            const struct pg_cell other = {
                again.data ? again.data : "", (int)again.length};
            HOLDS(!again.failed && type_check(&model, c, other, &e));
            HOLDS(type_equal(c, v, take(c, other, &a)));
            HOLDS(type_is_cell(c, v, other));
            buffer_clear(&again);
            if (c->type < ORM_INT4_RANGE)
                type_print(c, v, &again);
        }
    }
    buffer_free(&again);
    arena_free(&a);
    free(exact);
    return is_value;
}
