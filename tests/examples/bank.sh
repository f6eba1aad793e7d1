#!/bin/sh
# The program `bank` ($1): tellers that move money at the same time neither make nor lose any,
# every transfer is made once, and one whose connection is cut is asked for again.
bank=$1
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}
ask() {
    psql -qXAtc "$1"
}

"$bank" open 10 || fail 'no accounts'
[ "$("$bank" total)" = 1000.00 ] || fail 'the first total'

complaint=$("$bank" open 11 2>&1) && fail 'accounts were made twice'
case $complaint in
"bank: account.number"*) ;;
*) fail "accounts made twice: $complaint" ;;
esac
[ "$(ask 'select count(*) from account')" = 10 ] || fail 'half of the accounts were made'

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# run NAME: the teller goes on until all its transfers are made.
run() {
    until "$bank" run "$1" 150 >"$scratch/$1" 2>>"$scratch/$1.errors"; do
        grep -q . "$scratch/$1.errors" || return 1
        [ "$(wc -l <"$scratch/$1.errors")" -lt 50 ] || return 1
    done
}

# cut [CONDITION]: ends one teller's connection; says how many.
cut() {
    ask "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity
         where application_name <> 'psql' and datname = current_database()
           and backend_type = 'client backend' ${1:-} limit 1) teller"
}

# Nobody moves anything until all wait for this lock, and the first of them is cut off.
mkfifo "$scratch/lock"
psql -qXAt <"$scratch/lock" >"$scratch/locked" &
pids=$!
exec 3>"$scratch/lock"
echo "begin; lock table transfer in access exclusive mode; select 'locked';" >&3
until grep -q locked "$scratch/locked"; do sleep 0.01; done

tellers='ann bob cyd dee'
for teller in $tellers; do
    run "$teller" &
    pids="$pids $!"
done
until [ "$(cut "and wait_event_type = 'Lock'")" = 1 ]; do sleep 0.01; done
echo 'commit; \quit' >&3
# Others are cut off at whatever they are doing.
for _ in 1 2 3 4 5 6 7 8; do
    cut >/dev/null
    sleep 0.05
done
for pid in $pids; do
    wait "$pid" || fail "a teller gave up: $(cat "$scratch"/*.errors)"
done

cat "$scratch"/*.errors | grep -q . || fail 'no connection was cut'

[ "$("$bank" total)" = 1000.00 ] || fail "money was made or lost: $("$bank" total)"
made=$(cat "$scratch"/ann "$scratch"/bob "$scratch"/cyd "$scratch"/dee |
    awk '{ sum += $2 + $4 } END { print sum }')
[ "$made" = 600 ] || fail "of 600 transfers $made were answered"
[ "$(ask 'select count(*) from transfer')" -gt 100 ] || fail 'hardly anything was moved'
wrong=$(ask "select count(*) from account a where balance <> 100
    + coalesce((select sum(amount) from transfer where payee_id = a.id), 0)
    - coalesce((select sum(amount) from transfer where payer_id = a.id), 0)")
[ "$wrong" = 0 ] || fail "$wrong accounts are not what their transfers say"
