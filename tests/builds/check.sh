#!/bin/sh
# check.sh ORMGEN: `ormgen generate --check`, for generated code that is committed.
. "$(dirname "$0")/../codegen/lib.sh"
echo "module: blog
$one_model" >blog.yaml

it "is content with what generate wrote, and quiet"
status 0 "$ormgen" generate -o gen blog.yaml
status 0 "$ormgen" generate --check -o gen blog.yaml
[ ! -s out ] && [ ! -s err ] || fail "$(cat out err)"
cp -r gen fresh

it "shows what is missing, and writes nothing"
rm gen/blog.orm.c
status 3 "$ormgen" generate --check -o gen blog.yaml
mentions out "--- /dev/null"
mentions out "+++ gen/blog.orm.c"
mentions err "gen/blog.orm.c is missing"
[ ! -e gen/blog.orm.c ] || fail "it wrote"
[ "$(grep -c '^+[^+]' out)" -eq "$(grep -c . fresh/blog.orm.c)" ] || fail "not all of it"
status 3 "$ormgen" generate --check -o nowhere blog.yaml
[ ! -e nowhere ] || fail "it made the folder"

it "still says 1 for a mistake in the schema, and 4 for what cannot be read"
echo 'nonsense: true' >bad.yaml
status 1 "$ormgen" generate --check -o gen blog.yaml bad.yaml
mkdir gen/blog.orm.c
status 4 "$ormgen" generate --check -o gen blog.yaml
rmdir gen/blog.orm.c

it "prints what diff -u prints, and patch understands it"
lines=$(wc -l <fresh/blog.orm.h)
edit() {
    case $1 in
    deleted) sed '40,45d' ;;
    first) sed '1d' ;;
    last) sed '$d' ;;
    added) sed '$a one more' ;;
    front) sed '1i one more' ;;
    three) sed -e '10s/^/x/' -e "$((lines / 2))s/^/x/" -e "$((lines - 2))s/^/x/" ;;
    near) sed -e '30s/^/x/' -e '37s/^/x/' ;;
    apart) sed -e '30s/^/x/' -e '38s/^/x/' ;;
    unended) head -c -1 ;;
    unended_and_changed) sed '$s/.*/int x;/' | head -c -1 ;;
    nothing) : ;;
    esac
}
for kind in deleted first last added front three near apart unended unended_and_changed nothing; do
    edit $kind <fresh/blog.orm.h >gen/blog.orm.h
    cp fresh/blog.orm.c gen
    status 3 "$ormgen" generate --check -o gen blog.yaml
    diff -u --label gen/blog.orm.h --label gen/blog.orm.h gen/blog.orm.h fresh/blog.orm.h \
        >expected || :
    cmp -s out expected || fail "$kind: $(diff expected out)"
    patch -s -p0 <out || fail "$kind: patch: $(cat out)"
    cmp -s gen/blog.orm.h fresh/blog.orm.h || fail "$kind: patch made something else"
done

it "names a folder with blanks so that patch finds it"
status 0 "$ormgen" generate -o 'of two words' blog.yaml
sed -i '20d' 'of two words/blog.orm.h'
status 3 "$ormgen" generate --check -o 'of two words' blog.yaml
patch -s -p0 <out
status 0 "$ormgen" generate --check -o 'of two words' blog.yaml

it "cannot be patched into a file of carriage returns unseen"
sed -i 's/$/\r/' gen/blog.orm.c
status 3 "$ormgen" generate --check -o gen blog.yaml

it "says that standard output is full"
status 4 sh -c '"$0" generate --check -o gen blog.yaml >/dev/full' "$ormgen"
mentions err "standard output"
