#!/usr/bin/env bash
# How fast the dashboard answers with 10,000 opportunities, with 10,000 changes and with a million: REST, HTML, and the list;
# and when a person sees its numbers, in Chromium.
# The load comes from the same cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${PORT:-3951}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=$PWD/target/release/backline
# Before the host starts: it says in its pages which files there are.
(. scripts/tools.sh; need_npm; need_chromium; BACKLINE_BUILD_ONLY=site scripts/build.sh) >&2
export BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_DATA_DIR=$work/data BACKLINE_ADDR=127.0.0.1:$((port + 1))
url=http://$BACKLINE_ADDR
"$bin" simulate current-rms --port "$port" --opportunities 10000 --seed 1 2>"$work/sim.log" & pids+=($!)
BACKLINE_SYNC_INTERVAL_MS=0 "$bin" serve >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && curl -sf "127.0.0.1:$port/control/ids" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
key=$("$bin" api-key create --tenant bench --name bench --scope read --scope sync)
printf 'demo-token' | "$bin" connection set --tenant bench --provider current-rms --subdomain demo --token-stdin --base-url "http://127.0.0.1:$port/api/v1"
curl -sf -X POST -H "Authorization: Bearer $key" "$url/api/sync/initial" >/dev/null
command -v psql >/dev/null || PATH=$PATH:$(. scripts/tools.sh; postgres_programs)
db=$("$bin" db url)
psql() { command psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }

row() { # WHAT PATH CONNECTIONS
  node scripts/bench/load.mjs "$url$2" "$3" 5 "$key" | node -e '
    const o = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(`| ${process.argv[1]} | ${o.rate} a second | ${o.p50} ms | ${o.p95} ms | ${o.p99} ms |`)' "$1"
}

printf 'Machine: %s cores, %s GiB; PostgreSQL and the load on the same cores.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
printf '| what | answers | p50 | p95 | p99 |\n|---|---|---|---|---|\n'
row "GET /api/dashboard, 16 connections, 10,000 changes" /api/dashboard 16
row "GET / (HTML with the numbers), 8 connections" / 8
row "GET /opportunities (HTML of 50 rows), 8 connections" /opportunities 8
row "GET /api/opportunities?q=festival, 8 connections" "/api/opportunities?q=festival" 8
row "GET /changes (HTML of 50 rows), 8 connections" /changes 8
printf '\n'
printf 'a password for benchmarks' | "$bin" user create --tenant bench --email bench@example.com --name Bench --role admin --password-stdin >/dev/null
node scripts/bench/paint.mjs "$url" bench@example.com 'a password for benchmarks'
printf '\n| what | answers | p50 | p95 | p99 |\n|---|---|---|---|---|\n'
psql -c "insert into app.opportunity_changes (tenant_id, opportunity_id, changed_at, kind, source)
  select o.tenant_id, o.id, now() - n * interval '6 seconds', 'updated', 'sync' from app.opportunities o, generate_series(1, 99) n" -c 'vacuum analyze'
row "GET /api/dashboard, 16 connections, 1,000,000 changes" /api/dashboard 16
row "GET / (HTML with the numbers), 8 connections, 1,000,000 changes" / 8
