#!/bin/sh
# The program `packages` ($1) on an empty database, with a status file ($2) and an archive's
# list ($3): exit codes, messages, and that a file it refuses changes nothing.
packages=$1 status=$2 available=$3
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# run CODE PATTERN ARGUMENT...: the exit code, and a pattern that all it prints must match.
run() {
    code=$1 pattern=$2
    shift 2
    printed=$("$packages" "$@" 2>&1)
    got=$?
    [ $got = "$code" ] || fail "packages $*: exit code $got, not $code: $printed"
    case $printed in
    $pattern) ;;
    *) fail "packages $*: expected $pattern, got $printed" ;;
    esac
}

# Every row of every table, with the transaction that wrote it.
contents() {
    sql=
    for table in maintainer section source tag package dependency conffile package_tags; do
        sql="$sql select '$table', t.xmin, t.* from $table t order by t;"
    done
    psql -XAtq -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "$sql" >"$scratch/rows" ||
        fail 'psql failed'
    cksum <"$scratch/rows"
}

run 0 'Usage: packages *' --help
run 2 '*unrecognized option*--help*' --nonsense
run 2 '*unexpected argument: x' x
run 3 '*/nowhere: No such file or directory' --file /nowhere
run 3 'packages: /: Is a directory' --file /

run 0 'Imported 300 packages (256 of them only named), 417 dependencies,*300 added*' \
    --file "$status" --import-only
before=$(contents)
run 0 '*    0 added, 0 removed; *' --file "$status" --import-only
[ "$before" = "$(contents)" ] || fail 'the second import changed something'

# refused WHAT PATTERN: $scratch/file is refused, and nothing changes.
refused() {
    run 3 "packages: $scratch/file: $2" --file "$scratch/file"
    [ "$before" = "$(contents)" ] || fail "$1: something was written"
}
head -c 20000 "$status" >"$scratch/file"
refused truncated 'its last line has no end: was it cut off[?]'
(cat "$status"; printf 'Package: cut\nStatus: install ok installed\n') >"$scratch/file"
refused 'cut between lines' 'line 1058: cut: no Architecture: is the file whole[?]'
: >"$scratch/file"
refused empty 'no package in it'
(cat "$packages"; echo) >"$scratch/file"
refused 'a program' 'line 1: a zero byte: this is no control file'
printf 'root:x:0:0:root:/root:/bin/bash\nbin:x:2\n' >"$scratch/file"
refused 'a password file' 'line 1: no Package in this paragraph'
cat "$status" "$status" >"$scratch/file"
refused doubled 'line 1058: adduser all: a second time, after line 1'
cp "$available" "$scratch/file"
refused "an archive's list" 'line 1: *: no Status: is this dpkg*'

run 0 'Imported *Who maintains each package*one per access*' --file "$status"
run 0 '*there is no such-package*' --file "$status" --without such-package
run 0 'Imported 86 packages * 65 tags*' --available --file "$available" --import-only

"$packages" --file "$status" --import-only >/dev/full 2>"$scratch/complaint" &&
    fail 'a full disk was no failure'
grep -q '^packages: standard output: ' "$scratch/complaint" || fail 'a full disk: no message'

DATABASE_URL=postgresql://nobody@localhost:1/nothing
export DATABASE_URL
run 1 'packages: connect: *' --file "$status"
