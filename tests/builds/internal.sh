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
