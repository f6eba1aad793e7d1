/* literal_bytes.c: which literals bytea, uuid, inet, cidr and macaddr hold. */
#include "literal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* `x` stands for a hexadecimal digit, all else for itself. */
static bool has_form(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == 'x' ? !isxdigit((unsigned char)*text) : *text != *form)
            return false;
    return !*text;
}

bool holds_uuid(const struct field *f, const char *text)
{
    (void)f;
    return has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

bool holds_macaddr(const struct field *f, const char *text)
{
    (void)f;
    return has_form(text, "xx:xx:xx:xx:xx:xx");
}

bool holds_bytea(const struct field *f, const char *text)
{
    (void)f;
    if (strncmp(text, "\\x", 2) != 0)
        return false;
    const char *digits = text + 2;
    const size_t count = strspn(digits, "0123456789abcdefABCDEF");
    return count % 2 == 0 && !digits[count];
}

/* The number of a prefix, or -1. */
static int prefix_of(const char *text, int most)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 3 || text[digits] || (*text == '0' && digits > 1))
        return -1;
    const int prefix = (int)strtol(text, NULL, 10);
    return prefix <= most ? prefix : -1;
}

bool holds_inet(const struct field *f, const char *text)
{
    const int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    const int bits = family == AF_INET ? 32 : 128;
    const size_t length = strcspn(text, "/");
    unsigned char bytes[16] = {0};
    char address[INET6_ADDRSTRLEN];
    if (length >= sizeof address)
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (inet_pton(family, address, bytes) != 1)
        return false;
    const int prefix = text[length] ? prefix_of(text + length + 1, bits) : bits;
    if (prefix < 0)
        return false;
    for (int bit = prefix; f->type == TYPE_CIDR && bit < bits; bit++)
        if (bytes[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}
