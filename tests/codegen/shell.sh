#!/bin/sh
# shell.sh ORMGEN: manual pages and completions, made from the table of verbs.
. "$(dirname "$0")/lib.sh"
"$ormgen" help | sed -n 's/^  ormgen \([a-z-]*\) .*/\1/p' >verbs
[ "$(wc -l <verbs)" -gt 8 ] || fail "few verbs: $(cat verbs)"

it "has a manual page for each verb that mandoc has nothing to say of"
while read -r verb; do
    status 0 "$ormgen" help --format man "$verb"
    cp out "ormgen-$verb.1"
    mandoc -T lint -W warning "ormgen-$verb.1" >lint || fail "$(cat lint)"
    mandoc -T ascii "ormgen-$verb.1" | col -b >page
    mentions page "ormgen-$verb"
done <verbs
status 0 "$ormgen" help --format man
cp out ormgen.1
mandoc -T lint -W warning ormgen.1 >lint || fail "$(cat lint)"

it "installs these pages"
for page in $(ls ./*.1); do
    diff -u "$page" "$(dirname "$ormgen")/manual/$page" >difference || fail "$(cat difference)"
done
[ "$(ls ./*.1 | wc -l)" = "$(ls "$(dirname "$ormgen")"/manual/*.1 | wc -l)" ] ||
    fail "one too many: $(ls "$(dirname "$ormgen")"/manual)"

it "says in the manual what it says in help"
for verb in generate check; do
    "$ormgen" help $verb | grep -o -E -e '--[a-z-]+' | sort -u >options
    mandoc -T ascii ormgen-$verb.1 | col -b >page
    while read -r option; do
        mentions page "$option"
    done <options
done

it "completes for the shells it knows"
for shell in bash zsh fish; do
    status 0 "$ormgen" completion $shell
    cp out completion.$shell
done
status 2 "$ormgen" completion csh

# in_bash WORD...: what bash offers for the last one.
in_bash() {
    bash -c '
        . ./completion.bash
        COMP_WORDS=(ormgen "$@")
        COMP_CWORD=$#
        _ormgen
        [ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' bash "$@" >out
}

it "completes in bash: verbs, options, values, files"
touch blog.yaml 'my file.yaml'
mkdir folder
in_bash che
says out check
in_bash help gene
says out generate
in_bash check --f
says out --format
in_bash check --format js
says out json
in_bash check --format = sa
says out sarif
in_bash generate --out-dir fold
says out folder
in_bash generate -o f
says out folder
in_bash generate bl
says out blog.yaml
in_bash explain E01
[ "$(wc -l <out)" = 10 ] || fail "$(cat out)"
in_bash completion z
says out zsh
in_bash nothing --
[ ! -s out ] || fail "$(cat out)"

it "writes what zsh and fish can read"
status 0 zsh -n completion.zsh
status 0 fish --no-execute completion.fish

# in_fish LINE
in_fish() {
    HOME=$work fish -c 'source completion.fish; complete -C "$argv[1]"' "$1" |
        cut -f 1 | sort -u >out
}

it "completes in fish"
in_fish 'ormgen che'
says out check
in_fish 'ormgen check --format s'
says out sarif
in_fish 'ormgen completion z'
says out zsh
in_fish 'ormgen generate --out-dir fold'
says out folder/
