#!/usr/bin/env bash
# How fast a first sync is, beside a plain INSERT ... SELECT of the same rows on the same cluster, and how many requests the
# default pace takes. COUNT=10000 SEED=1 may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${COUNT:-10000} seed=${SEED:-1} port=${PORT:-3941}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=$PWD/target/release/backline
export BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn
now() { date +%s%N; }
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b - a) / 1e9 }'; }
json() { node -e 'const o = JSON.parse(require("fs").readFileSync(0, "utf8")); console.log(eval("o." + process.argv[1]))' "$1"; }

simulate() { # PORT COUNT
  "$bin" simulate current-rms --port "$1" --opportunities "$2" --seed "$seed" 2>"$work/sim-$1.log" &
  pids+=($!)
  for _ in $(seq 300); do curl -sf "127.0.0.1:$1/control/ids" >/dev/null && return; sleep 0.1; done
  echo "bench: the simulator did not start" >&2; return 1
}

# A host; sets $url and $host.
host() { # NAME PORT [VARIABLE=VALUE]
  export BACKLINE_DATA_DIR=$work/$1 BACKLINE_ADDR=127.0.0.1:$2
  url=http://127.0.0.1:$2
  env "${3:-BENCH=1}" "$bin" serve >"$work/$1.out" 2>"$work/$1.log" &
  host=$!
  pids+=("$host")
  for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && break; sleep 0.1; done
}
# A tenant of it, connected to the simulator on PORT; sets $key.
tenant() { # NAME PORT
  "$bin" tenant create --slug "$1" --name Bench >/dev/null
  key=$("$bin" api-key create --tenant "$1" --name bench --scope read --scope sync)
  printf 'demo-token' | "$bin" connection set --tenant "$1" --provider current-rms --subdomain demo --token-stdin --base-url "http://127.0.0.1:$2/api/v1"
}
sync() { curl -sf -X POST -H "Authorization: Bearer $key" "$url/api/sync/$1"; }
median() { sort -n | sed -n 2p; }

simulate "$port" "$count"
host fast $((port + 1)) BACKLINE_SYNC_INTERVAL_MS=0
db=$("$bin" db url)
command -v psql >/dev/null || PATH=$PATH:$(. scripts/tools.sh; postgres_programs)
psql() { command psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }
# Three tenants, one after the other; the yardstick each time: the same rows into an empty copy of the table with the same
# indexes, one statement.
for n in 1 2 3; do
  tenant "bench-$n" "$port"
  before=$(now); sync initial >"$work/initial"; after=$(now)
  synced=$(json recordsSynced <"$work/initial")
  seconds "$before" "$after" >>"$work/took"; echo >>"$work/took"
  psql -c 'create table public.copy (like app.opportunities including all)' -c checkpoint
  rows="select o.* from app.opportunities o join app.tenants t on t.id = o.tenant_id where t.slug = 'bench-$n'"
  before=$(now); psql -c "insert into public.copy $rows"; after=$(now)
  seconds "$before" "$after" >>"$work/plain"; echo >>"$work/plain"
  psql -c 'drop table public.copy'
done
took=$(median <"$work/took") plain=$(median <"$work/plain")
peak=$(awk '/VmHWM/ { printf "%d", $2 / 1024 }' "/proc/$host/status")
rate=$(awk -v n="$synced" -v s="$took" 'BEGIN { printf "%d", n / s }')
plain_rate=$(awk -v n="$synced" -v s="$plain" 'BEGIN { printf "%d", n / s }')
ratio=$(awk -v a="$rate" -v b="$plain_rate" 'BEGIN { printf "%.2f", a / b }')
before=$(now); sync sweep >/dev/null; after=$(now)
sweep=$(seconds "$before" "$after")

# The default pace: 245 records, then five changes.
simulate $((port + 2)) 245
host paced $((port + 3))
tenant bench $((port + 2))
before=$(now); paced_rows=$(sync initial | json recordsSynced); after=$(now)
paced=$(seconds "$before" "$after")
control=127.0.0.1:$((port + 2))/control
# Five that the mirror has, so that all of them are news.
ids=$(curl -sf -H "Authorization: Bearer $key" "$url/api/opportunities?limit=5" | json 'opportunities.map((row) => row.id).join(" ")')
for id in $ids; do curl -sf -X POST -H 'content-type: application/json' "$control/change" -d "{\"id\": $id, \"patch\": {\"charge_total\": \"77.5\"}}" >/dev/null; done
curl -sf -X DELETE "$control/requests" >/dev/null
before=$(now); changed=$(sync incremental | json recordsSynced); after=$(now)
five=$(seconds "$before" "$after")
lists=$(curl -sf "$control/requests" | json length)

printf 'Machine: %s cores, %s GiB; PostgreSQL on the same cores, fsync on.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
cat <<TABLE
| what | figure |
|---|---|
| first sync of $synced records, no pause (the middle of three) | $took s, $rate records a second |
| the same rows by INSERT ... SELECT | $plain s, $plain_rate rows a second |
| ratio | $ratio |
| peak resident memory of the host | $peak MiB |
| sweep over $synced unchanged records | $sweep s |
| first sync of $paced_rows records at the default pace | $paced s |
| incremental sync of $changed changes at the default pace | $five s, $lists requests |
TABLE
