#!/usr/bin/env bash
# How soon a change is in the mirror: from the last byte of its webhook to the commit of what the source says of it. CHANGES=200
# and COUNT=2000 may be set; RATE changes a second, as in a busy office.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/tools.sh
changes=${CHANGES:-200} count=${COUNT:-2000} rate=${RATE:-2} port=${PORT:-3961}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
PATH=$PATH:$(postgres_programs)
bin=$PWD/target/release/backline
export BACKLINE_DATA_DIR=$work/data BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_ADDR=127.0.0.1:$port
url=http://$BACKLINE_ADDR source=http://127.0.0.1:$((port + 1))
"$bin" simulate current-rms --port $((port + 1)) --opportunities "$count" 2>"$work/sim.log" & pids+=($!)
"$bin" serve >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && curl -sf "$source/control/ids" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
printf 'demo-token' | "$bin" connection set --tenant bench --provider current-rms --subdomain demo --token-stdin --base-url "$source/api/v1"
"$bin" sync initial --tenant bench >/dev/null 2>&1 || "$bin" sync run --tenant bench >/dev/null
door=$url$("$bin" webhook create --tenant bench --provider current-rms)
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$("$bin" db url)" "$@"; }
mapfile -t ids < <(sql -c 'select id from app.opportunities where deleted_at is null order by id')
pause=$(awk -v r="$rate" 'BEGIN { print 1 / r }')
for n in $(seq "$changes"); do
  id=${ids[n * 7 % ${#ids[@]}]}
  curl -sf -X POST -H 'content-type: application/json' -d "{\"id\":$id,\"patch\":{\"subject\":\"change $n\",\"updated_at\":\"2035-01-01T00:00:00.000Z\"}}" "$source/control/change"
  curl -sf -X POST -H 'content-type: application/json' -d "{\"action\":{\"id\":$n,\"subject_id\":$id,\"action_type\":\"update\"}}" "$door" >/dev/null
  sleep "$pause"
done
for _ in $(seq 100); do [[ $(sql -c "select count(*) from app.webhook_events where state = 'received'") == 0 ]] && break; sleep 0.1; done
printf 'Machine: %s cores, %s GiB; the source on the same cores.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
printf '| changes | in the mirror | p50 | p95 | p99 |\n|---|---|---|---|---|\n'
sql -F ' | ' -c "select '| $changes', (select count(*) from app.opportunities where subject like 'change %'),
    percentile_disc(0.5) within group (order by ms) || ' ms', percentile_disc(0.95) within group (order by ms) || ' ms', percentile_disc(0.99) within group (order by ms) || ' ms |'
  from (select processing_time_ms + follow_up_ms as ms from app.webhook_delivery_log where success) l"
