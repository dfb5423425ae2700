#!/usr/bin/env bash
# scripts/bench.sh [NAME]: builds the host and measures it with scripts/bench/NAME.sh, or with all of them; each prints its table.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
need_rust
need_postgres
BACKLINE_BUILD_ONLY=host scripts/build.sh

# A bench is scripts/bench/NAME.sh: it starts what it needs from target/release/backline in a temporary data folder, cleans up
# behind itself, and prints a table in Markdown with the machine's cores and memory in its first line.
if (($#)); then
  [[ -f scripts/bench/$1.sh ]] || { echo "bench: no scripts/bench/$1.sh" >&2; exit 2; }
  exec bash "scripts/bench/$1.sh" "${@:2}"
fi
shopt -s nullglob
for bench in scripts/bench/*.sh; do
  printf '\n## %s\n\n' "$(basename "$bench" .sh)"
  bash "$bench"
done
