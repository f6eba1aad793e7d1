#!/bin/sh
# internal.sh ORMGEN: an ormgen whose own template has a mistake.
. "$(dirname "$0")/../codegen/lib.sh"
echo "module: blog
$one_model" >blog.yaml

it "says so with a status of its own, and writes nothing"
status 70 "$ormgen" generate blog.yaml
mentions err "orm.h"
[ "$(ls)" = "blog.yaml
err
out" ] || fail "$(ls)"

it "does not end a watch"
"$ormgen" generate --watch blog.yaml 2>log &
pid=$!
tries=0
until grep -q watching log; do
    tries=$((tries + 1))
    [ $tries -lt 500 ] || fail "$(cat log)"
    sleep 0.02
done
mentions log "internal error"
kill "$pid"
wait "$pid" || fail "it ended with $?"
