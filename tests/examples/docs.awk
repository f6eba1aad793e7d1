# docs.awk: a program of the examples in a page of docs/: each ```c block is the body of
# a function that has a session, `db`.
BEGIN {
    print "#include \"blog.orm.h\""
    print "#include <stdio.h>"
}
on && $0 == "```" {
    on = 0
    print "}"
    next
}
on { print }
$0 == "```c" {
    on = 1
    printf "\nstatic void example_%d(struct orm_session *db)\n{\n", ++count
}
END {
    print "\nint main(void)\n{"
    print "    struct orm_session *db = orm_open(NULL, &blog_schema);"
    for (i = 1; i <= count; i++)
        printf "    example_%d(db);\n", i
    print "    const bool good = orm_end(db);"
    print "    if (!good)\n        fprintf(stderr, \"%s\\n\", orm_message(db));"
    print "    orm_close(db);"
    print "    return good ? 0 : 1;"
    print "}"
}
