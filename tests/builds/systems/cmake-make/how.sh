gen=out/ormgen service=out/service

configure() {
    cmake -G 'Unix Makefiles' -B out .
}

clean() {
    rm -rf out && configure
}

build() {
    cmake --build out -- "$@"
}
