# random_checks.awk: a table with many checks that nobody thought of.
# awk -v seed=1 -f random_checks.awk
function r(n) { return int(rand() * n) }
function pick(list,   parts, n) { n = split(list, parts, "|"); return parts[1 + r(n)] }

function whole(depth) {
    if (depth <= 0 || r(3) == 0)
        return pick("small|whole|other|big|0|1|2|-1|32767|2147483647|3000000000")
    if (r(8) == 0)
        return "(" whole(depth - 1) ")"
    if (r(8) == 0)
        return "- " whole(0)
    if (r(6) == 0)
        return "length(" pick("words|code") ")"
    if (r(8) == 0)
        return pick("num_nulls|num_nonnulls") "(whole, words, day, exact)"
    return whole(depth - 1) pick(" + |-|*| - |/| % ") whole(depth - 1)
}
function number(depth) {
    if (depth <= 0 || r(3) == 0)
        return pick("price|tax|0.5|1.25|-2.50|100|.1|whole|0.00")
    return number(depth - 1) pick(" + | - | * ") number(depth - 1)
}
function real() { return pick("ratio|exact|exact|ratio|0|1|0.5|0.1|-1|1.25") }
function text() { return pick("words|code|words|'a'|'it''s'|''|'ab'|words") }
function sign() { return pick("=|<>|!= |<|<=|>|>=") }
function same() { return pick("=|<>|!=") }

function compare(   a) {
    a = r(12)
    if (a < 3) return whole(2) sign() whole(2)
    if (a < 5) return number(2) " " sign() number(1)
    if (a == 5) return pick("ratio|exact") sign() real()
    if (a == 6) return pick("words|code") " " same() " " text()
    if (a == 7) return "mood " same() pick("'happy'|'sad'|mood")
    if (a == 8) return "day " sign() pick(" date '2000-02-29'|'1970-01-01'|until")
    if (a == 9) return pick("moment " sign() " later|flag = other_flag|flag <> true|flag")
    if (a == 10) return pick("whole|words|mood|exact|flag|day|bytes|tags") " is " pick("null|not null")
    return pick("whole is distinct from other|price is distinct from 1|words is not distinct from code|" \
        "flag is not distinct from other_flag|mood is distinct from 'sad'|day is distinct from until|" \
        "exact is not distinct from ratio|small + 1 is not distinct from whole")
}
function list() {
    a = r(3)
    if (a == 0) return whole(1) pick(" in | not in ") "(" whole(0) ", " whole(0) ", 2)"
    if (a == 1) return pick("words|code") pick(" in | not in ") "('a', '', 'b')"
    return "mood" pick(" in | not in ") "('sad', 'bored')"
}
function range() {
    if (r(3) == 0) return pick("exact|ratio") pick(" between | not between ") real() " and " real()
    if (r(3) == 0) return "day between '1999-12-31' and date '2000-03-01'"
    return number(1) pick(" between | not between ") number(1) " and " number(1)
}
function condition(depth,   a) {
    a = depth <= 0 ? r(4) : r(8)
    if (a < 2) return compare()
    if (a == 2) return list()
    if (a == 3) return range()
    if (a == 4) return "not " condition(depth - 1)
    if (a == 5) return "(" condition(depth - 1) ")" pick("| is true| is not true| is false| is unknown| is not null")
    return condition(depth - 1) pick(" and | or | AND\\n| Or ") condition(depth - 1)
}

BEGIN {
    srand(seed)
    print "module: checks"
    print "models:"
    print "  sample:"
    print "    fields:"
    split("small int2|whole int4|other int4|big int8|price numeric(8,2)|tax numeric(5,3)|" \
        "ratio float4|exact float8|words text|code varchar(4)|flag bool|other_flag bool|" \
        "day date|until date|moment timestamptz|later timestamptz|bytes bytea", fields, "|")
    for (i = 1; i in fields; i++) {
        split(fields[i], f, " ")
        printf "      %s: { type: \"%s\", optional: true }\n", f[1], f[2]
    }
    print "      mood: { enum: [happy, sad, bored], optional: true }"
    print "      tags: { type: \"text[]\", optional: true }"
    print "    checks:"
    for (i = 1; i <= count; i++) {
        text_of = condition(3)
        gsub(/--/, "- -", text_of) # would be a comment
        printf "      check_%03d: \"%s\"\n", i, text_of
    }
}
