gen=gen service=./service

configure() {
    cat >config.ninja <<END
share = $(pkg-config --variable=pkgdatadir ormgen)
cflags = -Igen $(pkg-config --cflags ormgen)
libs = $(pkg-config --libs ormgen) -Wl,-rpath,$libdir
END
}

clean() {
    ninja -t clean
}

build() {
    ninja "$@"
}
