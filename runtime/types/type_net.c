/* type_net.c: uuid, inet, cidr and macaddr: so many bytes, and how people write them.
 */
#include "types/codec.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- uuid and macaddr: their bytes ------------------------------------------------- */

static void encode_uuid(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    buffer_add(to, v.data, sizeof(struct orm_uuid));
}

static void take_uuid(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    (void)c, (void)a;
    memcpy(at, cell.data, sizeof(struct orm_uuid));
}

const struct codec codec_uuid = {
    .accepts = codec_given,
    .encode = encode_uuid,
    .check = codec_any,
    .room = codec_no_room,
    .take = take_uuid,
};

static void encode_macaddr(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    buffer_add(to, v.data, sizeof(struct orm_macaddr));
}

static void take_macaddr(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    (void)c, (void)a;
    memcpy(at, cell.data, sizeof(struct orm_macaddr));
}

const struct codec codec_macaddr = {
    .accepts = codec_given,
    .encode = encode_macaddr,
    .check = codec_any,
    .room = codec_no_room,
    .take = take_macaddr,
};

static int hex_value(char c)
{
    const char digits[] = "0123456789abcdef";
    const char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *at = c ? strchr(digits, lower) : NULL;
    return at ? (int)(at - digits) : -1;
}

static char *put_hex(char *to, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 15];
    return to;
}

/* Whether a dash stands before the byte. */
static bool has_dash(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

const char *orm_uuid_text(struct orm_uuid value, char to[ORM_UUID_TEXT])
{
    char *at = to;
    for (int i = 0; i < 16; i++) {
        if (has_dash(i))
            *at++ = '-';
        at = put_hex(at, value.bytes[i]);
    }
    *at = '\0';
    return to;
}

bool orm_uuid_parse(const char *text, struct orm_uuid *value)
{
    struct orm_uuid read;
    for (int i = 0; i < 16; i++) {
        if (has_dash(i) && *text++ != '-')
            return false;
        const int high = hex_value(text[0]);
        const int low = high < 0 ? -1 : hex_value(text[1]);
        if (low < 0)
            return false;
        read.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text)
        return false;
    *value = read;
    return true;
}

void print_uuid(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    char text[ORM_UUID_TEXT];
    (void)c;
    buffer_text(to, orm_uuid_text(*(const struct orm_uuid *)v.data, text));
}

void print_macaddr(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_macaddr *mac = v.data;
    char text[18], *at = text;
    (void)c;
    for (int i = 0; i < 6; i++) {
        at = put_hex(at, mac->bytes[i]);
        *at++ = i < 5 ? ':' : '\0';
    }
    buffer_text(to, text);
}

/* -- inet and cidr ----------------------------------------------------------------- */

/* The server's numbers for the families, whatever the system's are. */
#define WIRE_INET4 2
#define WIRE_INET6 3

static unsigned address_bytes(unsigned family)
{
    return family == 4 ? 4 : family == 6 ? 16 : 0;
}

/* Whether all bits behind the prefix are 0: then it is a network. */
static bool is_network(const struct orm_inet *a)
{
    const unsigned bits = address_bytes(a->family) * 8;
    for (unsigned bit = a->prefix; bit < bits; bit++)
        if (a->address[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}

static bool accepts_inet(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    const struct orm_inet *a = v.data;
    if (!codec_given(m, c, v, e))
        return false;
    if (!address_bytes(a->family))
        return error_set_field(
            e, ORM_RANGE, m, c, "family %u; an address is of family 4 or 6", a->family);
    if (a->prefix > address_bytes(a->family) * 8)
        return error_set_field(e, ORM_RANGE, m, c,
            "a prefix of %u bits; an address of family %u has %u", a->prefix, a->family,
            address_bytes(a->family) * 8);
    if (c->type == ORM_CIDR && !is_network(a))
        return error_set_field(e, ORM_RANGE, m, c,
            "bits behind the prefix of %u are set; a cidr is a network, an inet is any "
            "address",
            a->prefix);
    return true;
}

static void encode_inet(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_inet *a = v.data;
    const unsigned bytes = address_bytes(a->family);
    const unsigned char head[4] = {a->family == 4 ? WIRE_INET4 : WIRE_INET6, a->prefix,
        c->type == ORM_CIDR, (unsigned char)bytes};
    buffer_add(to, head, sizeof head);
    buffer_add(to, a->address, bytes);
}

static bool check_inet(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    const unsigned char *head = (const unsigned char *)cell.data;
    if (cell.length != 8 && cell.length != 20)
        return codec_lies(m, c, e, "no address");
    const unsigned bytes = (unsigned)cell.length - 4;
    const unsigned family = bytes == 4 ? WIRE_INET4 : WIRE_INET6;
    return (head[0] == family && head[1] <= bytes * 8 && head[3] == bytes) ||
           codec_lies(m, c, e, "no address");
}

static void take_inet(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    struct orm_inet *inet = at;
    (void)c, (void)a;
    memset(inet, 0, sizeof *inet);
    inet->family = cell.data[0] == WIRE_INET4 ? 4 : 6;
    inet->prefix = (uint8_t)cell.data[1];
    memcpy(inet->address, cell.data + 4, (size_t)cell.length - 4);
}

const struct codec codec_inet = {
    .accepts = accepts_inet,
    .encode = encode_inet,
    .check = check_inet,
    .room = codec_no_room,
    .take = take_inet,
};

static int system_family(unsigned family)
{
    return family == 4 ? AF_INET : AF_INET6;
}

const char *orm_inet_text(struct orm_inet value, char to[ORM_INET_TEXT])
{
    const unsigned bits = address_bytes(value.family) * 8;
    *to = '\0';
    if (bits)
        inet_ntop(system_family(value.family), value.address, to, ORM_INET_TEXT);
    if (value.prefix != bits)
        snprintf(to + strlen(to), sizeof "/128", "/%u", value.prefix);
    return to;
}

bool orm_inet_parse(const char *text, struct orm_inet *value)
{
    struct orm_inet read = {.family = strchr(text, ':') ? 6 : 4};
    unsigned prefix = address_bytes(read.family) * 8;
    char address[INET6_ADDRSTRLEN];
    const size_t length = strcspn(text, "/");
    if (length >= sizeof address)
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (inet_pton(system_family(read.family), address, read.address) != 1)
        return false;
    if (text[length]) {
        const char *digits = text + length + 1;
        const size_t count = strspn(digits, "0123456789");
        if (count < 1 || count > 3 || digits[count] || (*digits == '0' && count > 1))
            return false;
        const unsigned given = (unsigned)strtoul(digits, NULL, 10);
        if (given > prefix)
            return false;
        prefix = given;
    }
    read.prefix = (uint8_t)prefix;
    *value = read;
    return true;
}

void print_inet(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    char text[ORM_INET_TEXT];
    (void)c;
    buffer_text(to, orm_inet_text(*(const struct orm_inet *)v.data, text));
}
