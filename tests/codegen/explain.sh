#!/bin/sh
# explain.sh ORMGEN DOCS: docs/errors.md has a section for each code, and its examples
# are what they say.
. "$(dirname "$0")/lib.sh"
errors=$2/errors.md
PATH=$(dirname "$ormgen"):$PATH

it "knows the code of each section, by the title that explain lists"
status 0 "$ormgen" explain
cp out codes
grep '^## ' "$errors" | sed 's/^## \(E[0-9]*\): /\1  /' >sections
diff -u codes sections >difference ||
    fail "each code has its section in docs/errors.md, in order: $(cat difference)"

it "prints the section of a code"
status 0 "$ormgen" explain E012
[ "$(head -1 out)" = "E012: $(sed -n 's/^E012  //p' codes)" ] || fail "$(cat out)"
mentions out '          book: { ref: books }'
cp out section
for spelling in e012 E12 12; do
    status 0 "$ormgen" explain "$spelling"
    diff -u section out >difference || fail "$(cat difference)"
done

it "knows no other codes"
for code in E000 E999 E0012 12x x E; do
    status 2 "$ormgen" explain "$code"
    mentions err "no code \"$code\""
done

# Splits the page into code.wrong.yaml, code.right.sh and the like.
awk '
/^## / { code = substr($2, 1, 4) }
/^Wrong:$/ { kind = "wrong" }
/^Right:$/ { kind = "right" }
/^```/ { file = file ? "" : code "." kind "." substr($0, 4); next }
file { print >file }
' "$errors"

# run FILE: its codes, one per line.
run() {
    ended=0
    mkdir try
    case $1 in
    *.yaml)
        cp "$1" try/blog.yaml
        (cd try && ormgen check --format json blog.yaml) >out 2>err || ended=$?
        ;;
    *.sh)
        sed 's/ormgen check/& --format json/' "$1" >script
        (cd try && sh -e ../script) >out 2>err || ended=$?
        ;;
    esac
    rm -r try
    sed -n 's/.*"code": "\(E[0-9]*\)".*/\1/p' out | sort -u
    return $ended
}

while read -r code _; do
    it "has a wrong example of $code that gives it and no other"
    ls "$code".wrong.* >wrong 2>/dev/null || fail "none is there"
    while read -r file; do
        got=$(run "$file") && fail "nothing is wrong with $file: $(cat err)"
        [ "$got" = "$code" ] || fail "$file gives $got $(cat out err)"
    done <wrong

    it "has a right example of $code"
    ls "$code".right.* >right 2>/dev/null || fail "none is there"
    while read -r file; do
        run "$file" >got || fail "$file: $(cat out err)"
    done <right
done <codes
