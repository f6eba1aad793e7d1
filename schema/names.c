/* names.c: names become C identifiers, so they are made of what C identifiers are made
 * of. */
#include "names.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *prefix_problem(const char *name)
{
    const size_t length = strlen(name);
    if (length == 0)
        return "is empty";
    if (!is_letter(name[0]))
        return "must begin with a letter, A-Z or a-z";
    for (size_t i = 0; i < length; i++)
        if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != '_')
            return "may hold only letters A-Z and a-z, digits and _";
    if (length > NAME_MAX_BYTES)
        return "is longer than 48 bytes";
    if (strstr(name, "__"))
        return "may not hold __, which C++ keeps for itself";
    return NULL;
}

const char *name_problem(const char *name)
{
    const char *problem = prefix_problem(name);
    if (!problem && name[strlen(name) - 1] == '_')
        problem = "may not end in _, which marks members of generated structs";
    return problem;
}

const char *sql_name_problem(const char *name)
{
    const size_t length = strlen(name);
    if (length == 0)
        return "is empty";
    if (length > SQL_NAME_MAX_BYTES)
        return "is longer than the 63 bytes that PostgreSQL keeps of a name";
    for (size_t i = 0, bytes; i < length; i += bytes) {
        uint32_t c = 0;
        bytes = text_decode(name + i, length - i, &c);
        if (!bytes || c < 0x20 || text_hazard(c))
            return "may not hold tabs, line ends or other control characters";
    }
    return NULL;
}

const char *extension_name_problem(const char *name)
{
    const size_t length = strlen(name);
    const bool has_dash = length > 0 && (name[0] == '-' || name[length - 1] == '-');
    if (has_dash || strstr(name, "--") || strpbrk(name, "/\\"))
        return "may not begin or end in -, nor hold --, / or \\: PostgreSQL looks for "
               "a "
               "file of that name";
    return sql_name_problem(name);
}
