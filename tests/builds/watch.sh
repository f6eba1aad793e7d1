#!/bin/sh
# watch.sh ORMGEN: `ormgen generate --watch`.
. "$(dirname "$0")/../codegen/lib.sh"
mkdir in
cd in
echo "module: blog
$one_model" >blog.yaml
cp blog.yaml good.yaml
cp blog.yaml shop.yaml

# started ARGUMENT...: in the background; `seen` counts the lines that were waited for.
started() {
    seen=0
    : >log
    "$ormgen" generate --watch "$@" 2>log &
    pid=$!
    trap 'kill "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
}

# until_it_says TEXT: in a line that was not there before.
until_it_says() {
    tries=0
    until tail -n +$((seen + 1)) log | grep -q -F "$1"; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || fail "it never said \"$1\": $(tail -n +$((seen + 1)) log)"
        kill -0 "$pid" || fail "it ended: $(cat log)"
        sleep 0.02
    done
}

# until_it_waits TEXT: says TEXT, and then watches.
until_it_waits() {
    until_it_says "$1"
    until_it_says "watching"
    seen=$(grep -c '' log)
}

ends_with() {
    set +e
    wait "$pid"
    got=$?
    set -e
    [ "$got" -eq "$1" ] || fail "it ended with $got: $(cat log)"
}

it "writes at once"
started -o gen blog.yaml shop.yaml
until_it_waits "wrote gen/blog.orm.h, gen/blog.orm.c, gen/shop.orm.h"

it "writes again when a file was edited in place"
sed 's/title/headline/' good.yaml >blog.yaml
until_it_waits "wrote gen/blog.orm.h, gen/blog.orm.c"
mentions gen/blog.orm.h book_headline

it "reports a mistake and goes on"
sed 's/text/txet/' good.yaml >blog.yaml
until_it_says "did you mean \"text\""
until_it_waits "nothing was written; watching 2 files"
mentions gen/blog.orm.h book_headline

it "sees a file that is replaced by another"
sed 's/title/subject/' good.yaml >.blog.yaml.new
mv .blog.yaml.new blog.yaml
until_it_waits "wrote gen/blog.orm.h"
mentions gen/blog.orm.h book_subject

it "sees the replaced file change again"
sed 's/title/motto/' good.yaml >blog.yaml
until_it_waits "wrote gen/blog.orm.h"
mentions gen/blog.orm.h book_motto

it "goes on when a file is gone, and sees it come back"
rm blog.yaml
until_it_says "blog.yaml: No such file"
until_it_waits "nothing was written"
cp good.yaml blog.yaml
until_it_waits "wrote gen/blog.orm.h"
mentions gen/blog.orm.h book_title

it "goes on when it cannot write"
rm -r gen
: >gen
touch shop.yaml
until_it_says "Not a directory"
until_it_waits "nothing was written"
rm gen
touch shop.yaml
until_it_waits "wrote gen/blog.orm.h"

it "ends well on SIGTERM"
kill -TERM "$pid"
ends_with 0

it "ends well on SIGINT, and notices a mistake that was there at the start put right"
sed 's/text/txet/' good.yaml >blog.yaml
started blog.yaml
until_it_waits "nothing was written; watching 1 file"
cp good.yaml blog.yaml
until_it_waits "wrote blog.orm.h"
kill -INT "$pid"
ends_with 0

it "sees a folder come back that was moved away"
rm -r gen
mkdir -p sub
cp good.yaml sub/blog.yaml
started -o gen sub/blog.yaml
until_it_waits "wrote"
mv sub away
until_it_waits "nothing was written"
sed -i 's/title/theme/' away/blog.yaml
mv away sub
until_it_waits "wrote gen/blog.orm.h"
mentions gen/blog.orm.h book_theme
sed -i 's/theme/thema/' sub/blog.yaml
until_it_waits "wrote gen/blog.orm.h"
kill "$pid"
ends_with 0

it "follows a symbolic link to where it leads"
mkdir -p real
cp good.yaml real/schema
ln -s ../real/schema sub/linked.yaml
started -o gen sub/linked.yaml
until_it_waits "wrote"
sed 's/title/device/' good.yaml >real/new
mv real/new real/schema
until_it_waits "wrote gen/linked.orm.h"
mentions gen/linked.orm.h book_device
kill "$pid"
ends_with 0

it "watches included files, those that are missing, and those that are new"
cat >main.yaml <<'END'
include: [people.yaml]
models:
  book:
    fields:
      title: text
      author: { ref: person }
END
started -o gen main.yaml
until_it_waits "nothing was written; watching 2 files"
cat >people.yaml <<'END'
include: [places.yaml]
models:
  person:
    key: name
    fields:
      name: text
END
until_it_says 'places.yaml'
until_it_waits "nothing was written; watching 3 files"
printf 'models:\n  place:\n    fields:\n      name: text\n' >places.yaml
until_it_waits "wrote gen/main.orm.h"
sed -i 's/text/varchar(30)/' people.yaml
until_it_waits "wrote"
sed -i 's/person/human/' people.yaml
until_it_says 'no model "person"'
until_it_waits "watching 3 files"
sed -i 's/human/person/' people.yaml
until_it_waits "watching 3 files"
kill "$pid"
ends_with 0

it "has no patience with a command line that cannot become right"
status 2 "$ormgen" generate --watch blog.txt
