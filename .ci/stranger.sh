#!/usr/bin/env bash
# What a stranger does on the bare machine, from a clone to a second run. Called by .ci/bare.sh
# in the chroot: the repository lies at /mnt/source, the clone is made in the home folder.
set -euo pipefail

say() { echo "bare machine: $*"; }
fail() { say "$*" >&2; exit 1; }

git config --system --add safe.directory '*'
git clone --quiet /mnt/source "$HOME/stackmatrix"
cd "$HOME/stackmatrix"
line=$(bash .ci/readme.sh run)
say "\$ $line"

start=$SECONDS
code=0
bash -c "$line" || code=$?
took=$((SECONDS - start))
case $code in
    0 | 1) say "the first run took $took s, exit code $code" ;; # 1: something is newly broken
    *) fail "the first run failed with exit code $code" ;;
esac
[ "$took" -le 600 ] || fail "the first run took $took s; 600 are promised"
[ -s reports/index.html ] || fail "there is no reports/index.html"

number() { python3 -c "import json; print(int(json.load(open('reports/report.json'))['$1']))"; }
cells=$(number executed)
[ "$cells" -ge 15 ] || fail "the first run executed $cells cells; 15 are promised"

start=$SECONDS
.venv/bin/stackmatrix run || fail "the second run failed with exit code $?"
took=$((SECONDS - start))
again=$(number executed)
[ "$again" -eq 0 ] || fail "the second run executed $again cells; nothing was new"
say "the second run took $took s and executed 0 cells; $cells were executed before"
