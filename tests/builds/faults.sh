#!/bin/sh
# faults.sh ORMGEN FAULTS.so INCLUDE: a run that fails or is killed at any point.
faults=$(realpath "$2")
. "$(dirname "$0")/../codegen/lib.sh"
include=$3
echo "module: blog
$one_model" >blog.yaml
"$ormgen" generate -o old --depfile old/d --stamp old/s blog.yaml
sed -i 's/title/name/' blog.yaml
"$ormgen" generate -o new --depfile new/d --stamp new/s blog.yaml
sed -i 's/^new/gen/' new/d
sed -i 's/^old/gen/' old/d

# faulty FAULT N: a run from the old files; $got is how it ended.
faulty() {
    rm -rf gen happened
    cp -rp old gen
    set +e
    FAULT=$1 FAULT_AT=$2 FAULT_LOG=happened LD_PRELOAD=$faults \
        "$ormgen" generate -o gen --depfile gen/d --stamp gen/s blog.yaml >out 2>err
    got=$?
    set -e
}

it "is whole again after a run that was killed at any call"
n=0 mixed=0
while :; do
    n=$((n + 1))
    faulty kill $n
    [ -e happened ] || break
    [ $got -eq 137 ] || fail "call $n: ended with $got: $(cat err)"
    for file in blog.orm.h blog.orm.c d s; do
        cmp -s gen/$file old/$file || cmp -s gen/$file new/$file ||
            fail "call $n: $file is neither old nor new"
    done
    if cmp -s gen/blog.orm.h new/blog.orm.h && ! cmp -s gen/blog.orm.c new/blog.orm.c; then
        mixed=$((mixed + 1))
        ! gcc -fsyntax-only -I"$include" gen/blog.orm.c 2>/dev/null ||
            fail "call $n: a mixture compiles"
    fi
    status 0 "$ormgen" generate -o gen --depfile gen/d --stamp gen/s blog.yaml
    diff -r gen new >difference || fail "call $n: $(cat difference)"
    [ "$(find gen -type f | wc -l)" -eq 4 ] || fail "call $n: left behind: $(ls -A gen)"
done
[ $n -gt 15 ] || fail "only $n calls"
[ $mixed -gt 0 ] || fail "never killed between two outputs"

# 5 is EIO, 13 is EACCES, 28 is ENOSPC, 30 is EROFS.
for error in 5 13 28 30; do
    it "writes all or nothing when a call fails with error $error"
    n=0 survived=0
    while :; do
        n=$((n + 1))
        faulty $error $n
        [ -e happened ] || break
        case $got in
        0)
            survived=$((survived + 1))
            diff -r gen new >difference || [ -n "$(find gen -name '.*tmp*')" ] ||
                fail "call $n: $(cat difference)"
            ;;
        4)
            [ -s err ] || fail "call $n: no message"
            diff -r gen old >difference || fail "call $n: $(cat difference)"
            [ "$(find gen -type f | wc -l)" -eq 4 ] || fail "call $n: left: $(ls -A gen)"
            ;;
        *) fail "call $n: ended with $got: $(cat err)" ;;
        esac
    done
    [ $((n - survived)) -gt 8 ] || fail "only $n calls, $survived of them survived"
done
