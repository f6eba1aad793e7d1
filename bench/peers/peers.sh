#!/bin/sh
# peers.sh BUILD ROUNDS BOOKS AUTHORS: W1 to W6 by other tools, each a program of its
# own that runs if it is installed, beside the work by hand in the minute before it.  In a
# database with the data in it; RECORDS=FILE takes the figures, a JSON object a line.
set -eu
here=$(dirname "$(realpath "$0")")
build=$1 rounds=$2 books=$3 authors=$4
some=$((books < 1000 ? books : 1000))
written=$((books < 10000 ? books : 10000))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PGTZ=UTC PYTHONDONTWRITEBYTECODE=1
export PGTZ PYTHONDONTWRITEBYTECODE

debian_python() {
    /usr/bin/python3 "$@" # Debian's, which has its packages
}

# value FIELD LINE
value() {
    echo "$2" | sed -n 's/.*"'"$1"'": "\{0,1\}\([^,"}]*\)[,"}].*/\1/p'
}

# by_hand WORKLOAD: the line of it that was measured last.
by_hand() {
    grep "\"workload\": \"$1\"" "$work/by_hand" | grep '"variant": "by hand"'
}

# compare PEER: standard input has its figures; those by hand are beside them.
compare() {
    while read -r line; do
        variant=$(echo "$line" | sed 's/.*"workload": "\([^"]*\)".*/\1/')
        hand=$(by_hand "${variant%%,*}")
        [ "$(value value "$line")" = "$(value value "$hand")" ] || {
            echo "bench: $1: $variant: not the values that were seen by hand" >&2
            return 1
        }
        ratio=$(echo "$(value ns "$line") $(value ns "$hand")" | awk '{ printf "%.2f", $1 / $2 }')
        printf '%-12s %-9s %12.0f ns an item %8s\n' "$1" "$variant" "$(value ns "$line")" "$ratio"
        [ -z "${RECORDS:-}" ] ||
            printf '{"part": "peers", "peer": "%s", "ratio": %s, %s\n' "$1" "$ratio" "${line#?}" \
                >>"$RECORDS"
    done
}

# peer NAME COMMAND...
peer() {
    name=$1
    shift
    rm -f "$work/by_hand"
    "$build/bench/bench" work --free --only W1,W1s,W2,W2L,W3,W4,W5,W6 --rounds "$rounds" \
        --records "$work/by_hand" >/dev/null
    "$@" "$rounds" "$books" "$authors" "$some" "$written" >"$work/figures"
    compare "$name" <"$work/figures"
}

build_ecpg() {
    ecpg -r prepare -o "$work/ecpg_peer.c" "$here/ecpg_peer.pgc"
    # shellcheck disable=SC2046 # options are split on purpose
    gcc -std=c11 -O2 -D_GNU_SOURCE "-I$here/.." "-I$here/../../runtime" "-I$build/bench" \
        $(pkg-config --cflags libecpg libpq) "$work/ecpg_peer.c" -o "$work/ecpg_peer" \
        "$build/bench/libbench.a" "$build/runtime/libormgen.a" \
        $(pkg-config --libs libecpg libpgtypes libpq) -lm
}

missing() {
    echo "$1: not installed; ./run bench --peers installs it"
}

printf '\n%s\n\n' 'Others, and the ratio to the work by hand in the minute before'
if command -v ecpg >/dev/null; then
    build_ecpg
    peer ecpg "$work/ecpg_peer"
else
    missing ecpg
fi
for module in django sqlalchemy; do
    if debian_python -c "import $module, psycopg2" 2>/dev/null; then
        peer $module debian_python "$here/${module}_peer.py"
    else
        missing $module
    fi
done
