#!/usr/bin/env bash
# Start a container engine where none answers, and make its base image where it is missing.
#   .ci/docker.sh PYTHON     fails where no engine can run; PYTHON has stackmatrix installed
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
log=$PWD/.nox/dockerd.log
mkdir -p .nox

answers() { docker info >/dev/null 2>&1; }

begin() { # with the storage driver that the engine likes, or the one that works everywhere
    setsid dockerd "$@" >>"$log" 2>&1 </dev/null &
    for _ in $(seq 60); do
        answers && return 0
        kill -0 $! 2>/dev/null || return 1
        sleep 0.5
    done
    return 1
}

if ! answers; then
    [ "$(id -u)" -eq 0 ] || { echo "no container engine answers; start one, or be root" >&2; exit 1; }
    begin || begin --storage-driver=vfs || {
        tail -n 20 "$log" >&2
        echo "dockerd does not start; $log says why" >&2
        exit 1
    }
fi
echo "docker: $(docker info --format '{{.ServerVersion}} {{.Driver}}')"
"$1" -c 'from bot.cli import main; main()' image build
