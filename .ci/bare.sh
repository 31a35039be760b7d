#!/usr/bin/env bash
# Prove the README's run command on a Debian 12 that has only Python, venv, git and certificates.
# It clones this repository (what is committed) into a chroot, runs the printed line there, looks
# at the report, and runs again. What the host knows about its network (certificates, package
# indexes, proxies) is lent to the chroot; nothing else of the host is visible in it.
#   .ci/bare.sh FOLDER     needs root; FOLDER keeps Debian's packages between runs
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${1:?a folder to work in}/packages"
work=$(cd "$1" && pwd)
root=$(mktemp -d "$work/machine.XXXXXX")

fail() { echo "bare machine: $*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || fail "needs root"
for tool in debootstrap unshare chroot git; do
    command -v "$tool" >/dev/null || fail "needs $tool; run .ci/tools.sh"
done
# Mounts are made in a namespace of their own, so nothing is mounted here when this is removed.
trap 'rm -rf --one-file-system "$root"' EXIT

mirror() { # the archive that this machine's apt uses for Debian itself
    cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
        2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true
}

proxy=$(apt-config dump 2>/dev/null | sed -n 's/^Acquire::http::Proxy "\(.*\)";/\1/p' | head -n 1)
[ -z "$proxy" ] || export http_proxy=$proxy
url=$(mirror)
debootstrap --variant=minbase --cache-dir="$work/packages" \
    --include=python3,python3-venv,git,ca-certificates \
    bookworm "$root" "${url:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; fail "debootstrap failed"; }
echo "bare machine: debian $(cat "$root/etc/debian_version"), $(du -sm "$root" | cut -f 1) MB"

# --- what the host knows of its network ----------------------------------------------------
settings=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$HOME" LANG=C.UTF-8)
lent=(/etc/resolv.conf /etc/hosts /etc/pip.conf /etc/uv/uv.toml /etc/ssl/certs)
lent+=("$HOME/.config/pip" "$HOME/.pip" "$HOME/.config/uv")
while IFS='=' read -r name value; do
    case $name in
        PIP_CACHE_DIR | UV_CACHE_DIR) continue ;; # a bare machine starts cold
        PIP_* | UV_* | SSL_CERT_* | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | *_proxy | *_PROXY) ;;
        *) continue ;;
    esac
    settings+=("$name=$value")
    for word in ${value//:/ }; do
        [[ $word != /* ]] || lent+=("$word")
    done
done < <(env)
while read -r path; do # folders that pip's own configuration takes packages from
    lent+=("${path%/simple}") # an index in a folder keeps its files beside `simple`
done < <(python3 -m pip config list 2>/dev/null |
    grep -oE "(file://)?/[^ '\"\\\\]+" | sed 's#^file://##' | sort -u)

lend() { # show a file or folder of the host, read-only, at the same place in the chroot
    local path=$1 at=$root$1
    [ -e "$path" ] || return 0
    if [ -d "$path" ]; then
        mkdir -p "$at"
    elif [ ! -e "$at" ]; then
        mkdir -p "$(dirname "$at")" && touch "$at"
    fi
    mount --bind -o ro "$path" "$at"
}

export -f lend
export root here
# The chroot's mounts and processes end with it. Within single quotes it is the inner bash's turn.
# shellcheck disable=SC2016
unshare --mount --pid --fork bash -euo pipefail -c '
    settings=()
    while [ "$1" != -- ]; do settings+=("$1"); shift; done
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root/mnt/source" "$root$HOME"
    mount --bind -o ro "$here" "$root/mnt/source"
    for path in "$@"; do lend "$path"; done
    exec chroot "$root" env -i "${settings[@]}" bash /mnt/source/.ci/stranger.sh
' bash "${settings[@]}" -- "${lent[@]}"
