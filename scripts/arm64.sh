# Sourced by build-arm64, run-arm64 and test-arm64, after setup.sh: what it takes to build for an
# aarch64 processor on another machine, and to run there what was built.

ARM64=aarch64-unknown-linux-gnu
# What is built, and beside it what had to be fetched for that and is installed nowhere.
arm64=$root/target/arm64
kit=$arm64/kit

# is_arm64: whether this machine is one itself, and needs none of this.
is_arm64() { [ "$(uname -m)" = aarch64 ]; }

# has_target: whether Rust has the target's standard library.
has_target() { ls "$(rustc --print target-libdir --target $ARM64)"/libstd-*.rlib >/dev/null 2>&1; }

# debian_lists: fetches Debian's lists of packages for both processors, from where this machine has its
# own, into the kit: the machine's lists, and its architectures, stay as they are.
debian_lists() {
    local apt=$kit/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    cat >"$apt/apt.conf" <<END
APT::Architecture "amd64";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "root";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
END
    export APT_CONFIG=$apt/apt.conf
    echo "fetching Debian's lists of packages for arm64" >&2
    apt-get update -qq >&2
}

# newest PACKAGE FIELD: a field of the newest version, such as its Version.
newest() { apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n "s/^$2: //p"; }

# unpack NAME PACKAGE ...: fetches Debian packages, and unpacks them into that folder of the kit.
unpack() {
    local into=$kit/$1 debs package
    shift
    debs=$(mktemp -d -p "$kit")
    echo "fetching into $into: $*" >&2
    (cd "$debs" && apt-get download -qq "$@" >&2)
    rm -rf "$into"
    mkdir "$debs/whole"
    for package in "$debs"/*.deb; do
        dpkg-deb -x "$package" "$debs/whole"
    done
    mv "$debs/whole" "$into"
    rm -rf "$debs"
}

# unpack_alsa: the sound library to link with. Its name has a suffix since Debian 13.
unpack_alsa() {
    local library
    library=$(newest libasound2-dev:arm64 Depends | grep -o '^libasound2[a-z0-9]*')
    unpack alsa libasound2-dev:arm64 "$library:arm64"
}

# unpack_rust: Debian's compiler, whose standard libraries for both processors lie side by side.
unpack_rust() {
    local version std llvm
    version=$(newest rustc-web:amd64 Version)
    if [ -z "$version" ] || [ "$(newest libstd-rust-web-dev:arm64 Version)" != "$version" ]; then
        echo "rustup cannot add $ARM64, and Debian's mirror has no rustc-web of one version for amd64" \
            "and arm64 now: try again later" >&2
        return 1
    fi
    std=$(newest libstd-rust-web-dev:amd64 Depends | grep -o 'libstd-rust-web-[0-9.]*')
    llvm=$(newest "$std:amd64" Depends | grep -o 'libllvm[0-9]*')
    unpack rust rustc-web:amd64 "$std:amd64" "$llvm:amd64" libstd-rust-web-dev:{amd64,arm64}
    cat >"$kit/rust/rustc" <<'END'
#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH=$here/usr/lib/x86_64-linux-gnu exec "$here/usr/bin/rustc" "$@"
END
    chmod +x "$kit/rust/rustc"
}

# need_arm64: installs and fetches what is missing, and tells cargo of it.
need_arm64() {
    need_rust
    need cc gcc libc6-dev
    if is_arm64; then
        need_alsa
        install_missing
        return
    fi
    [ "$(uname -m)" = x86_64 ] || { echo "this needs an x86-64 machine, or an aarch64 one" >&2; return 1; }
    need pkg-config pkg-config
    need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    install_missing
    if ! has_target && command -v rustup >/dev/null; then
        echo "adding to Rust: the target $ARM64" >&2
        rustup target add $ARM64 >&2 || echo "rustup could not; Debian's compiler will do" >&2
    fi
    if ! [ -e "$kit/alsa" ] || ! { has_target || [ -e "$kit/rust" ]; }; then
        (
            debian_lists
            [ -e "$kit/alsa" ] || unpack_alsa
            has_target || [ -e "$kit/rust" ] || unpack_rust
            rm -rf "$kit/apt"
        )
    fi
    has_target || export RUSTC=$kit/rust/rustc
    export PKG_CONFIG_ALLOW_CROSS=1
    export PKG_CONFIG_SYSROOT_DIR_aarch64_unknown_linux_gnu=$kit/alsa
    export PKG_CONFIG_LIBDIR_aarch64_unknown_linux_gnu=$kit/alsa/usr/lib/aarch64-linux-gnu/pkgconfig
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=$root/scripts/run-arm64
}
