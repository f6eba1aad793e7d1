#!/bin/sh
# bench.sh: what `./run bench` does: builds the programs, gives each part a database of its
# own with the data in it, and gathers the figures.  docs/benchmark.md explains them.
set -eu
cd "$(dirname "$0")/.."
build=$PWD/build
ormgen=$build/codegen/ormgen
bench=$build/bench/bench
ORMGEN_LIBEXEC=$build/database
export ORMGEN_LIBEXEC

usage() {
    cat <<'END'
./run bench [PART...] [OPTION...]

  work      each workload by hand and generated, on one processor and on any
  costs     what a query, a row and a getter cost
  network   the workloads with a server that is a millisecond away
  growth    loading and inserting from a thousand rows to all, and a plot
  compile   what generated code costs to make and to compile
  instructions   of a fixed piece of work, against the record; --renew writes it anew
  peers     ecpg, Django and SQLAlchemy, if they are installed

Without a part: work, costs, network, growth and compile.

  --json FILE     the figures, and the machine
  --plot FILE     where the plot of `growth` goes (build/bench/growth.svg)
  --peers         installs the peers' packages, and measures them too
  --books N       rows of the largest table (100000; growth: 1000000)
  --authors N     rows of another (10000)
  --rounds N      rounds that count (11; where the server is far, 3)
  --only W1,W2    these workloads
END
}

fail() {
    echo "bench: $*" >&2
    exit 2
}

parts=
json=
plot=$build/bench/growth.svg
books=
authors=
renew=
rounds=
only=
while [ $# -gt 0 ]; do
    case $1 in
    work | costs | network | growth | compile | instructions | peers) parts="$parts $1" ;;
    --renew) renew=--renew ;;
    --peers) parts="$parts peers-too" ;;
    --json | --plot | --books | --authors | --rounds | --only)
        [ $# -gt 1 ] || fail "$1 needs a value"
        case $1 in
        --json) json=$2 ;;
        --plot) plot=$2 ;;
        --books) books=$2 ;;
        --authors) authors=$2 ;;
        --rounds) rounds=$2 ;;
        *) only=$2 ;;
        esac
        shift
        ;;
    --help | -h)
        usage
        exit
        ;;
    *) fail "no part or option \`$1\`; ./run bench --help lists them" ;;
    esac
    shift
done
case $parts in
'') parts='work costs network growth compile' ;;
' peers-too') parts='work costs network growth compile peers' ;;
esac

[ -z "$json" ] || : >"$json" # better now than after the measuring
records=$(mktemp)
trap 'rm -f "$records"' EXIT

# with_data BOOKS COMMAND...: in a database of its own.
# shellcheck disable=SC2016 # the inner shell expands it
with_data() {
    rows=$1
    shift
    "$ormgen" dev run --schema bench/bench.yaml -- sh -euc '
        "$0" fill --books "$1" --authors "$2"
        shift 2
        exec "$@"' "$bench" "$rows" "${authors:-10000}" "$@"
}

# measure BOOKS PART
measure() {
    with_data "$1" "$bench" "$2" --records "$records" ${rounds:+--rounds "$rounds"} \
        ${only:+--only "$only"}
}

programs='bench/bench bench/budget bench/costs'
# shellcheck disable=SC2086
ninja -C "$build" $programs >/dev/null || ninja -C "$build" $programs
for part in $parts; do
    case $part in
    work | network) measure "${books:-100000}" "$part" ;;
    growth)
        measure "${books:-1000000}" growth
        bench/plot.sh "$records" "$plot"
        ;;
    costs)
        with_data "${books:-100000}" "$build/bench/costs" "$records"
        RECORDS=$records bench/getters.sh "$build/bench" runtime
        ;;
    instructions)
        "$ormgen" dev run --schema bench/bench.yaml -- bench/instructions.sh \
            "$build/bench/budget" bench/instructions.txt $renew
        ;;
    peers)
        RECORDS=$records with_data "${books:-100000}" bench/peers/peers.sh "$build" \
            "${rounds:-5}" "${books:-100000}" "${authors:-10000}"
        ;;
    compile) RECORDS=$records bench/compile.sh "$ormgen" runtime ;;
    esac
done
[ -z "$json" ] || bench/json.sh "$records" >"$json"
