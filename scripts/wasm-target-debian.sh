#!/usr/bin/env bash
# Makes wasm32-wasip2 buildable from Debian's packages, for machines where rustup cannot download the target.
#
#   scripts/wasm-target-debian.sh FOLDER
#
# unpacks a Rust compiler with its library sources, wasm-ld and wasi-libc into FOLDER and prints the environment that cargo
# needs, one NAME=VALUE a line, on stdout. FOLDER/complete exists once all is there; from then on the script only prints. Nothing is installed: the packages are
# unpacked, not configured, and apt runs on sources, lists and caches of its own, so root is not needed either.
#
# cargo must then be called with `-Zbuild-std=std,panic_abort --target wasm32-wasip2`: Debian ships no compiled standard
# library for this target, only the sources.
set -euo pipefail

# The security suite of Debian 12 carries a current compiler for the browsers' sake; only Debian 13's wasi-libc knows wasip2.
readonly compiler_suite=bookworm
readonly wasi_suite=trixie
readonly packages=(rustc-web rust-web-src lld-22 wasi-libc)
# Taken without its dependencies: all that is wanted of it is wasm-component-ld, not LLVM's tools.
readonly lone_package=rust-web-llvm

say() { printf 'wasm-target: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Every `deb` source of the machine as "URI SUITE KEYRING" ("-" without a keyring), from both formats that apt reads.
machine_sources() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -r $file ]] && awk '
            $1 == "deb" {
                keyring = "-"
                field = 2
                if ($field ~ /^\[/) {
                    do {
                        option = $field
                        gsub(/[][]/, "", option)
                        if (option ~ /^signed-by=/) keyring = substr(option, 11)
                    } while ($(field++) !~ /\]$/ && field <= NF)
                }
                for (component = field + 2; component <= NF; component++)
                    if ($component == "main") print $field, $(field + 1), keyring
            }' "$file"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -r $file ]] && awk '
            function flush(  i, j, n, m, uri, suite) {
                if (types ~ /(^| )deb( |$)/ && components ~ /(^| )main( |$)/ && tolower(enabled) != "no") {
                    n = split(uris, uri, " ")
                    m = split(suites, suite, " ")
                    for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print uri[i], suite[j], keyring
                }
                types = uris = suites = components = enabled = name = ""
                keyring = "-"
            }
            BEGIN { flush() }
            /^#/ { next }
            /^[[:space:]]*$/ { flush(); next }
            {
                value = $0
                if (value !~ /^[[:space:]]/) {
                    name = tolower(substr(value, 1, index(value, ":") - 1))
                    sub(/^[^:]*:/, "", value)
                }
                gsub(/^[[:space:]]+|[[:space:]]+$/, "", value)
                if (name == "types") types = types " " value
                if (name == "uris") uris = uris " " value
                if (name == "suites") suites = suites " " value
                if (name == "components") components = components " " value
                if (name == "enabled") enabled = value
                if (name == "signed-by" && value ~ /^\//) keyring = value
            }
            END { flush() }' "$file"
    done
    return 0
}

# The same mirrors with the suites that are needed here, as one-line sources without duplicates.
wanted_sources() {
    local sources uri suite keyring options
    sources=$(machine_sources)
    while read -r uri suite keyring; do
        options="target=Packages"
        [[ $keyring == - ]] || options+=" signed-by=$keyring"
        case $suite in
        *-security | */updates) echo "deb [$options] $uri $compiler_suite-security main" ;;
        *-updates | *-backports | *-proposed-updates) ;;
        bookworm | trixie | forky | sid | oldstable | stable | testing | unstable)
            echo "deb [$options] $uri $compiler_suite main"
            echo "deb [$options] $uri $wasi_suite main"
            # A machine without a security source: its mirror may still carry that archive next door.
            [[ $sources == *-security* ]] || echo "deb [$options] ${uri%/}-security $compiler_suite-security main"
            ;;
        esac
    done <<<"$sources" | sort -u
}

# apt-get on the private configuration in $folder/apt; only the list of what is installed is the machine's.
private_apt() {
    local apt=$folder/apt
    apt-get --quiet --quiet \
        -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences="$apt/preferences" -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State="$apt/state" -o Dir::State::status=/var/lib/dpkg/status \
        -o Dir::Cache="$apt/cache" -o Debug::NoLocking=true -o APT::Sandbox::User=root -o Acquire::Languages=none \
        "$@" >&2
}

download_packages() {
    local apt=$folder/apt
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    wanted_sources >"$apt/sources.list"
    [[ -s $apt/sources.list ]] || die "apt on this machine names no Debian mirror"
    # Libraries that are missing here come from the older suite: those of the newer one may want a newer libc.
    cat >"$apt/preferences" <<-END
	Package: *
	Pin: release n=$wasi_suite
	Pin-Priority: 100

	Package: wasi-libc
	Pin: release n=$wasi_suite
	Pin-Priority: 990
	END
    say "reading the package lists of $compiler_suite, $compiler_suite-security and $wasi_suite"
    # A mirror without one of the suites is no failure yet; the download below is what tells.
    private_apt update || true
    say "downloading ${packages[*]}, and the libraries that they need and this machine lacks"
    private_apt install --download-only --reinstall --no-install-recommends --assume-yes "${packages[@]}" ||
        die "the mirrors in $apt/sources.list do not deliver ${packages[*]}"
    (cd "$apt/cache/archives" && private_apt download "$lone_package") ||
        die "the mirrors in $apt/sources.list do not deliver $lone_package"
}

unpack_packages() {
    local package
    mkdir -p "$folder/root"
    for package in "$folder"/apt/cache/archives/*.deb; do
        say "unpacking $(basename "$package")"
        # Most of the source package is the compiler and its tools; only the standard library's sources are wanted.
        dpkg-deb --fsys-tarfile "$package" |
            tar --extract --directory "$folder/root" --no-wildcards-match-slash --exclude './usr/share' \
                --exclude './usr/src/*/compiler' --exclude './usr/src/*/src' --exclude './usr/src/*/vendor'
    done
}

# A rustc that finds its libraries, its standard library and its linkers in the unpacked packages.
write_compiler_wrapper() {
    local root=$folder/root host_libraries linker_folder
    host_libraries=$(dirname "$(find "$root/usr/lib" -name 'librustc_driver-*.so' -print -quit)")
    linker_folder=$(dirname "$(find "$root/usr/lib/rustlib" -name wasm-component-ld -print -quit)")
    [[ -x $linker_folder/wasm-component-ld ]] || die "$lone_package came without wasm-component-ld"
    mkdir -p "$folder/bin"
    cat >"$folder/bin/rustc" <<-END
	#!/bin/sh
	LD_LIBRARY_PATH="$host_libraries:$root/usr/lib/llvm-22/lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
	PATH="$root/usr/lib/llvm-22/bin:$linker_folder:\$PATH"
	export LD_LIBRARY_PATH PATH
	exec "$root/usr/bin/rustc" --sysroot "$root/usr" "\$@"
	END
    chmod +x "$folder/bin/rustc"
}

[[ $# -eq 1 ]] || die "usage: scripts/wasm-target-debian.sh FOLDER"
for tool in apt-get dpkg-deb awk; do
    command -v "$tool" >/dev/null || die "$tool is missing: this way works on Debian only"
done
mkdir -p "$1"
folder=$(cd "$1" && pwd)

if [[ ! -e $folder/complete ]]; then
    rm -rf "$folder/root" "$folder/bin" "$folder/complete"
    download_packages
    unpack_packages
    write_compiler_wrapper
    [[ -f $folder/root/usr/lib/rustlib/src/rust/library/Cargo.lock ]] || die "rust-web-src came without library/Cargo.lock"
    "$folder/bin/rustc" --version >&2 || die "the unpacked compiler does not run on this machine"
    rm -rf "$folder/apt"
    touch "$folder/complete"
fi

echo "RUSTC=$folder/bin/rustc"
echo "RUSTC_BOOTSTRAP=1"
echo "CARGO_ENCODED_RUSTFLAGS=-Lnative=$folder/root/usr/lib/wasm32-wasip2"
