#!/bin/sh
# pre_commit.sh ORMGEN SOURCE: the git hook, in a real repository.
source=$(realpath "$2")
. "$(dirname "$0")/../codegen/lib.sh"
mkdir home bin
ln -s "$ormgen" bin/ormgen
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 PATH="$work/bin:$PATH"
unset PRE_COMMIT GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE ORMGEN
git config --global user.name Somebody
git config --global user.email somebody@example.org
git config --global init.defaultBranch main

repository() {
    git init -q "$1"
    cd "$1"
    cp "$source/hooks/pre-commit" .git/hooks
}

# commits [ARGUMENT...]: the hook lets it pass; refuses: it does not.
commits() {
    git commit -q -m 'a commit' "$@" >../out 2>../err || fail "refused: $(cat ../out ../err)"
}

refuses() {
    ! git commit -q -m 'a commit' "$@" >../out 2>../err || fail "let pass"
}

repository beside
echo "module: blog
$one_model" >blog.yaml
echo 'not: a schema' >docker-compose.yaml
git add .

it "has nothing to say about schemas whose C is not committed"
commits

it "lets pass what generate wrote"
"$ormgen" generate blog.yaml
git add .
commits

it "refuses a schema without the C that it makes"
sed -i 's/title/name/' blog.yaml
refuses -a
mentions ../err book_title
mentions ../err 'blog.orm.h is not what its schema makes'
mentions ../err 'generate the C again'

it "refuses C that is only half committed, whatever lies in the folder"
"$ormgen" generate blog.yaml
git add blog.yaml blog.orm.h
refuses
mentions ../err 'blog.orm.c is not what its schema makes'

it "looks at what is staged, not at what is edited since"
git add blog.orm.c
sed -i 's/name/nonsense/' blog.yaml
commits
git checkout -q blog.yaml

it "refuses C that was edited by hand"
echo '/* mine */' >>blog.orm.c
refuses -a
git checkout -q blog.orm.c

it "refuses a schema with a mistake, and shows it"
sed -i 's/text/txet/' blog.yaml
refuses -a
mentions ../err 'blog.yaml:5:13: error: book.name: no type "txet"; did you mean "text"?'
git checkout -q blog.yaml

it "refuses C that was deleted"
git rm -q blog.orm.c
refuses
mentions ../err 'blog.orm.c is missing'
git reset -q --hard

it "does not run for what is no concern of it"
echo words >notes
git add notes
ORMGEN=/nowhere commits

it "says that there is no ormgen"
sed -i 's/text/int/' blog.yaml
ORMGEN=/nowhere refuses -a
mentions ../err nowhere
git reset -q --hard

it "checks commits from a folder below"
mkdir sub
cd sub
sed -i 's/text/int/' ../blog.yaml
! git commit -q -a -m 'a commit' >out 2>&1 || fail "let pass"
cd ..
git reset -q --hard
cd ..

it "finds the C in a folder of its own, flat or as the schemas lie"
repository apart
git config ormgen.outdir gen
mkdir 'of words'
echo "module: blog
$one_model" >'of words/blog.yaml'
sed 's/book/author/' 'of words/blog.yaml' >people.yaml
"$ormgen" generate -o 'gen/of words' 'of words/blog.yaml'
"$ormgen" generate -o gen people.yaml
git add .
commits
sed -i 's/text/int/' 'of words/blog.yaml'
refuses -a
mentions ../err 'gen/of words/blog.orm.h is not'
git reset -q --hard
rm -r 'gen/of words'
"$ormgen" generate -o gen 'of words/blog.yaml'
git add -A
commits
sed -i 's/text/int/' 'of words/blog.yaml'
refuses -a
mentions ../err 'gen/blog.orm.h is not'
cd ..

it "is what the pre-commit framework is told to run"
entry=$(sed -n 's/^ *entry: //p' "$source/.pre-commit-hooks.yaml")
cmp "$source/$entry" apart/.git/hooks/pre-commit || fail "$entry"
[ -x "$source/$entry" ] || fail "$entry cannot be run"
cd apart
git config --unset ormgen.outdir
sed -i 's/text/int/' 'of words/blog.yaml'
git add .
git -c core.hooksPath=/nowhere commit -q -m 'what it must find'
PRE_COMMIT=1 "$source/$entry" gen >../out 2>&1 && fail "the argument is ignored"
mentions ../out 'gen/blog.orm.h is not'
