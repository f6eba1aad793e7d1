gen=out service=out/service
export PATH="$work/bin:${PATH#*:*:}" PKG_CONFIG_PATH=
mkdir subprojects
cp "$prefix/share/ormgen/ormgen.wrap" subprojects

configure() {
    copy_source subprojects/ormgen
    meson setup --buildtype plain out
}

# All but ourselves: that would only take long.
clean() {
    rm -rf out/*.p out/*.a out/*.orm.* out/service
}

build() {
    ninja -C out service "$@"
}

also() {
    it "is built with what we built, not with what is installed"
    [ -x out/subprojects/ormgen/codegen/ormgen ] || fail "nothing was built"
}
