#!/bin/sh
# README's sample ($1): what it prints on an empty database, and what it says when it fails.
expect() {
    [ "$2" = "$3" ] && return
    printf '%s: expected\n%s\ngot\n%s\n' "$1" "$2" "$3" >&2
    exit 1
}

printed=$("$1") || exit 1
expect 'the first run' 'The C Programming Language by Brian Kernighan' "$printed"

# The author is there already and addresses are unique: the find flushes, and is refused.
complaint=$("$1" 2>&1 >/dev/null) && { echo 'the second run succeeded' >&2; exit 1; }
case $complaint in
"blog: author"*author_email_key*) ;;
*) expect 'the second run' 'a message about author.email' "$complaint" ;;
esac

complaint=$(PGHOST=localhost PGPORT=1 "$1" 2>&1 >/dev/null) &&
    { echo 'a run without a server succeeded' >&2; exit 1; }
case $complaint in
"blog: cannot connect: "*) ;;
*) expect 'no server' 'a message' "$complaint" ;;
esac
