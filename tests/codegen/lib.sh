# lib.sh: what the tests of the command share.  Sourced with $1 = ormgen.
set -eu
ormgen=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# A sentence says what is tested; it is printed when it turns out wrong.
it() {
    sentence=$1
}

fail() {
    echo "FAILED: $sentence" >&2
    echo "$*" >&2
    exit 1
}

# status N COMMAND...: ends with N; its output is kept in out and err.
status() {
    expected=$1
    shift
    set +e
    "$@" >out 2>err
    got=$?
    set -e
    [ "$got" -eq "$expected" ] || fail "$* ended with $got, not $expected: $(cat out err)"
}

# says FILE TEXT: the whole of FILE is TEXT.
says() {
    printf '%s\n' "$2" >expected
    diff -u expected "$1" >difference || fail "$(cat difference)"
}

mentions() {
    grep -q -F -e "$2" "$1" || fail "no \"$2\" in: $(cat "$1")"
}

one_model='models:
  book:
    fields:
      title: text'
