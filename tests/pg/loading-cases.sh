#!/bin/sh
# loading-cases.sh: every case of loading-cases.md has its tests, and they exist.
# "waits: what" stands for tests to come, "none" for what is not ours.
set -eu
tests=$(dirname "$0")
cases=$tests/loading-cases.md
failed=0
fail() {
    echo "loading-cases: $*" >&2
    failed=1
}

known=$(mktemp)
trap 'rm -f "$known"' EXIT
# One that main() does not list does not compile: it would be unused.
sed -nE 's/^static void ([a-z0-9_]+)\(void \*\*state\)$/\1/p' "$tests"/*_test.c >"$known"

rows=$(sed -nE 's/^\| ([A-Z]+-[0-9]+) \|.*\| ([^|]*) \|$/\1 \2/p' "$cases")
echo "$rows" | cut -d' ' -f1 | sort | uniq -d | grep . && fail "a case stands twice"

# The cases are numbered through, but for the two that nobody has.
missing() {
    family=$1 last=$2 but=$3 i=1
    while [ $i -le "$last" ]; do
        echo "$rows" | grep -q "^$family-$i " || [ $i = "$but" ] || fail "$family-$i is missing"
        i=$((i + 1))
    done
}
missing D 8 0
missing C 14 0
missing MC 18 0
missing PF 39 0
missing AP 34 33
missing APF 2 0
missing IM 37 35
missing FM 14 0
missing GL 15 0

while read -r id names; do
    case $names in
    waits:\ ?* | none) continue ;;
    '') fail "$id has no test" ;;
    esac
    for name in $names; do
        case $name in
        */*) [ -e "$tests/../../$name" ] || fail "$id: no file $name" ;;
        *) grep -qx "$name" "$known" || fail "$id: no test $name" ;;
        esac
    done
done <<END
$rows
END
exit $failed
