#!/bin/sh
# hostile.sh ORMGEN INCLUDE: whatever stands in a text, the code around it is the same.
. "$(dirname "$0")/lib.sh"
include=$2
strict="-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I$include"

# schema TEXT: TEXT, in YAML's double quotes, wherever a text may stand.
schema() {
    cat >s.yaml <<YAML
models:
  book:
    doc: "$1"
    table: "b$2"
    fields:
      title: { type: text, doc: "$1", column: "c$2", default: "$1" }
      other: { ref: book, doc: "$1", reverse: others, optional: true }
YAML
}

tokens() {
    gcc -std=c11 -E -P "-I$include" s.orm.c |
        sed -e 's/0x[0-9a-f]*u/HASH/' -e 's/"[bc]\(\\.\|[^"\\]\)*"/"NAME"/g'
}

schema 'words' ''
"$ormgen" generate s.yaml
tokens >benign

it "keeps every text inside its comment or string"
while IFS= read -r text; do
    # Docs may be long; SQL names may not.
    schema "$text" "$(printf %.20s "$text" | sed 's/\\*$//')"
    status 0 "$ormgen" generate s.yaml
    # shellcheck disable=SC2086
    status 0 gcc $strict -c s.orm.c -o s.o
    # shellcheck disable=SC2086
    status 0 clang $strict -c s.orm.c -o s.o
    tokens >hostile
    diff benign hostile >difference || fail "$text: $(cat difference)"
done <<'TEXTS'
*/ int injected;
/* nested
*\/ int injected;
*\\/ int injected;
*\\ / int injected;
a \\\\ b
ends in \\
word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word\\ word
??/ ??/
what??/ *??/ /
???????
\"; int injected; char *s = \"
\"
%s %n %d
\\x41 \\101 \\0
1\\n2
#include <stdio.h>
'); DROP TABLE book; --
'
$$ $tag$
\u00e4\u00f6\u00fc \u65e5\u672c
// comment \\
TEXTS

it "says in C what the YAML says"
schema 'a' ' \"q\" ??/ \\ %s ü'
"$ormgen" generate s.yaml
cat >main.c <<'C'
#include "s.orm.h"
#include <stdio.h>
int main(void)
{
    puts(book_model.table);
    return 0;
}
C
# shellcheck disable=SC2086
status 0 gcc $strict main.c s.orm.c -o main
status 0 ./main
says out 'b "q" ??/ \ %s ü'
