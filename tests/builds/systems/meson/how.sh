gen=out service=out/service

configure() {
    meson setup out
}

clean() {
    rm -rf out && configure
}

build() {
    ninja -C out "$@"
}
