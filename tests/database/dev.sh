#!/bin/sh
# dev.sh SENTENCE: one test of `ormgen dev`, a function below.
#
# Each has a private server of its own, in a directory of its own, so that it can kill
# what it likes; only the cache of clusters is shared.  Processes are found by that
# directory, which the server has in its arguments.
# shellcheck disable=SC2016 # other shells expand what stands in single quotes
set -eu

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# equal EXPECTED GOT WHAT
equal() {
    [ "$1" = "$2" ] || fail "$3: expected: $1
got: $2"
}

contains() {
    case $2 in
    *"$1"*) ;;
    *) fail "no \`$1\` in: $2" ;;
    esac
}

# eventually MILLISECONDS COMMAND...
eventually() {
    limit=$1
    shift
    end=$(($(date +%s%3N) + limit))
    until "$@"; do
        [ "$(date +%s%3N)" -lt $end ] || fail "not within $limit ms: $*"
        sleep 0.02
    done
}

not() {
    ! "$@"
}

exit_code_of() {
    code=0
    "$@" || code=$?
    echo $code
}

# fails_with CODE PART-OF-THE-MESSAGE COMMAND...
fails_with() {
    code=$1
    message=$2
    shift 2
    equal "$code" "$(exit_code_of "$@" 2>"$scratch/err")" 'exit code'
    contains "$message" "$(cat "$scratch/err")"
}

is_empty() {
    [ -z "$(ls -A "$1")" ]
}

# The process ids whose arguments name the run directory.
processes() {
    for p in /proc/[0-9]*; do
        [ "${p#/proc/}" = $$ ] ||
            ! tr '\0' ' ' 2>/dev/null <"$p/cmdline" | grep -q "[ =]$ORMGEN_RUN_DIR/" ||
            echo "${p#/proc/}"
    done
}

has_processes() {
    [ -n "$(processes)" ]
}

dev() {
    "$ormgen_db" dev "$@"
}

postmaster() {
    dev status | sed -n 's/.*process \([0-9]*\),.*/\1/p'
}

supervisor() {
    sed -n 's/^PPid:[[:space:]]*//p' "/proc/$(postmaster)/status"
}

is_running() {
    [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# On the server of the running test, or of that `psql` option.
databases() {
    psql -Atc "SELECT count(*) FROM pg_database WHERE datname LIKE 'ormgen_test%'" "$@"
}

# Starts COMMAND with a database, and returns when it has it: $client, $database, $host.
start() {
    rm -f "$scratch/started"
    "$ormgen_db" dev run -- sh -c '
        echo "$PGDATABASE $PGHOST" >"$0.new"
        mv "$0.new" "$0"
        exec "$@"
    ' "$scratch/started" "$@" >"$scratch/out" 2>&1 &
    client=$!
    clients="$clients $client"
    eventually 30000 test -e "$scratch/started"
    read -r database host <"$scratch/started"
}

# Of the private server, as seen from outside any run.
has_database() {
    psql -h "$host" -U postgres -Atc "SELECT datname FROM pg_database" postgres |
        grep -qx "$1"
}

is_ready() {
    psql -h "$host" -U postgres -c '' postgres >/dev/null 2>&1
}

# --------------------------------------------------------------------------------------

passes_the_exit_code_of_the_command() {
    equal 0 "$(exit_code_of dev run -- true)" 'exit code'
    equal 7 "$(exit_code_of dev run -- sh -c 'exit 7')" 'exit code'
    equal 143 "$(exit_code_of dev run -- sh -c 'kill -TERM $$')" 'exit code'
    fails_with 127 './no-such-command: No such file' dev run -- ./no-such-command
}

gives_arguments_and_standard_input_to_the_command() {
    equal 'a b|--schema|c' \
        "$(dev run -- sh -c 'echo "$1|$2|$3"' - 'a b' --schema c)" arguments
    equal 'from stdin' "$(echo 'from stdin' | dev run -- cat)" input
}

works_with_closed_standard_streams() {
    echo 'CREATE TABLE a (i int);' >"$scratch/one.yaml"
    dev run --schema "$scratch/one.yaml" -- sh -c 'psql -qAtc "TABLE a" >"$0"' \
        "$scratch/table" <&- >&- 2>&- || fail 'the run failed'
    [ -e "$scratch/table" ] || fail 'the command did not run'
}

names_the_database_in_the_environment() {
    dev run -- sh -euc '
        [ "$(psql -Atc "SELECT current_database()")" = "$PGDATABASE" ]
        [ "$(psql "$DATABASE_URL" -Atc "SELECT current_database()")" = "$PGDATABASE" ]
        unset PGHOST PGPORT PGUSER PGDATABASE
        psql "$DATABASE_URL" -Atc "SELECT 1" >/dev/null
    ' || fail 'the environment does not lead to the database'
}

keeps_settings_for_other_servers_from_the_command() {
    equal 1 "$(PGPASSWORD=x PGHOSTADDR=192.0.2.1 PGPORT=1 PGREQUIREPEER=who \
        PGDATABASE=no PGCHANNELBINDING=require dev run -- psql -Atc 'SELECT 1')" answer
}

does_not_hold_the_output_of_its_caller() {
    dev run -- true # warm
    before=$(date +%s%3N)
    equal x "$(dev run -- echo x 2>&1)" output
    took=$(($(date +%s%3N) - before))
    [ $took -lt 1500 ] || fail "the end of the output came after $took ms"
}

gives_each_of_8_parallel_runs_its_own_database() {
    runs=
    for i in 1 2 3 4 5 6 7 8; do
        dev run -- sh -euc '
            psql -qc "CREATE TABLE mine (i int)"
            echo "$PGHOST $PGDATABASE"
        ' >"$scratch/$i" &
        runs="$runs $!"
    done
    for run in $runs; do
        wait "$run" || fail "a run failed: $(cat "$scratch"/?)"
    done
    equal 8 "$(cat "$scratch"/? | cut -d' ' -f2 | sort -u | wc -l)" databases
    equal 1 "$(cat "$scratch"/? | cut -d' ' -f1 | sort -u | wc -l)" servers
}

makes_the_tables_of_each_schema() {
    echo 'CREATE TABLE a (i int); CREATE TABLE b (i int);' >"$scratch/one.yaml"
    echo '-- nothing; here' >"$scratch/two.yaml"
    echo 'CREATE TABLE c (i int)' >"$scratch/three.yaml"
    equal 'a b c' "$(dev run --schema "$scratch/one.yaml" --schema "$scratch/two.yaml" \
        --schema="$scratch/three.yaml" -- \
        psql -Atc "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
            WHERE schemaname = 'public'")" tables
}

shows_the_statement_that_failed() {
    cat >"$scratch/wrong.yaml" <<'END'
-- first; a comment
CREATE TABLE a (t text DEFAULT 'x;''y');
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1; $f$;
-- the second b
CREATE TABLE "b;" (
  i nonsense
);
CREATE TABLE c (i int);
END
    start sleep 20
    fails_with 4 '' dev run --schema "$scratch/wrong.yaml" -- touch "$scratch/ran"
    what='type "nonsense" does not exist [42704]'
    equal "ormgen-db: $scratch/wrong.yaml: statement 3 of its SQL: $what
CREATE TABLE \"b;\" (
  i nonsense
)" "$(cat "$scratch/err")" message
    [ ! -e "$scratch/ran" ] || fail 'the command ran'
    eventually 1000 is_alone
    kill $client
}

is_alone() {
    [ "$(databases -h "$host" -U postgres postgres)" = 1 ]
}

passes_on_what_is_wrong_with_a_schema() {
    fails_with 1 '' dev run --schema broken.yaml -- true
    equal 'broken.yaml:1:1: error: it is broken' "$(cat "$scratch/err")" message
    is_empty "$ORMGEN_RUN_DIR" || fail 'a server was started for nothing'
}

drops_the_database_when_the_command_is_killed() {
    start sleep 20
    first=$database
    start sleep 20
    has_database "$first" || fail 'no database'
    kill -9 $client
    eventually 1000 not has_database "$database"
    has_database "$first" || fail 'the other database is gone too'
}

drops_the_database_after_an_interrupt() {
    start sleep 20
    first=$host
    # Ctrl-C goes to the whole foreground group.  What a script starts with & is deaf to it.
    setsid env --default-signal=INT "$ormgen_db" dev run -- \
        sh -c 'echo "$PGDATABASE" >"$0"; sleep 20; :' "$scratch/interrupted" &
    eventually 10000 test -s "$scratch/interrupted"
    database=$(cat "$scratch/interrupted")
    host=$first
    has_database "$database" || fail 'no database'
    kill -INT -$!
    eventually 1000 not has_database "$database"
}

keeps_the_database_for_a_child_that_outlives_the_command() {
    start sh -c 'sleep 1.5 >/dev/null 2>&1 &'
    wait $client
    sleep 0.5
    has_database "$database" || fail 'dropped too early'
    start sleep 20
    eventually 3000 is_alone
}

keeps_the_database_for_a_command_that_closes_all_descriptors() {
    equal 1 "$(dev run -- bash -c 'for fd in /proc/$$/fd/*; do
            fd=${fd##*/}; [ $fd -lt 3 ] || eval "exec $fd>&-"
        done
        sleep 0.3; psql -Atc "SELECT 1"')" answer
}

survives_a_killed_supervisor() {
    start sleep 20
    killed=$(supervisor)
    server=$(postmaster)
    kill -9 "$killed"
    eventually 1000 not is_running "$server"
    [ -d "$host" ] || fail "what should be swept is not there"
    equal 1 "$(dev run -- psql -Atc 'SELECT 1')" answer
    [ ! -e "$host" ] || fail "$host was not swept"
}

survives_a_killed_postmaster() {
    start sleep 20
    kill -9 "$(postmaster)"
    equal 1 "$(dev run -- psql -Atc 'SELECT 1')" answer
    eventually 1000 not test -e "$host"
}

leaves_nothing_behind() {
    start true
    wait $client
    has_processes || fail 'this test does not see the server'
    eventually 3000 is_empty "$ORMGEN_RUN_DIR"
    eventually 100 not has_processes
}

status_and_stop_work() {
    equal 'no private server is running' "$(dev status)" status
    start sleep 20
    contains '1 database,' "$(dev status)"
    equal 'private server: stopped' "$(dev stop)" stop
    eventually 500 is_empty "$ORMGEN_RUN_DIR"
    equal 'no private server is running' "$(dev stop)" stop
}

psql_has_a_database_of_its_own() {
    echo 'CREATE TABLE a (i int);' >"$scratch/one.yaml"
    equal a "$(echo 'SELECT tablename FROM pg_tables WHERE schemaname = $$public$$' |
        dev psql --schema "$scratch/one.yaml" -- -At)" table
}

explains_its_usage() {
    fails_with 2 'no command' dev run
    fails_with 2 'unknown command: dev rum' dev rum
    fails_with 2 'shcema' dev run --shcema x -- true
    contains 'usage:' "$(dev run --help)"
}

says_what_to_install() {
    fails_with 4 '/nowhere: no `postgres`' \
        env ORMGEN_PG_BINDIR=/nowhere "$ormgen_db" dev run -- true
    is_empty "$ORMGEN_RUN_DIR" || fail 'a directory stays behind'
}

shows_why_a_server_does_not_start() {
    mkdir "$scratch/bin"
    printf '#!/bin/sh\nmkdir -p "${1#--pgdata=}"\n' >"$scratch/bin/initdb"
    printf '#!/bin/sh\necho a disk of cheese >&2\nexit 1\n' >"$scratch/bin/postgres"
    chmod 755 "$scratch/bin" "$scratch/bin/"*
    export ORMGEN_CACHE_DIR="$open/cache" ORMGEN_PG_BINDIR="$scratch/bin"
    fails_with 4 'a disk of cheese' dev run -- true
    eventually 1000 is_empty "$ORMGEN_RUN_DIR"
}

# --- a server that is given ---

# given COMMAND...: runs it with DATABASE_URL set, and no private server allowed.
given() {
    dev run -- sh -euc 'export ORMGEN_RUN_DIR="$0/none"; exec "$@"' "$scratch" "$@"
}

uses_the_server_that_is_given() {
    given sh -euc '
        all="SELECT string_agg(datname, chr(32) ORDER BY datname) FROM pg_database"
        before=$(psql -Atc "$all")
        inner=$("$0" dev run -- sh -euc "
            psql -Atc \"SELECT current_database()\"
            psql \"\$DATABASE_URL\" -Atc \"SELECT current_database()\"
            echo \$PGDATABASE")
        [ "$(echo "$inner" | sort -u | wc -l)" = 1 ]
        [ "$(echo "$inner" | head -n1)" != "$PGDATABASE" ]
        sleep 0.5
        [ "$before" = "$(psql -Atc "$all")" ]
        [ ! -e "$ORMGEN_RUN_DIR" ]
    ' "$ormgen_db" || fail 'see above'
}

finds_a_given_server_by_each_variable() {
    given sh -euc '
        url=$DATABASE_URL
        unset DATABASE_URL
        [ "$("$0" dev run -- psql -Atc "SELECT 1")" = 1 ]
        outer=$PGDATABASE
        printf "[mine]\nhost=%s\nuser=postgres\ndbname=%s\n" "$PGHOST" "$outer" >"$1"
        unset PGHOST PGPORT PGUSER PGDATABASE
        export PGSERVICE=mine PGSERVICEFILE="$1"
        [ "$("$0" dev run -- psql -Atc "SELECT current_database()")" != "$outer" ]
        "$0" dev run -- sh -c "[ -z \"\${PGSERVICE-}\" ]"
        unset PGSERVICE
        DATABASE_URL=$(echo "$url" | sed "s,///[^?]*,///no_such_database,") \
            "$0" dev run -- psql -c "SELECT 1"
    ' "$ormgen_db" "$scratch/service" || fail 'see above'
}

drops_a_given_servers_database_when_the_command_is_killed() {
    given sh -euc '
        "$0" dev run -- sleep 20 >/dev/null 2>&1 &
        count="SELECT count(*) FROM pg_database WHERE datname LIKE \$\$ormgen_test%\$\$"
        for i in 1 2 3 4 5 6 7 8 9 10; do
            sleep 0.2
            [ "$(psql -Atc "$count")" != 2 ] || break
        done
        [ "$(psql -Atc "$count")" = 2 ]
        kill -9 $!
        sleep 0.7
        [ "$(psql -Atc "$count")" = 1 ]
    ' "$ormgen_db" || fail 'see above'
}

says_that_a_given_server_does_not_answer() {
    fails_with 4 'No such file or directory' \
        env DATABASE_URL="postgresql:///x?host=$scratch" "$ormgen_db" dev run -- true
    contains 'without them' "$(cat "$scratch/err")"
    is_empty "$ORMGEN_RUN_DIR" || fail 'a server was started'
}

# --- whom it runs as, and where ---

works_without_a_home() {
    equal 1 "$(env -u HOME "$ormgen_db" dev run -- psql -Atc 'SELECT 1')" answer
    equal 1 "$(HOME=/nonexistent dev run -- psql -Atc 'SELECT 1')" answer
}

# as_user NUMBER COMMAND...
as_user() {
    user=$1
    shift
    cp "$ormgen_db" "$open/ormgen-db"
    chmod 755 "$open/ormgen-db"
    mkdir -p "$open/user-$user"
    chown "$user" "$open/user-$user"
    env -u HOME -u XDG_CACHE_HOME ORMGEN_RUN_DIR="$open/user-$user" \
        ORMGEN_CACHE_DIR="$open/user-$user/cache" \
        setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}

works_as_root_and_as_an_ordinary_user() {
    equal postgres "$(dev run -- psql -Atc 'SELECT current_user')" user
    [ "$(id -u)" = 0 ] || return 0 # then it was the ordinary user
    equal postgres "$(as_user "$(id -u nobody)" "$open/ormgen-db" dev run -- \
        psql -Atc 'SELECT current_user')" user
}

works_as_a_user_without_a_name() {
    [ "$(id -u)" = 0 ] || return 0 # nobody else can become one
    if as_user 54321 unshare --user true; then
        equal 1 "$(as_user 54321 "$open/ormgen-db" dev run -- psql -Atc 'SELECT 1')" \
            answer
    else
        fails_with 4 'user 54321 has no name' \
            as_user 54321 "$open/ormgen-db" dev run -- true
    fi
}

fills_the_cache_once_and_heals_it() {
    export ORMGEN_CACHE_DIR="$open/cache"
    runs=
    for i in 1 2 3; do
        # Servers of their own, that start at the same time.
        mkdir "$open/$i"
        chmod 755 "$open/$i"
        ORMGEN_RUN_DIR=$open/$i dev run -- true &
        runs="$runs $!"
    done
    for run in $runs; do
        wait "$run" || fail 'a run failed'
    done
    equal 1 "$(find "$ORMGEN_CACHE_DIR/pg" -mindepth 1 -maxdepth 1 | wc -l)" entries
    : >"$(echo "$ORMGEN_CACHE_DIR"/pg/*)/global/pg_control"
    equal 1 "$(dev run -- psql -Atc 'SELECT 1')" 'answer with a broken cache'
    [ -s "$(echo "$ORMGEN_CACHE_DIR"/pg/*)/global/pg_control" ] || fail 'not healed'
}

refuses_a_directory_that_others_can_enter() {
    mkdir "$ORMGEN_RUN_DIR/ormgen-$(id -u)"
    chmod 777 "$ORMGEN_RUN_DIR/ormgen-$(id -u)"
    fails_with 4 'not a directory that only user' dev run -- true
}

# --------------------------------------------------------------------------------------

clean_up() {
    dev stop >/dev/null 2>&1 || true
    # shellcheck disable=SC2086
    [ -z "$clients" ] || kill $clients 2>/dev/null || true
    rm -rf "$open"
}

clients=
ormgen_db=$2
ORMGEN=$3
unset DATABASE_URL PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE
# Directories that root's server, which is not root, can enter.
[ -d /dev/shm ] && [ -w /dev/shm ] && base=/dev/shm || base=/tmp
open=$(mktemp -d "$base"/ormgen-test.XXXXXX)
trap clean_up EXIT
trap 'exit 1' INT TERM HUP
ORMGEN_RUN_DIR=$open/run
scratch=$open/scratch
mkdir "$ORMGEN_RUN_DIR" "$scratch"
chmod 755 "$open" "$ORMGEN_RUN_DIR" "$scratch"
[ "$(id -u)" != 0 ] || chmod 1777 "$open" "$ORMGEN_RUN_DIR"
export ORMGEN ORMGEN_RUN_DIR

$1
