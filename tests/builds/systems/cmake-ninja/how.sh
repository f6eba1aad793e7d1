gen=out/ormgen service=out/service

configure() {
    cmake -G 'Ninja' -B out .
}

clean() {
    rm -rf out && configure
}

build() {
    cmake --build out -- "$@"
}
