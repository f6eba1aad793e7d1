#!/bin/sh
# alone.sh COMMAND...: with a private server that nobody else uses, so that it can be
# killed.
set -eu
ORMGEN_RUN_DIR=$(mktemp -d /tmp/ormgen-alone.XXXXXX)
export ORMGEN_RUN_DIR
trap 'rm -rf "$ORMGEN_RUN_DIR"' EXIT
chmod 711 "$ORMGEN_RUN_DIR"
"$@"
