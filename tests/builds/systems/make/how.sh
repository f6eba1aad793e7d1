gen=gen service=./service
export LDFLAGS="-Wl,-rpath,$libdir"

configure() {
    :
}

clean() {
    rm -rf gen service ./*.o
}

build() {
    make "$@"
}
