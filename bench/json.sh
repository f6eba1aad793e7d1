#!/bin/sh
# json.sh RECORDS: the figures, one JSON object per line, as one object with the machine.
set -eu
records=$1

# text: standard input as a JSON string.
text() {
    tr -d '\n' | sed 's/[\\"]/\\&/g; s/^/"/; s/$/"/'
}
field() {
    printf '  "%s": %s,\n' "$1" "$(text)"
}

echo '{'
date -u +%Y-%m-%dT%H:%MZ | field date
git describe --always --dirty 2>/dev/null | field commit
sed -n 's/^model name[^:]*: //p; ' /proc/cpuinfo | head -1 | field processor
printf '  "processors": %s,\n' "$(nproc)"
sed -n 's/^MemTotal: *//p' /proc/meminfo | field memory
uname -sr | field kernel
cut -d ' ' -f 1-3 /proc/loadavg | field load
gcc --version | head -1 | field compiler
pg_config --version | field libpq
postgres=$(pg_config --bindir)/postgres
"$postgres" --version | field server
printf '  "records": [\n'
sed 's/^/    /; $!s/$/,/' "$records"
printf '  ]\n}\n'
