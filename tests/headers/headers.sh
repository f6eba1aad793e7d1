#!/bin/sh
# headers.sh CC STD INCLUDE HEADER...: each header compiles alone, twice in one file, and
# after every header of the C library, with strict warnings as errors.
set -eu
cc=$1 std=$2 include=$3
shift 3
case $std in
c++*) language=c++ ;;
*) language=c ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wundef
-Wredundant-decls -Wswitch-enum -Wwrite-strings -Wpointer-arith -Wvla -Wfloat-equal
-Wdate-time -Werror"
case $(basename "$cc") in
clang*)
    # All but: layout is as it is; a float becomes a double; and what headers that are C as
    # well can do nothing about.
    strict="$strict -Weverything -Wno-padded -Wno-double-promotion -Wno-old-style-cast
-Wno-zero-as-null-pointer-constant -Wno-c++98-compat-pedantic -Wno-reserved-macro-identifier"
    ;;
gcc*)
    strict="$strict -Wcast-align=strict -Wstrict-prototypes -Wmissing-prototypes
-Wold-style-definition -Wlogical-op -Wduplicated-cond -Wc++-compat -Wbad-function-cast
-Wunsuffixed-float-constants -Warith-conversion"
    ;;
esac

compile() {
    # shellcheck disable=SC2086
    "$cc" -x $language -std="$std" $strict "-I$include" "$@" -fsyntax-only "$work/one.c"
}

libc='aio alloca argp argz arpa/inet assert byteswap complex cpio ctype dirent dlfcn endian
envz err errno error execinfo fcntl features fenv fmtmsg fnmatch fts ftw getopt glob grp
iconv ifaddrs inttypes langinfo libgen libintl limits locale malloc math mntent monetary
mqueue net/if netdb netinet/in netinet/tcp nl_types obstack poll printf pthread pty pwd
regex sched search semaphore setjmp shadow signal spawn stdint stdio stdio_ext stdlib
string strings sys/epoll sys/eventfd sys/file sys/inotify sys/ioctl sys/ipc sys/mman
sys/mount sys/msg sys/param sys/prctl sys/ptrace sys/queue sys/random sys/resource
sys/select sys/sem sys/sendfile sys/shm sys/signalfd sys/socket sys/stat sys/statvfs
sys/syscall sys/sysinfo sys/sysmacros sys/time sys/timerfd sys/times sys/timex sys/types
sys/uio sys/un sys/user sys/utsname sys/wait sys/xattr syslog tar termios time ucontext
unistd utime utmpx wchar wctype wordexp'

for header in "$@"; do
    printf '#include "%s"\n#include "%s"\nextern int something;\n' "$header" "$header" \
        >"$work/one.c"
    compile
    {
        for name in $libc; do
            echo "#include <$name.h>"
        done
        echo "#include \"$header\""
        echo "extern int something;"
    } >"$work/one.c"
    compile -D_GNU_SOURCE
    { echo "#include \"$header\""; grep -v -F "\"$header\"" "$work/one.c"; } >"$work/two.c"
    mv "$work/two.c" "$work/one.c"
    compile -D_GNU_SOURCE
done
