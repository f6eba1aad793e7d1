#!/bin/sh
# snippets.sh ORMGEN INCLUDE YAML PAGE: each block of C in the page compiles, as part of a
# program on that schema.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" generate --out-dir "$work" "$3"
{
    printf '#include "%s.orm.h"\n#include <stdio.h>\n' "$(basename "$3" .yaml)"
    awk '
        /^```c$/ { on = 1; printf "void snippet_%d(struct orm_session *db);\n", ++n
                   printf "void snippet_%d(struct orm_session *db)\n{\n", n
                   printf "#line %d \"%s\"\n", NR + 1, FILENAME; next }
        /^```$/ && on { on = 0; print "(void)db;\n}"; next }
        on' "$4"
} >"$work/snippets.c"
[ "$(grep -c '^void snippet_.*;' "$work/snippets.c")" -gt 5 ]
cc -std=c11 -Wall -Wextra -Werror -Wno-unused-variable -Wno-unused-but-set-variable \
    "-I$2" "-I$work" -fsyntax-only "$work/snippets.c"
