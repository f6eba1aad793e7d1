#!/bin/sh
# wide.sh: a schema of models with 63, 64, 65 and 1,600 columns, the key included, and
# one with 65 lazy columns.
set -eu
echo 'module: wide'
echo 'models:'
for columns in 63 64 65 1600; do
    echo "  w$columns:"
    echo '    fields:'
    seq -f '      c%g: { type: int2, optional: true }' $((columns - 1))
done
echo '  lazy65:'
echo '    fields:'
seq -f '      c%g: { type: int2, optional: true, lazy: true }' 65
