#!/bin/sh
# instructions.sh PROGRAM RECORD [--renew]: fails if budget.c takes more than 3 % more
# instructions than RECORD says.  In a database with the tables of bench.yaml.
#
# Counts are repeatable for the same compiler and libraries, which RECORD names.  With
# others they say little; then the ratio to the same work by hand, counted in the same
# way, may be a quarter above the record's.
set -eu
program=$1 record=$2 renew=${3:-}
unset MALLOC_PERTURB_ # Meson's: filling memory takes instructions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAIL: $*"
    exit 1
}

command -v valgrind >/dev/null || fail "valgrind is not installed"

# count SIDE: sets `all` to the instructions of its work, and `own` to those of this
# program's and the runtime's code; the rest are libpq's and libc's.
count() {
    valgrind -q --tool=callgrind --callgrind-out-file="$work/out" --collect-atstart=no \
        --toggle-collect=counted "$program" "$1" >"$work/log" 2>&1 || {
        cat "$work/log"
        fail "valgrind, or the program"
    }
    # An object is "(number) path" where it is first named, later "(number)"; a call is
    # followed by a line with what the called function took.
    awk -v program="$program" '
        /^c?ob=/ {
            number = substr($1, index($1, "("))
            if (NF > 1)
                path[number] = $2
        }
        /^ob=/ { own = path[number] == program }
        /^calls=/ { getline; next }
        /^[-+*0-9]/ { all += $2; if (own) mine += $2 }
        END { printf "%d %d\n", all, mine }' "$work/out" >"$work/counted"
    read -r all own <"$work/counted"
    [ "$own" -gt 0 ] || fail "nothing was counted"
}

recorded() {
    sed -n "s/^$1: //p" "$record"
}

# permille A B: A as so many thousandths of B.
permille() {
    echo $(($1 * 1000 / $2))
}

program=$(realpath "$program")
circumstances=$("$program" circumstances)
count by-hand
by_hand=$all
count generated
ratio=$(permille "$all" "$by_hand")
echo "$circumstances"
echo "generated: $all instructions, $own of them our own; by hand: $by_hand"

if [ "$renew" = --renew ]; then
    cat >"$record" <<END
# Instructions of the work in budget.c; written by ./run bench instructions --renew.
circumstances: $circumstances
generated: $all
own: $own
by hand: $by_hand
END
    exit
fi

# within WHAT COUNTED RECORDED PERMILLE
within() {
    more=$(permille "$2" "$3")
    echo "$1: $2, on record $3"
    [ "$more" -le "$4" ] || fail "$1: $((more / 10 - 100)) % above the record.
If that is what the change is worth, say so in its commit and renew the record:
    ./run bench instructions --renew"
    [ "$more" -gt 970 ] || echo "Less than on record: renew it, to keep what was gained."
}

if [ "$circumstances" = "$(recorded circumstances)" ]; then
    within "instructions" "$all" "$(recorded generated)" 1030
    within "our own instructions" "$own" "$(recorded own)" 1030
    exit
fi
echo "The record is of others: $(recorded circumstances)."
echo "So the ratio to the work by hand is compared, in thousandths."
slack=1250
case $circumstances in
*"not optimised"*) slack=2500 ;;
esac
within "the ratio" "$ratio" "$(permille "$(recorded generated)" "$(recorded 'by hand')")" $slack
