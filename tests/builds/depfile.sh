#!/bin/sh
# depfile.sh ORMGEN: make and ninja read our depfiles, whatever the folders are called.
. "$(dirname "$0")/../codegen/lib.sh"
echo "module: blog
$one_model" >blog.yaml

it "names all outputs, or the stamp, or what it is told to"
status 0 "$ormgen" generate --depfile d -o gen blog.yaml
says d 'gen/blog.orm.h gen/blog.orm.c: \
  blog.yaml'
status 0 "$ormgen" generate --depfile d --stamp gen/s -o gen blog.yaml
says d 'gen/s: \
  blog.yaml'
status 0 "$ormgen" generate --depfile d --stamp gen/s --deptarget all -o gen blog.yaml
says d 'all: \
  blog.yaml'

it "names every file of the command line"
cp blog.yaml shop.yaml
status 0 "$ormgen" generate --depfile d --deptarget x blog.yaml ./shop.yaml
says d 'x: \
  blog.yaml \
  ./shop.yaml'

it "names what is included, once, and gives it a rule for when it is gone"
mkdir -p 'in of'
printf 'include: [people.yaml, places.yaml]\n' | cat - blog.yaml >'in of/main.yaml'
sed -e /module/d -e s/book/person/ blog.yaml >'in of/people.yaml'
sed -e /module/d -e s/book/place/ blog.yaml | sed '1i include: [people.yaml]' >'in of/places.yaml'
status 0 "$ormgen" generate --depfile d --deptarget x 'in of/main.yaml'
says d 'x: \
  in\ of/main.yaml \
  in\ of/people.yaml \
  in\ of/places.yaml

in\ of/people.yaml:

in\ of/places.yaml:'

it "refuses a path that cannot be written down"
newline=$(printf 'a\nb')
mkdir "$newline"
cp blog.yaml "$newline"
status 2 "$ormgen" generate --depfile d "$newline/blog.yaml"
mentions err "a tab or a line break"

# runs TOOL: how often ormgen ran.
runs() {
    "$@" >log 2>&1 || fail "$folder: $* ended with $?: $(cat log)"
    grep -c 'the generator' log || :
}

expect() {
    [ "$1" -eq "$2" ] || fail "$folder: $tool: $3 ran it $1 times: $(cat log)"
}

for tool in make ninja; do
    it "does what $tool understands"
    while IFS= read -r folder; do
        rm -rf project && mkdir -p "project/$folder"
        cp blog.yaml "project/$folder"
        cd project
        # The depfile's own folder is plain: how to include it is the build file's matter.
        printf '%s\n' 'echo the generator' \
            "exec '$ormgen' generate --depfile d --stamp out -o gen '$folder/blog.yaml'" \
            >generate
        printf 'out:\n\t@sh generate\n-include d\n' >Makefile
        cat >build.ninja <<'NINJA'
rule generate
  command = sh generate
  depfile = d
  deps = gcc
  restat = 1
build out: generate
NINJA
        expect "$(runs $tool)" 1 "the first build"
        expect "$(runs $tool)" 0 "the second build"
        sleep 0.01
        touch "$folder/blog.yaml"
        expect "$(runs $tool)" 1 "a touched schema"
        expect "$(runs $tool)" 0 "nothing"
        cd ..
    done <<'FOLDERS'
plain
of words
a#b
a$b
$(b)
a%b
a\b
a\ b
a:b
zürich
a+b,c@d
FOLDERS
done

it "has targets in folders of any name"
while IFS= read -r folder; do
    rm -rf project && mkdir project && cp blog.yaml project
    cd project
    tool=make
    wanted=$(printf '%s' "$folder" | sed -e 's/\$/$$/g' -e 's/[ #:]/\\&/g')
    made=$(printf '%s' "$wanted" | sed 's/%/\\%/g')
    printf 'all: %s\n%s:\n\t@echo the generator; "%s" generate --depfile d --stamp "$$OUT/s" blog.yaml\n-include d\n' \
        "$wanted/s" "$made/s" "$ormgen" >Makefile
    export OUT="$folder"
    expect "$(runs make)" 1 "the first build"
    expect "$(runs make)" 0 "the second build"
    sleep 0.01
    touch blog.yaml
    expect "$(runs make)" 1 "a touched schema"
    cd ..
done <<'FOLDERS'
plain
of words
a#b
a$b
a%b
a\b
FOLDERS
