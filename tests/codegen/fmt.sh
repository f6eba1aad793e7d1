#!/bin/sh
# fmt.sh ORMGEN ROOT: YAML files as we write them.
. "$(dirname "$0")/lib.sh"
root=$2

cat >messy.yaml <<'YAML'


# a library
models :   # of all
    book:
      # about it
        doc: >
             folded
               text

        fields:
            title:   text   # one
            pages:    { type: int,optional: true  ,default :  3} # two
            state: {enum: [a,
     b],
            doc: "two
              lines"
            }


            # last of fields
        # last of book
        indexes:
        -   on: [ title ]
            unique: true
        - {on: [pages]}
    author :
        fields: {name: text}
        # the end
YAML
sed -i 's/int,optional/int, optional/' messy.yaml
cat >neat.yaml <<'YAML'
# a library
models:    # of all
  book:
    # about it
    doc: >
      folded
        text

    fields:
      title:   text         # one
      pages:   { type: int, optional: true, default: 3 }          # two
      state:   { enum: [a,
        b],
        doc: "two
        lines"
        }

      # last of fields
    # last of book
    indexes:
      - on: [title]
        unique: true
      - { on: [pages] }
  author:
    fields: { name: text }
    # the end
YAML

it "changes white space, and nothing else"
status 0 "$ormgen" fmt - <messy.yaml
diff -u neat.yaml out >difference || fail "$(cat difference)"
status 0 "$ormgen" fmt - <neat.yaml
diff -u neat.yaml out >difference || fail "$(cat difference)"

it "says with --check which files would change, and changes none"
cp messy.yaml kept.yaml
status 3 "$ormgen" fmt --check neat.yaml messy.yaml
says out messy.yaml
cmp -s messy.yaml kept.yaml || fail "it was changed"
status 0 "$ormgen" fmt --check neat.yaml

it "changes files in place, with their permissions, behind links"
mkdir real
cp messy.yaml real/a.yaml
chmod 640 real/a.yaml
ln -s real/a.yaml link.yaml
status 0 "$ormgen" fmt link.yaml
[ ! -s out ] && [ ! -s err ] || fail "$(cat out err)"
cmp -s neat.yaml real/a.yaml || fail "$(cat real/a.yaml)"
[ -L link.yaml ] || fail "the link is gone"
[ "$(stat -c %a real/a.yaml)" = 640 ] || fail "$(stat -c %a real/a.yaml)"
[ "$(ls real)" = a.yaml ] || fail "left behind: $(ls real)"

it "leaves a file alone that is formatted"
touch -d 2001-01-01 real/a.yaml
status 0 "$ormgen" fmt real/a.yaml
[ "$(stat -c %Y real/a.yaml)" = "$(date -d 2001-01-01 +%s)" ] || fail "it was written"

it "formats what schemas cannot be made of yet, as long as it is YAML of ours"
printf 'models:\n    book: {  tilte: 1}\n' >wrong.yaml
status 0 "$ormgen" fmt wrong.yaml
says wrong.yaml 'models:
  book: { tilte: 1 }'

it "reports what is not, and leaves the file as it is"
for text in 'a: &x b' 'a: {' '- a' '? a
: b' ': a' ''; do
    printf '%s\n' "$text" >bad.yaml
    status 1 "$ormgen" fmt bad.yaml
    grep -q '^bad.yaml.*\[E0[0-9]*\]$' err || fail "$(cat err)"
    says bad.yaml "$text"
done

it "says that a file is missing or cannot be written"
status 4 "$ormgen" fmt missing.yaml
says err 'ormgen: missing.yaml: No such file or directory'
status 4 "$ormgen" fmt real
says err "ormgen: real: Is a directory"
if [ "$(id -u)" != 0 ]; then
    cp messy.yaml real/
    chmod 500 real
    status 4 "$ormgen" fmt real/messy.yaml
    chmod 700 real
fi

it "finds our own files formatted"
for file in "$root"/examples/*/*.yaml "$root"/tests/golden/*/in.yaml "$root"/tests/schema/*.yaml; do
    status 0 "$ormgen" fmt --check "$file"
done
