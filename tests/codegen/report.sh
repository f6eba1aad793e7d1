#!/bin/sh
# report.sh ORMGEN: mistakes in the formats that programs read, and in colour.
. "$(dirname "$0")/lib.sh"

cat >good.yaml <<YAML
$one_model
YAML
cat >bad.yaml <<'YAML'
models:
  book:
    fields:
      title: text
      "p\u202e%": { type: int, optonal: true }
      title: "a, b: 100%"
YAML

# json PROGRAM: true of `d`, what out holds.
json() {
    python3 -c "
import json, sys
d = json.load(open('out'))
$1" || fail "$1: $(cat out)"
}

it "writes one JSON document for all files"
status 1 "$ormgen" check --format json bad.yaml good.yaml
[ ! -s err ] || fail "$(cat err)"
json "
assert d['format'] == 1
assert d['not_shown'] == 0
found = d['diagnostics']
assert [x['code'] for x in found] == ['E002', 'E010', 'E007', 'E006'], found
twice = found[3]
assert twice['file'] == 'bad.yaml'
assert (twice['line'], twice['column'], twice['end_column']) == (6, 7, 12)
assert twice['severity'] == 'error'
assert twice['message'].startswith('\"title\" is written twice')
assert twice['notes'] == [{'file': 'bad.yaml', 'line': 4, 'column': 7, 'end_column': 12,
                           'message': 'the first one is here'}]"

it "writes a document when nothing is wrong, too"
status 0 "$ormgen" check --format json good.yaml
json "assert d['diagnostics'] == []"
status 0 "$ormgen" check --format sarif good.yaml
json "assert d['runs'][0]['results'] == []"
status 0 "$ormgen" check --format github good.yaml
[ ! -s out ] || fail "$(cat out)"

it "counts the mistakes that are too many to show"
{
    echo 'models:'
    for i in $(seq 25); do echo "  m$i: { fields: { a: txt } }"; done
} >many.yaml
status 1 "$ormgen" check --format json many.yaml
json "assert (len(d['diagnostics']), d['not_shown']) == (20, 5)"
status 1 "$ormgen" check --format sarif many.yaml
json "assert d['runs'][0]['properties']['notShown'] == 5"

it "escapes what hides or ends something"
status 1 "$ormgen" check --format json bad.yaml
json "
assert '<U+202E>' in d['diagnostics'][2]['message']
assert all(ord(c) < 0x202a for c in json.dumps(d, ensure_ascii=False))"

it "writes SARIF 2.1.0"
mkdir 'a b'
cp bad.yaml 'a b/x.yaml'
status 1 "$ormgen" check --format sarif 'a b/x.yaml' "$work/bad.yaml"
json "
assert d['version'] == '2.1.0'
[run] = d['runs']
assert run['columnKind'] == 'unicodeCodePoints'
driver = run['tool']['driver']
assert driver['name'] == 'ormgen' and driver['version']
rules = driver['rules']
assert len({r['id'] for r in rules}) == len(rules) > 30
assert all(r['shortDescription']['text'] for r in rules)
for r in run['results']:
    assert r['level'] == 'error' and r['message']['text']
    assert rules[r['ruleIndex']]['id'] == r['ruleId']
    [location] = r['locations']
    for place in [location] + r.get('relatedLocations', []):
        physical = place['physicalLocation']
        uri = physical['artifactLocation']['uri']
        assert uri in ('a%20b/x.yaml', 'file://$work/bad.yaml'), uri
        region = physical['region']
        assert region['endColumn'] > region['startColumn'] > 0 < region['startLine']
related = [r for r in run['results'] if 'relatedLocations' in r]
assert len(related) == 2 and related[0]['relatedLocations'][0]['message']['text']"

it "writes workflow commands for GitHub"
status 1 "$ormgen" check --format github bad.yaml
sed -n 4,5p out >last
says last '::error file=bad.yaml,line=6,col=7,endColumn=12,title=E006::"title" is written twice; rename or delete one
::notice file=bad.yaml,line=4,col=7,endColumn=12,title=E006::the first one is here'
mkdir 'a,b:c%'
cp bad.yaml 'a,b:c%/'
status 1 "$ormgen" check --format github 'a,b:c%/bad.yaml'
mentions out '::error file=a%2Cb%3Ac%25/bad.yaml,line=5,col=32,'
mentions out '::book.p<U+202E>%25: unknown key "optonal"'

it "reports in the format that was asked for when it generates, too"
status 1 "$ormgen" generate --format json bad.yaml
json "assert len(d['diagnostics']) == 4"

it "takes no other format"
status 2 "$ormgen" check --format xml good.yaml

it "writes text to standard error"
status 1 "$ormgen" check --format text bad.yaml
[ ! -s out ] || fail "$(cat out)"
mentions err '[E006]'

# in_terminal COMMAND...: what it writes when its standard error is a terminal.
in_terminal() {
    python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$@" >out || true
}

colour=$(printf '\033')
coloured() { grep -q "$colour" "$1" || fail "no colour in $(cat "$1")"; }
plain() { ! grep -q "$colour" "$1" || fail "colour in $(cat "$1")"; }

unset NO_COLOR CLICOLOR_FORCE
export TERM=xterm

it "colours on a terminal alone"
in_terminal "$ormgen" check bad.yaml
coloured out
status 1 "$ormgen" check bad.yaml
plain err

it "heeds TERM=dumb, NO_COLOR and CLICOLOR_FORCE"
in_terminal env TERM=dumb "$ormgen" check bad.yaml
plain out
in_terminal env NO_COLOR=1 "$ormgen" check bad.yaml
plain out
in_terminal env NO_COLOR= "$ormgen" check bad.yaml
coloured out
status 1 env CLICOLOR_FORCE=1 "$ormgen" check bad.yaml
coloured err
status 1 env CLICOLOR_FORCE=0 "$ormgen" check bad.yaml
plain err
status 1 env CLICOLOR_FORCE=1 NO_COLOR=1 "$ormgen" check bad.yaml
plain err

it "heeds --color before all of them"
status 1 env NO_COLOR=1 TERM=dumb "$ormgen" check --color always bad.yaml
coloured err
in_terminal "$ormgen" check --color=never bad.yaml
plain out

it "never colours what programs read"
for form in json sarif github; do
    status 1 "$ormgen" check --color always --format $form bad.yaml
    plain out
done

it "tells a mistake once that several files include"
printf 'include: [shared.yaml]\nmodels:\n  one:\n    fields: { name: text }\n' >includes.yaml
printf 'models:\n  two:\n    fields: { name: txt }\n' >shared.yaml
for files in 'includes.yaml shared.yaml' 'shared.yaml includes.yaml'; do
    # shellcheck disable=SC2086
    status 1 "$ormgen" check $files
    [ "$(grep -c 'error:' err)" = 1 ] || fail "told $(grep -c 'error:' err) times"
done
