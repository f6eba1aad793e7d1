/* patterns.c: every name that comes out, as the templates write it.
 *
 * What macros of orm_conditions.h make of a column is in c_families. */
#include "patterns.h"

#include <stddef.h>

const struct pattern of_model[] = {
    {STRUCT, "%m"},
    {STRUCT, "%m_list"},
    {STRUCT, "%m_manager"},
    {STRUCT, "%m_cond"},
    {STRUCT, "%m_order"},
    {STRUCT, "%m_plan"},
    {STRUCT, "%m_pick"},
    {STRUCT, "%m_query"},
    {ENUM, "%m_column"},
    {OBJECT, "%m_model"},
    {FUNCTION, "%m_table"},
    {FUNCTION, "%m_all"},
    {FUNCTION, "%m_find"},
    {FUNCTION, "%m_first"},
    {FUNCTION, "%m_get"},
    {FUNCTION, "%m_get_many"},
    {FUNCTION, "%m_require"},
    {FUNCTION, "%m_count"},
    {FUNCTION, "%m_exists"},
    {FUNCTION, "%m_from_sql"},
    {FUNCTION, "%m_explain"},
    {FUNCTION, "%m_refresh"},
    {FUNCTION, "%m_refresh_with"},
    {FUNCTION, "%m_prefetch"},
    {FUNCTION, "%m_keep"},
    {FUNCTION, "%m_expire"},
    {FUNCTION, "%m_group"},
    {STRUCT, "%m_chunks"},
    {FUNCTION, "%m_stream"},
    {FUNCTION, "%m_chunk"},
    {FUNCTION, "%m_stream_end"},
    {FUNCTION, "%m_where"},
    {FUNCTION, "%m_sort"},
    {FUNCTION, "%m_with"},
    {FUNCTION, "%m_after"},
    {FUNCTION, "%m_not"},
    {FUNCTION, "%m_ignoring_case"},
    {FUNCTION, "%m_compare"},
    {FUNCTION, "%m_nulls_first"},
    {FUNCTION, "%m_nulls_last"},
    {FUNCTION, "%m_any_of"},
    {FUNCTION, "%m_all_of"},
    {FUNCTION, "%m_none_of"},
    {FUNCTION, "%m_end"},
    {FUNCTION, "%m_select"},
    {FUNCTION, "%m_into"},
    {FUNCTION, "%m_rows_into"},
    {FUNCTION, "%m_picks_end"},
    {FUNCTION, "%m_having"},
    {FUNCTION, "%m_having_real"},
    {FUNCTION, "%m_by_pick"},
    {0, NULL},
};

const struct pattern of_written_model[] = {
    {FUNCTION, "%m_new"},
    {FUNCTION, "%m_delete"},
    {FUNCTION, "%m_clone"},
    {FUNCTION, "%m_on_event"},
    {STRUCT, "%m_change"},
    {STRUCT, "%m_changes"},
    {FUNCTION, "%m_change_also"},
    {FUNCTION, "%m_column_to"},
    {FUNCTION, "%m_update_all"},
    {FUNCTION, "%m_delete_all"},
    {STRUCT, "%m_load"},
    {FUNCTION, "%m_load_begin"},
    {FUNCTION, "%m_load_row"},
    {FUNCTION, "%m_load_end"},
    {ENUM, "%m_constraint"},
    {CONSTANT, "%M_NO_CONSTRAINT"},
    {FUNCTION, "%m_violated"},
    {FUNCTION, "%m_upsert"},
    {FUNCTION, "%m_get_or_create"},
    {0, NULL},
};

const struct pattern of_composite_model[] = {
    {STRUCT, "%m_key"},
    {0, NULL},
};

const struct pattern of_listed_model[] = {
    {FUNCTION, "%m_add"},
    {FUNCTION, "%m_remove"},
    {FUNCTION, "%m_set"},
    {FUNCTION, "%m_clear"},
    {0, NULL},
};

const struct pattern of_model_listed_elsewhere[] = {
    {MACRO, "%M_ADD_ORM_H"},
    {0, NULL},
};

const struct pattern of_model_shown_elsewhere[] = {
    {MACRO, "%M_MANAGER_ORM_H"},
    {0, NULL},
};

const struct pattern of_field[] = {
    {FUNCTION, "%m_%f"},
    {CONSTANT, "%M_%F"},
    {0, NULL},
};

const struct pattern of_settable_field[] = {
    {FUNCTION, "%m_set_%f"},
    {0, NULL},
};

const struct pattern of_optional_field[] = {
    {FUNCTION, "%m_has_%q"},
    {0, NULL},
};

const struct pattern of_clearable_field[] = {
    {FUNCTION, "%m_clear_%q"},
    {0, NULL},
};

const struct pattern of_family[] = {
    {FUNCTION, "%m_%f_%o"},
    {0, NULL},
};

const struct pattern of_slot[] = {
    {FUNCTION, "%m_%f"},
    {FUNCTION, "%m_%f_state"},
    {FUNCTION, "%m_%f_as"},
    {CONSTANT, "%M_REF_%F"},
    {FUNCTION, "%m_%f_is"},
    {FUNCTION, "%m_%f_in"},
    {FUNCTION, "%m_%f_matches"},
    {FUNCTION, "%m_by_%f"},
    {FUNCTION, "%m_of_%f"},
    {FUNCTION, "%m_with_%f"},
    {FUNCTION, "%m_with_%f_as"},
    {FUNCTION, "%m_join_%f"},
    {0, NULL},
};

const struct pattern of_changeable_ref[] = {
    {FUNCTION, "%m_%f_to"},
    {0, NULL},
};

const struct pattern of_nullable_ref[] = {
    {FUNCTION, "%m_%f_to_null"},
    {0, NULL},
};

/* Of one column, it is that column's. */
const struct pattern of_optional_ref[] = {
    {FUNCTION, "%m_clear_%f"},
    {0, NULL},
};

const struct pattern of_many[] = {
    {FUNCTION, "%m_%f"},
    {CONSTANT, "%M_MANY_%F"},
    {FUNCTION, "%m_%f_as"},
    {FUNCTION, "%m_%f_some"},
    {FUNCTION, "%m_%f_count_into"},
    {FUNCTION, "%m_with_%f"},
    {FUNCTION, "%m_with_%f_as"},
    {0, NULL},
};

const struct pattern of_value[] = {
    {STRUCT, "%m"},
    {0, NULL},
};

const struct pattern of_embed[] = {
    {FUNCTION, "%m_%f"},
    {0, NULL},
};

const struct pattern of_optional_embed[] = {
    {FUNCTION, "%m_has_%f"},
    {0, NULL},
};

const struct pattern of_clearable_embed[] = {
    {FUNCTION, "%m_clear_%f"},
    {0, NULL},
};

const struct pattern of_enumeration[] = {
    {ENUM, "%m"},
    {FUNCTION, "%m_name"},
    {0, NULL},
};

const struct pattern of_array_enumeration[] = {
    {STRUCT, "%m_array"},
    {0, NULL},
};

const struct pattern of_label[] = {
    {CONSTANT, "%M_%F"},
    {0, NULL},
};
