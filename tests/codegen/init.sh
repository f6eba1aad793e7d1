#!/bin/sh
# init.sh ORMGEN: a first schema, and its picture.
. "$(dirname "$0")/lib.sh"

it "writes a schema that generates at once"
status 0 "$ormgen" init
mentions out "ormgen generate blog.yaml"
status 0 "$ormgen" init shop
[ ! -s err ] || fail "$(cat err)"
for name in blog shop; do
    status 0 "$ormgen" check $name.yaml
    status 0 "$ormgen" fmt --check $name.yaml
    status 0 "$ormgen" generate $name.yaml
    mentions $name.orm.h "extern const struct orm_schema ${name}_schema;"
    mentions $name.yaml "ormgen generate $name.yaml"
    ! grep -q @ $name.yaml || fail "$(grep @ $name.yaml)"
done

it "replaces nothing"
cp shop.yaml kept
status 4 "$ormgen" init shop
mentions err "shop.yaml is there, and is left as it is"
cmp -s kept shop.yaml || fail "it was changed"

it "takes only names that can be a module"
for name in my-shop 1st shop.yaml ../shop ''; do
    status 2 "$ormgen" init "$name"
    mentions err "the name \"$name\""
done

it "draws Mermaid"
status 0 "$ormgen" graph blog.yaml
mentions out erDiagram
mentions out '        text email UK'
mentions out '        bigint author_id FK'
mentions out '    author ||--o{ book : author'
mentions out '    book }o--o{ tag : tags'
cp out mermaid
status 0 "$ormgen" graph --format mermaid blog.yaml
cmp -s out mermaid || fail "$(cat out)"

cat >odd.yaml <<'YAML'
models:
  a:
    fields:
      b: { ref: a, optional: true, unique: true }
      c: { type: float8, column: "x {y} | \"z\" \\ <p>" }
YAML
it "marks what is optional and one-to-one"
status 0 "$ormgen" graph odd.yaml
mentions out '    a |o--o| a : b'
mentions out '        double_precision c'

it "draws for Graphviz, and as SVG"
for file in blog odd; do
    status 0 "$ormgen" graph --format dot $file.yaml
    dot -Tplain out >plain || fail "$(cat out)"
    status 0 "$ormgen" graph --format svg $file.yaml
    python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("out")' || fail "$(cat out)"
done
mentions out '&quot;z&quot; \ &lt;p&gt;'

it "says what to install where there is no Graphviz"
mkdir empty
status 4 env PATH="$work/empty" "$ormgen" graph --format svg blog.yaml
mentions err "install graphviz"
status 1 "$ormgen" graph "$here/../reject/anchor.yaml"
status 2 "$ormgen" graph --format png blog.yaml
