#!/usr/bin/env bash
# Builds Backline and starts it with a simulated company. Prints a one-time sign-in link. Arguments go to `backline serve`.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
need_postgres
scripts/build.sh
exec target/release/backline serve --demo "$@"
