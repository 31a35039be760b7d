#!/usr/bin/env bash
# Install what the tests use beyond Python, from Debian's packages, where it is missing.
#   .ci/tools.sh
set -euo pipefail

missing=()
want() { command -v "$1" >/dev/null || missing+=("$2"); }

want git git
want debootstrap debootstrap # tests/real/test_readme.py builds its bare machine with it
want chromium chromium # tests/real/test_site.py looks at the report in it
want chromedriver chromium-driver
want node nodejs # npm's packages are asked in Node cells
want npm npm
ls /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1 ||
    missing+=(mesa-vulkan-drivers libvulkan1) # a second backend, computed on the processor
want curl curl # a proof says the line of it that asks the same
want strace strace # shows that --offline asks nobody
want unshare util-linux
want systemd-analyze systemd # reads the units that `init --timer` writes
want nginx nginx # serves an index of files, as many private ones are
want docker-registry docker-registry # a registry of images to watch
want dockerd docker.io # cells run in containers
want docker docker.io
want python3 python3
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)

[ ${#missing[@]} -gt 0 ] || { echo "tools: all there"; exit 0; }
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "missing: ${missing[*]}; run as root on Debian, or install them yourself" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
apt-get install --quiet --quiet --yes --no-install-recommends "${missing[@]}"
