#!/bin/sh
# README's sample ($1): what it prints on an empty database, and what it says when it fails.
expect() {
    [ "$2" = "$3" ] && return
    printf '%s: expected\n%s\ngot\n%s\n' "$1" "$2" "$3" >&2
    exit 1
}

printed=$("$1") || exit 1
expect 'the first run' "A Book on C by Al Kelley
    #c
Expert C Programming by Peter van der Linden
    #c
The C Programming Language by Brian Kernighan
    #c
4 statements" "$printed"

# Everything is there already: the authors' addresses are unique, so nothing is written.
complaint=$("$1" 2>&1 >/dev/null) && { echo 'the second run succeeded' >&2; exit 1; }
case $complaint in
"blog: author"*author_email_key*) ;;
*) expect 'the second run' 'a message about author.email' "$complaint" ;;
esac

complaint=$(DATABASE_URL=postgresql://nobody@localhost:1/nothing "$1" 2>&1 >/dev/null) &&
    { echo 'a run without a server succeeded' >&2; exit 1; }
case $complaint in
"blog: "*) ;;
*) expect 'no server' 'a message' "$complaint" ;;
esac
