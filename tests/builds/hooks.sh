#!/bin/sh
# hooks.sh SOURCE BUILD SYSTEM: a service is built with our hook for a build system, from an
# installed prefix that was moved or with us as a subproject.  systems/SYSTEM holds its
# build files, and in how.sh
#   gen        where the generated files are
#   service    the program
#   configure  what is done once
#   build      builds; takes -j
#   clean      removes what was compiled
#   also       looks at what was built, if there is anything of its own to see
source=$(cd "$1" && pwd) build=$(cd "$2" && pwd) system=$3
set -- "$build/codegen/ormgen"
. "$(dirname "$0")/../codegen/lib.sh"
unset ORMGEN_LIBEXEC ORMGEN CFLAGS LDFLAGS MAKEFLAGS

meson install -C "$build" --no-rebuild --quiet --destdir "$work/stage" >install.log 2>&1 ||
    fail "$(cat install.log)"
config=$(find stage -name OrmgenConfig.cmake)
mv "${config%/lib/*}" 'prefix'
prefix=$work/prefix
libdir=$(dirname "$(find "$prefix" -name libormgen.a)")

# Who was called, and with what.
ccache=$(command -v ccache || :) # behind our back it would hide calls
mkdir bin
cat >bin/cc <<END
#!/bin/sh
case " \$* " in
*' -c '*) for argument; do
    case \$argument in *.c) echo "\${argument##*/}" >>'$work/compiled' ;; esac
done ;;
esac
exec $ccache gcc "\$@"
END
mv "$prefix/bin/ormgen" "$prefix/bin/ormgen.real"
cat >"$prefix/bin/ormgen" <<END
#!/bin/sh
[ "\$1" = generate ] && echo "\$*" >>'$work/generated'
exec '$prefix/bin/ormgen.real' "\$@"
END
chmod +x bin/cc "$prefix/bin/ormgen"
export CC=cc
export PATH="$work/bin:$prefix/bin:$PATH" CMAKE_PREFIX_PATH="$prefix"
export PKG_CONFIG_PATH="$libdir/pkgconfig"

mkdir project
cp -r "$here/systems/$system/." "$source/examples/blog/main.c" project
cd project
sed 's/^module: blog$/&\ninclude: [people.yaml]/' "$source/examples/blog/blog.yaml" >blog.yaml
cat >people.yaml <<'END'
models:
  person:
    fields:
      name: text
END
echo 'int other(void); int other(void) { return 1; }' >other.c
cp blog.yaml ../good.yaml
also() {
    :
}

# What a release would hold, without what a subproject does not look at.
copy_source() {
    mkdir "$1"
    tar -C "$source" -cf - --exclude='./build*' --exclude=./.git --exclude=./tests \
        --exclude=./examples . | tar -C "$1" -xf -
}

. ./how.sh

ours='blog.orm.c main.c other.c people.orm.c'

# built [-jN]: builds; $compiled and $generated say what was done for it.
built() {
    : >"$work/compiled"
    : >"$work/generated"
    build "$@" >"$work/log" 2>&1 || return 1
    compiled=$(grep -x -e blog.orm.c -e main.c -e other.c -e people.orm.c "$work/compiled" |
        sort -u | tr '\n' ' ') || :
    compiled=${compiled% }
    generated=$(grep -c . "$work/generated") || :
    sleep 0.01 # the next change is newer
}

must_build() {
    built "$@" || fail "it did not build: $(cat "$work/log")"
}

must_compile() {
    must_build
    [ "$compiled" = "$1" ] || fail "compiled \"$compiled\", not \"$1\": $(cat "$work/log")"
}

must_do_nothing() {
    must_compile ''
    [ "$generated" -eq 0 ] || fail "generated again: $(cat "$work/generated")"
}

it "builds a service that works"
configure >"$work/log" 2>&1 || fail "$(cat "$work/log")"
must_compile "$ours"
"$prefix/bin/ormgen" dev run --schema blog.yaml -- "$service" >"$work/log" 2>&1 ||
    fail "$(cat "$work/log")"
mentions "$work/log" 'The C Programming Language by Brian Kernighan'
also

it "then has nothing to do"
must_do_nothing

it "looks at a touched include, and compiles nothing"
touch people.yaml
must_compile ''
must_do_nothing

it "compiles what a changed column concerns, and nothing else"
sed -i 's/pages: /sheets: /' blog.yaml
must_compile 'blog.orm.c main.c'
mentions $gen/blog.orm.h book_sheets
must_do_nothing

it "compiles what a changed include concerns, and nothing else"
sed -i 's/name: text/full_name: text/' people.yaml
must_compile 'blog.orm.c main.c people.orm.c'
must_do_nothing

it "stops at a mistake, shows it, and leaves the outputs alone"
cp $gen/blog.orm.h $gen/blog.orm.c "$work"
sed -i 's/date, optional/dete, optional/' blog.yaml
! built || fail "it built"
grep -q 'blog.yaml:[0-9]*:[0-9]*: error: author.born: no type "dete"' "$work/log" ||
    fail "$(cat "$work/log")"
cmp $gen/blog.orm.h "$work/blog.orm.h" && cmp $gen/blog.orm.c "$work/blog.orm.c"
! built || fail "it built the second time"
sed -i 's/dete, optional/date, optional/' blog.yaml
must_compile ''
must_do_nothing

for ending in h c; do
    it "makes a deleted $ending file again"
    rm $gen/blog.orm.$ending
    must_build
    cmp $gen/blog.orm.$ending "$work/blog.orm.$ending"
    must_build
    must_do_nothing
done

it "builds from nothing with eight jobs"
cp ../good.yaml blog.yaml
clean >"$work/log" 2>&1 || fail "$(cat "$work/log")"
must_build -j8
[ "$compiled" = "$ours" ] || fail "compiled $compiled"
must_do_nothing
