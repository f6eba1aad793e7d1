#!/bin/sh
# reject.sh ORMGEN [--refresh]: each reject/X.yaml is refused with the words of X.err.
. "$(dirname "$0")/lib.sh"
cp -r "$here"/reject/* .

for file in *.yaml; do
    it "refuses $file"
    status 1 "$ormgen" check "$file"
    if [ "${2-}" = --refresh ]; then
        cp err "$here/reject/${file%.yaml}.err"
    else
        diff -u "$here/reject/${file%.yaml}.err" err >difference || fail "$(cat difference)"
    fi
done
