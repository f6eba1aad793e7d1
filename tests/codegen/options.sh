#!/bin/sh
# options.sh ORMGEN: the command line.
. "$(dirname "$0")/lib.sh"
echo "module: blog
$one_model" >blog.yaml

it "prints its version"
status 0 "$ormgen" --version
grep -q -x 'ormgen [0-9.]*' out || fail "$(cat out)"

it "without arguments shows the verbs and is a usage error"
status 2 "$ormgen"
mentions out "generate"

it "suggests a verb"
status 2 "$ormgen" genrate blog.yaml
says err 'ormgen: unknown verb "genrate"; did you mean "generate"?
Try: ormgen help'

it "suggests an option"
status 2 "$ormgen" generate --uot-dir x blog.yaml
says err 'ormgen: unknown option "--uot-dir"; did you mean "--out-dir"?
Try: ormgen help generate'

it "takes no abbreviation"
status 2 "$ormgen" generate --out-d x blog.yaml

it "needs a value after an option that takes one"
status 2 "$ormgen" generate -o
status 2 "$ormgen" generate blog.yaml --out-dir

it "takes no value where none belongs"
status 2 "$ormgen" generate --help=yes blog.yaml
mentions err '--help takes no value'

it "takes values in all spellings"
for option in '-o a' '-oa' '--out-dir a' '--out-dir=a'; do
    rm -rf a
    # shellcheck disable=SC2086
    status 0 "$ormgen" generate $option blog.yaml
    [ -f a/blog.orm.h ] || fail "$option"
done

it "needs a file"
status 2 "$ormgen" generate
status 2 "$ormgen" sql
status 2 "$ormgen" check

it "prints one schema's SQL at a time"
status 2 "$ormgen" sql blog.yaml blog.yaml

it "has help for each verb"
for verb in generate sql check dev help; do
    status 0 "$ormgen" help $verb
    mentions out "Usage: ormgen $verb"
done
status 0 "$ormgen" generate --help
mentions out "--out-dir DIR"
mentions out "ormgen generate -o gen blog.yaml shop.yaml"
mentions out "mistakes in a schema"
status 2 "$ormgen" help genrate

it "is quiet when all is well"
status 0 "$ormgen" generate blog.yaml
[ ! -s out ] || fail "$(cat out)"
[ ! -s err ] || fail "$(cat err)"
status 0 "$ormgen" check blog.yaml
[ ! -s out ] && [ ! -s err ] || fail "$(cat out err)"

it "refuses a file name that cannot become C"
for name in blog.txt blog blog.yml .yaml 'a b.yaml' 'a"b.yaml' '-x.yaml'; do
    cp blog.yaml "./$name"
    status 2 "$ormgen" check -- "./$name"
done

it "says that standard output is full"
status 4 sh -c '"$0" sql blog.yaml >/dev/full' "$ormgen"
mentions err "standard output"

it "says that a file is missing"
status 4 "$ormgen" check missing.yaml
says err "ormgen: missing.yaml: No such file or directory"

it "hands dev over to ormgen-db with all arguments and its own path"
mkdir libexec
printf '#!/bin/sh\necho "$ORMGEN"\nprintf "<%%s>" "$@"\necho\nexit 9\n' >libexec/ormgen-db
chmod +x libexec/ormgen-db
status 9 env ORMGEN_LIBEXEC="$work/libexec" "$ormgen" dev run --schema x -- a 'b c' --help
says out "$(readlink -f "$ormgen")
<dev><run><--schema><x><--><a><b c><--help>"
