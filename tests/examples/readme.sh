#!/bin/sh
# The first block of a language ($1) in README ($2) is this file ($3), byte for byte.
awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } $0 == "```" { if (on) exit } on' "$2" |
    diff -u - "$3"
