#!/bin/sh
# format.sh ORMGEN: generated code is formatted as clang-format would, whatever the length
# of names (up to 22 bytes; beyond that, wrap.c does not know every shape).
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

it "formats names of all lengths"
for n in 2 10 16 20 22; do
    for k in 2 8 14 18 22; do
        cat >long.yaml <<YAML
models:
  $(name a $n):
    fields:
      $(name n $k): text
      $(name o $k): { type: float8, optional: true }
      $(name e $k): { enum: [one, two], optional: true }
      $(name m $k): { many: $(name b $n), reverse: $(name r $k) }
  $(name b $n):
    fields:
      $(name s $k): { type: bool, unique: true }
      $(name f $k): { ref: $(name a $n), reverse: $(name g $k), optional: true }
      $(name u $k): { ref: $(name a $n), reverse: $(name v $k), unique: true }
YAML
        status 0 "$ormgen" generate long.yaml
        for file in long.orm.h long.orm.c; do
            clang-format --dry-run -Werror $file 2>err || fail "$n $k: $(cat err)"
        done
    done
done
