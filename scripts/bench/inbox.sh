#!/usr/bin/env bash
# How many deliveries the inbox keeps in a second, at 1, 16 and 64 connections of one tenant and at 64 of 16 tenants, each beside
# pgbench with the same statement, tables, indexes, role and settings (inbox.pgbench.sql). No worker follows up meanwhile.
# SECONDS_EACH=10 may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/tools.sh
need_npm
each=${SECONDS_EACH:-10} port=${PORT:-3951}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
PATH=$PATH:$(postgres_programs)
bin=$PWD/target/release/backline
export BACKLINE_DATA_DIR=$work/data BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_ADDR=127.0.0.1:$port BACKLINE_WEBHOOK_RATE=1000000
url=http://$BACKLINE_ADDR
"$bin" serve --no-worker >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && break; sleep 0.1; done
db=$("$bin" db url)
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }
doors=() scripts=()
for n in $(seq 16); do
  "$bin" tenant create --slug "bench-$n" --name "Bench $n" >/dev/null
  doors+=("$url$("$bin" webhook create --tenant "bench-$n" --provider current-rms)")
  ids=$(sql -F ' ' -c "select e.tenant_id, e.id from app.webhook_endpoints e join app.tenants t on t.id = e.tenant_id where slug = 'bench-$n'")
  read -r tenant endpoint <<<"$ids"
  sed "s/TENANT/$tenant/g; s/ENDPOINT/$endpoint/g" scripts/bench/inbox.pgbench.sql >"$work/$n.sql"
  scripts+=(-f "$work/$n.sql")
done
empty() { sql -c 'truncate app.webhook_events, app.webhook_seen, app.webhook_delivery_log, app.jobs' -c 'vacuum analyze app.webhook_events, app.webhook_seen, app.webhook_delivery_log, app.jobs' -c checkpoint; }
# As the pool of the inbox connects (domain/src/db/pool.rs).
export PGOPTIONS='-c role=backline_worker -c search_path=app -c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off'
bare() { # CONNECTIONS SCRIPTS…
  local threads=$(($1 < 2 ? 1 : 2))
  pgbench -n -M prepared -c "$1" -j "$threads" -T "$each" "${@:2}" "$db" 2>"$work/pgbench.log" | awk '/^tps/ { printf "%d", $3 } /^latency average/ { printf "%s ", $4 }'
}
field() { node -e 'console.log(JSON.parse(process.argv[1])[process.argv[2]])' "$1" "$2"; }

printf 'Machine: %s cores, %s GiB; PostgreSQL and the load on the same cores, fsync on.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
printf '| connections | accepted a second | p50 | p99 | pgbench a second | its mean | ratio |\n|---|---|---|---|---|---|---|\n'
row() { # WHAT CONNECTIONS DOORS SCRIPTS
  local said latency tps
  (unset PGOPTIONS; empty)
  read -r latency tps < <(bare "$2" "${scripts[@]:0:$((2 * $3))}"; echo) || { cat "$work/pgbench.log" >&2; return 1; }
  (unset PGOPTIONS; empty)
  said=$(node scripts/bench/deliver.mjs "$2" "$each" "${doors[@]:0:$3}")
  printf '| %s | %s | %s ms | %s ms | %s | %s ms | %s |\n' "$1" "$(field "$said" rate)" "$(field "$said" p50)" "$(field "$said" p99)" "$tps" "$latency" \
    "$(awk -v a="$(field "$said" rate)" -v b="$tps" 'BEGIN { printf "%.2f", a / b }')"
}
row "1 of one tenant" 1 1
row "16 of one tenant" 16 1
row "64 of one tenant" 64 1
row "64 of 16 tenants" 64 16
