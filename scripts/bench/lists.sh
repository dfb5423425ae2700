#!/usr/bin/env bash
# How fast lists of 100,000 opportunities answer a single client: every filter, every order, the last page, the search, the
# file. COUNT=100000 may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${COUNT:-100000} port=${PORT:-3961}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=$PWD/target/release/backline
export BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_DATA_DIR=$work/data BACKLINE_ADDR=127.0.0.1:$((port + 1))
url=http://$BACKLINE_ADDR
"$bin" simulate current-rms --port "$port" --opportunities "$count" --seed 1 2>"$work/sim.log" & pids+=($!)
BACKLINE_SYNC_INTERVAL_MS=0 "$bin" serve >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && curl -sf "127.0.0.1:$port/control/ids" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
key=$("$bin" api-key create --tenant bench --name bench --scope read --scope sync)
printf 'demo-token' | "$bin" connection set --tenant bench --provider current-rms --subdomain demo --token-stdin --base-url "http://127.0.0.1:$port/api/v1"
curl -sf -X POST -H "Authorization: Bearer $key" "$url/api/sync/initial" >/dev/null
kill "${pids[0]}"
command -v psql >/dev/null || PATH=$PATH:$(. scripts/tools.sh; postgres_programs)
# What autovacuum does within a minute.
psql -X -q -t -A -v ON_ERROR_STOP=1 "$("$bin" db url)" -c 'vacuum analyze'

printf 'Machine: %s cores, %s GiB; PostgreSQL on the same cores. %s records, one client.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)" "$count"
node scripts/bench/lists.mjs "$url" "$key" "$count"
