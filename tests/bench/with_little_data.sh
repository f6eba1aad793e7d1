#!/bin/sh
# with_little_data.sh BENCH COSTS: every part of the benchmark, as small as it gets.
set -eu
"$1" fill --books 1000 --authors 100
for part in work network growth; do
    "$1" $part --rounds 1
done
"$2"
