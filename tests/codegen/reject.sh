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

it "shows each code of codegen/"
for code in E030 E031; do
    grep -q -F "[$code]" "$here"/reject/*.err || fail "$code"
done

it "writes nothing of what is refused"
status 1 "$ormgen" generate -o written ./*.yaml
for file in "$here"/../reject/*.yaml; do
    status 1 "$ormgen" generate -o written "$file"
done
[ ! -e written ] || fail "$(find written)"
