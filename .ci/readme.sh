#!/usr/bin/env bash
# Print the command that stands in the README right after the comment <!-- NAME -->.
#   .ci/readme.sh run | test
set -euo pipefail

readme=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/README.md
awk -v mark="<!-- ${1:?run or test} -->" '
    $0 == mark      { wanted = 1; next }
    wanted && /^```/ { if (inside) exit; inside = 1; next }
    wanted && inside { print; seen = 1; next }
    wanted && NF    { exit }
    END             { exit !seen }
' "$readme"
