#!/bin/sh
# format.sh ORMGEN: generated code is formatted as clang-format would, whatever the length
# of names; of models up to 40 bytes, beyond which clang-format lets long lines of tables
# stand, and wrap.c does not.
. "$(dirname "$0")/lib.sh"
cp "$here/../../.clang-format" .

it "formats the golden files"
for file in "$here"/../golden/*/in.orm.[hc]; do
    cp "$file" .
    clang-format --dry-run -Werror "${file##*/}" 2>err || fail "$file: $(cat err)"
done

# name LETTER LENGTH
name() {
    printf '%s%*s' "$1" $(($2 - 1)) '' | tr ' ' x
}

# check N K: names of N bytes for models and of K for fields.  An enumeration's name is
# made of both and has 63 bytes at most.
check() {
    n=$1 k=$2
    e=$k
    [ $((n + k)) -le 62 ] || e=$((62 - n))
    cat >long.yaml <<YAML
models:
  $(name a $n):
    fields:
      $(name n $k): text
      $(name o $k): { type: float8, optional: true }
      $(name e $e): { enum: [one, two], optional: true }
      $(name m $k): { many: $(name b $n), reverse: $(name r $k), table: joins }
  $(name b $n):
    fields:
      $(name s $k): { type: bool, unique: true }
      $(name f $k): { ref: $(name a $n), reverse: $(name g $k), optional: true }
      $(name u $k): { ref: $(name a $n), reverse: $(name v $k), unique: true }
  $(name y $n):
    view: { sql: select 1 }
    key: $(name i $k)
    fields:
      $(name i $k): int
      $(name j $k): { ref: $(name a $n), reverse: $(name z $k) }
YAML
    status 0 "$ormgen" generate long.yaml
    for file in long.orm.h long.orm.c; do
        clang-format --dry-run -Werror $file 2>err || fail "$n $k: $(cat err)"
    done
}

it "formats names of all lengths"
for k in 2 8 14 21 28; do
    for n in 2 9 16 20; do
        check $n $k
    done
done
for k in 2 12 22 35 48; do
    for n in 22 28 34 40; do
        check $n $k
    done
done
