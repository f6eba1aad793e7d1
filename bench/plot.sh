#!/bin/sh
# plot.sh RECORDS FILE: draws the time a row takes against the number of rows, if gnuplot
# is there.
set -eu
records=$(realpath "$1") file=$(realpath "$2")
if ! command -v gnuplot >/dev/null; then
    echo "No plot: gnuplot is not installed (apt-get install gnuplot-nox)."
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# series WORKLOAD VARIANT: rows, and microseconds per row.
series() {
    sed -n 's/.*"part": "growth", "workload": "'"$1"'",.*"variant": "'"$2"'",.*"items": \([0-9]*\),.*"ns": \([0-9.]*\),.*/\1 \2/p' \
        "$records" | awk '{ print $1, $2 / 1000 }' >"$work/$1 $2"
}

for workload in W1s W2 W5; do
    series $workload 'by hand'
    series $workload generated
done
cd "$work"
gnuplot >plot.svg <<'GNUPLOT'
set terminal svg size 900,340 font "sans-serif,12" background "white"
set multiplot layout 1,3
set logscale x
set yrange [0:*]
set xlabel "rows"
set ylabel "microseconds a row"
set key bottom left
set format x "10^{%T}"
set offsets graph 0, graph 0, graph 0.1, 0
do for [workload in "W1s W2 W5"] {
    set title workload eq "W1s" ? "load" : workload eq "W2" ? "load with authors" : "insert"
    plot workload . " by hand" with linespoints title "by hand", \
         workload . " generated" with linespoints title "generated"
}
unset multiplot
GNUPLOT
cp plot.svg "$file"
echo "The plot is in $file."
