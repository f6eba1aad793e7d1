# The other machine is this one, with a compiler of its own name.
gen=out service=out/service
export PATH="$work/bin:${PATH#*:*:}" PKG_CONFIG_PATH=
mkdir subprojects
cp "$prefix/share/ormgen/ormgen.wrap" subprojects
sed "2i echo \"\$*\" >>'$work/crossed'" "$work/bin/cc" >"$work/bin/cross-cc"
chmod +x "$work/bin/cross-cc"
cat >cross.ini <<END
[binaries]
c = 'cross-cc'
ar = 'ar'
strip = 'strip'
pkgconfig = 'pkg-config'
[host_machine]
system = 'linux'
cpu_family = '$(uname -m)'
cpu = '$(uname -m)'
endian = 'little'
END

configure() {
    copy_source subprojects/ormgen
    meson setup --buildtype plain --cross-file cross.ini out
}

clean() {
    rm -rf out/*.p out/*.a out/*.orm.* out/service
}

build() {
    ninja -C out service "$@"
}

also() {
    it "compiles the generator for this machine, and the runtime for the other"
    for file in runtime/session/session.c main.c blog.orm.c; do
        mentions "$work/crossed" "$file"
    done
    ! grep -e schema/resolve.c -e codegen/ -e templates/ "$work/crossed" || fail "crossed"
}
