#!/bin/sh
# reserved.sh: writes reserved.txt, the names that the C library takes, from the headers
# of this machine (libc6-dev, clang).  Keywords and a few names of other systems stand
# here.  Left out: what no generated name can be (functions without "_", "__", a "_" at
# either end) and the families of <elf.h> and <sys/syscall.h>.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dpkg -L libc6-dev | sed -n 's#^/usr/include/\(x86_64-linux-gnu/\)\{0,1\}\(.*\.h\)$#\2#p' |
    grep -v -E '^(bits|gnu|rpc|rpcsvc|protocols|scsi|finclude|asm|net[a-z]+)/' |
    grep -v -E '^(a.out|elf|link|stab|proc_service|thread_db|regexp|re_comp|tgmath)\.h$' |
    grep -v -E '^(sgtty|gnu-versions|fpu_control|ieee754|nss|resolv)\.h$' |
    grep -v -E '^sys/(auxv|elf|debugreg|vm86|vt|kd|soundcard|raw|reg|perm|pci|procfs|gmon)' |
    grep -v -E '^sys/(mtio|ttychars|vlimit|socketvar|bitypes|ucontext|syscall)' >"$work/headers"
printf '%s\n' net/if.h netinet/in.h netinet/tcp.h >>"$work/headers"

sort -u "$work/headers" | while read -r header; do
    echo "#include <$header>" >"$work/one.c"
    if clang -std=gnu11 -D_GNU_SOURCE -fsyntax-only -w "$work/one.c" 2>/dev/null; then
        cat "$work/one.c"
    fi
done >"$work/all.c"

# Only what the reader lets pass as a name.
names() {
    grep -E '^[A-Za-z][A-Za-z0-9_]*$' | grep -v -e '__' -e '_$' -e '^SYS_' -e '^PRI[a-zX]' \
        -e '^SCN[a-z]' -e '^M_.*[a-z]' -e '^Elf' | sort -u
}
section() {
    echo "$1:"
    tr '\n' ' ' | fold -s -w 88 | sed 's/ *$//'
    echo
}

clang -std=gnu11 -D_GNU_SOURCE -fsyntax-only -w -Xclang -ast-dump "$work/all.c" >"$work/ast"
last_word() {
    sed "s/ '.*//" | awk '{ print $NF }' | names
}
{
    grep '^[|`]-RecordDecl' "$work/ast" | sed -n -E 's/.* (struct|union) ([^ ]+).*/\2/p'
    grep '^[|`]-EnumDecl' "$work/ast" | awk '{ print $NF }'
} | grep -v '^definition$' | names >"$work/tags"
grep '^[| ]*[|`]-EnumConstantDecl' "$work/ast" | last_word >"$work/constants"
clang -std=gnu11 -D_GNU_SOURCE -dM -E "$work/all.c" |
    sed -n 's/^#define \([A-Za-z0-9_]*\) .*/\1/p' | names |
    comm -23 - "$work/constants" >"$work/macros"

{
    echo "# Written by reserved.sh.  See reserved.h for what the kinds mean."
    printf '%s ' \
        alignas alignof asm auto bool break case catch char class concept const consteval \
        constexpr constinit const_cast continue co_await co_return co_yield decltype default \
        delete do double dynamic_cast else enum explicit export extern false float for friend \
        goto if inline int long mutable namespace new noexcept nullptr operator private \
        protected public register reinterpret_cast requires restrict return short signed \
        sizeof static static_assert static_cast struct switch template this thread_local throw \
        true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void \
        volatile wchar_t while and and_eq bitand bitor compl not not_eq or or_eq xor xor_eq |
        tr ' ' '\n' | section keyword
    { cat "$work/macros"; printf '%s\n' i386; } |
        names | section macro
    { cat "$work/tags"; echo std; } | sort | section tag
    grep '^[|`]-TypedefDecl' "$work/ast" | last_word | section typedef
    grep '^[|`]-VarDecl' "$work/ast" | last_word | section variable
    section constant <"$work/constants"
    grep '^[|`]-FunctionDecl' "$work/ast" | last_word | grep _ | section function
} >reserved.txt
