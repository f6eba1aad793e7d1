# random_maze.awk -v seed=N: a schema of a few models with relations of every kind.
function chance(below) {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return int(seed / 65536) % below
}

# What the list of a reverse slot may say.
function how(prefix) {
    return chance(4) ? "" : ", " prefix "fetch: " (chance(2) ? "peers" : "one")
}

function key(i) {
    kind[i] = chance(4)
    if (kind[i] == 1) {
        print "    key: [code]"
        return "      code: text\n"
    }
    if (kind[i] == 2) {
        print "    key: [part, number]"
        return "      part: varchar(2)\n      number: int\n"
    }
    return chance(2) ? "      code: { type: text, unique: true }\n" : ""
}

# One reference, to any model; what may close a circle is optional.
function refer(i, n,   to, line) {
    to = chance(count)
    line = "      r" n ": { ref: m" to ", reverse: back" i n
    if (to >= i || chance(2))
        line = line ", optional: true"
    if (has_code[to] && chance(2))
        line = line ", to: code"
    print line (chance(4) ? how("reverse_") : ", unique: true") " }"
}

BEGIN {
    count = 3 + chance(4)
    print "module: maze\nmodels:"
    for (i = 0; i < count; i++) {
        print "  m" i ":"
        fields = key(i)
        has_code[i] = fields ~ /unique/
        printf "    fields:\n%s", fields
        print "      name: text"
        if (chance(2))
            print "      story: { type: text, optional: true, lazy: true }"
        for (n = 1 + chance(3); n; n--)
            refer(i, n)
        if (chance(2))
            print "      others: { many: m" chance(count) ", reverse: seen" i how("") " }"
    }
}
