#!/bin/sh
# files.sh ORMGEN: what is written, and when nothing is.
. "$(dirname "$0")/lib.sh"
echo "module: blog
$one_model" >blog.yaml
sed 's/title/name/' blog.yaml >other.yaml

it "writes beside the file"
mkdir -p deep/er
cp blog.yaml deep/er
status 0 "$ormgen" generate deep/er/blog.yaml
[ -f deep/er/blog.orm.h ] && [ -f deep/er/blog.orm.c ] || fail "$(find .)"

it "makes the output directory"
status 0 "$ormgen" generate -o new/and/deeper blog.yaml
[ -f new/and/deeper/blog.orm.h ] || fail "$(find .)"

it "leaves alone what would not change"
touch -d '2001-01-01' new/and/deeper/*
status 0 "$ormgen" generate -o new/and/deeper blog.yaml
[ -z "$(find new -type f -newermt 2002-01-01)" ] || fail "$(ls -l new/and/deeper)"

it "writes what changed"
echo '      pages: int' >>blog.yaml
status 0 "$ormgen" generate -o new/and/deeper blog.yaml
[ "$(find new -type f -newermt 2002-01-01 | wc -l)" -eq 2 ] || fail "$(ls -l new/and/deeper)"

it "writes nothing when one schema of a run is wrong"
mkdir good
echo 'nonsense: true' >bad.yaml
status 1 "$ormgen" generate -o good blog.yaml bad.yaml
[ -z "$(ls -A good)" ] || fail "$(ls -A good)"

it "writes nothing when one output cannot be written"
mkdir good/other.orm.c
status 4 "$ormgen" generate -o good blog.yaml other.yaml
[ "$(ls -A good)" = other.orm.c ] || fail "$(ls -A good)"
mentions err "good/other.orm.c: Is a directory"
rmdir good/other.orm.c

it "keeps the old files when a new one cannot be written"
status 0 "$ormgen" generate -o good blog.yaml
cp -r good before
echo '      more: int' >>blog.yaml
echo 'int mine;' >good/other.orm.c
cp good/other.orm.c before
status 4 "$ormgen" generate -o good blog.yaml other.yaml
diff -r before good >/dev/null || fail "$(diff -r before good)"

it "does not replace a file that it did not write"
mentions err 'good/other.orm.c: was not written by ormgen'
[ "$(cat good/other.orm.c)" = 'int mine;' ] || fail "$(cat good/other.orm.c)"
rm good/other.orm.c

it "does not write through a symbolic link"
ln -s "$work/target" good/other.orm.h
status 4 "$ormgen" generate -o good other.yaml
mentions err "symbolic link"
[ ! -e target ] || fail "it did"
rm good/other.orm.h

it "refuses a directory that is a file"
status 4 "$ormgen" generate -o blog.yaml/x blog.yaml
mentions err "Not a directory"

it "refuses two schemas with one output"
mkdir x y
cp blog.yaml x
cp blog.yaml y
status 2 "$ormgen" generate -o good x/blog.yaml y/blog.yaml
mentions err "both write good/blog.orm.h"

it "writes into two directories, however they are spelt"
status 0 "$ormgen" generate x/blog.yaml ./x/../y/blog.yaml
[ -f x/blog.orm.h ] && [ -f y/blog.orm.c ] || fail "$(find x y)"
cp other.yaml x
status 0 timeout 20 "$ormgen" generate x/blog.yaml ./x/other.yaml

it "leaves no other file behind"
[ -z "$(find . -name '.*tmp*')" ] || fail "$(find . -name '.*tmp*')"

it "cannot be mixed up by two runs at once"
mkdir race
cp blog.yaml race/a.yaml
mkdir race/2
sed 's/title/name/' blog.yaml >race/2/a.yaml
status 0 "$ormgen" generate -o race/one race/a.yaml
status 0 "$ormgen" generate -o race/two race/2/a.yaml
for round in 1 2 3 4 5 6 7 8 9 10; do
    "$ormgen" generate -o race/both race/a.yaml &
    "$ormgen" generate -o race/both race/2/a.yaml &
    "$ormgen" generate -o race/both race/a.yaml &
    wait
    diff -r race/both race/one >/dev/null || diff -r race/both race/two >/dev/null ||
        fail "round $round: $(ls -A race/both)"
done

if [ "$(id -u)" -ne 0 ]; then
    it "says that a directory cannot be written to"
    mkdir locked
    chmod a-w locked
    status 4 "$ormgen" generate -o locked blog.yaml
    mentions err "Permission denied"
fi

it "says that the disk is full, and keeps what was there"
cp -r good before2
echo '      evenmore: int' >>blog.yaml
status 4 sh -c 'trap "" XFSZ; ulimit -f 4; exec "$0" generate -o good blog.yaml' "$ormgen"
diff -r before2 good >/dev/null || fail "$(diff -r before2 good)"
[ -z "$(find . -name '.*tmp*')" ] || fail "$(find . -name '.*tmp*')"
