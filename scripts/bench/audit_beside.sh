#!/usr/bin/env bash
# Whether writers of the audit log slow the inbox down: deliveries of one tenant at 16 and 64 connections, alone; beside 16 people
# of the same tenant who ask for changes that change nothing, and so write no row; and beside 16 whose changes do, and whose rows
# a worker seals meanwhile. The three are measured in turns; the figures are medians. They ask at a pace, since all share the same
# cores: the question is whether a delivery waits for the log, not what a request costs. SECONDS_EACH=4, ROUNDS=9 and A_SECOND=16
# (changes of all together) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/tools.sh
need_npm
each=${SECONDS_EACH:-4} rounds=${ROUNDS:-9} pace=${A_SECOND:-16} port=${PORT:-3957}
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
"$bin" tenant create --slug bench --name Bench >/dev/null
door=$url$("$bin" webhook create --tenant bench --provider current-rms)
key=$("$bin" api-key create --tenant bench --name bench --scope admin)
sql -c "insert into app.opportunities (tenant_id, id, name, data, digest, synced_at) select id, n, 'Show ' || n, '{}', sha256(''), now() from app.tenants, generate_series(1, 16) n"
# Takes up no follow-up: the deliveries alone are measured, as in inbox.sh.
"$bin" jobs work --types sync >>"$work/out" 2>>"$work/log" & pids+=($!)
empty() { sql -c 'truncate app.webhook_events, app.webhook_seen, app.webhook_delivery_log, app.jobs' -c 'vacuum analyze app.webhook_events, app.webhook_seen, app.webhook_delivery_log, app.jobs' -c checkpoint; }
field() { node -e 'console.log(JSON.parse(process.argv[1])[process.argv[2]])' "$1" "$2"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
measure() { # NAME CONNECTIONS
  local said
  empty
  said=$(node scripts/bench/deliver.mjs "$2" "$each" "$door")
  field "$said" rate >>"$work/$1.$2.rate"; field "$said" p99 >>"$work/$1.$2.p99"
}
beside() { # NAME CONNECTIONS [same]
  local writers
  node scripts/bench/change.mjs "$url" "$key" 16 "$pace" "${@:3}" >"$work/changes" & writers=$!
  pids+=("$writers")
  measure "$1" "$2"
  kill "$writers"; wait "$writers"
}
of() { printf '%s | %s ms' "$(median <"$work/$1.rate")" "$(median <"$work/$1.p99")"; }

printf 'Machine: %s cores, %s GiB; PostgreSQL and the load on the same cores, fsync on.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
printf '| connections | accepted a second, alone | p99 | beside 16 who write no row | p99 | beside 16 who write | p99 | writers to none | writers to alone | of the pairs: middle half |\n|---|---|---|---|---|---|---|---|---|---|\n'
for connections in 16 64; do
  for _ in $(seq "$rounds"); do measure alone "$connections"; beside none "$connections" same; beside written "$connections"; done
  ratio() { awk -v a="$(median <"$work/written.$connections.rate")" -v b="$(median <"$work/$1.$connections.rate")" 'BEGIN { printf "%.2f", a / b }'; }
  pairs=$(paste "$work/written.$connections.rate" "$work/none.$connections.rate" | awk '{ printf "%.2f\n", $1 / $2 }' | sort -n | awk '{ v[NR] = $1 } END { print v[int(NR / 4) + 1] "–" v[NR - int(NR / 4)] }')
  printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$connections" "$(of "alone.$connections")" "$(of "none.$connections")" "$(of "written.$connections")" "$(ratio none)" "$(ratio alone)" "$pairs"
done
sleep 3
printf '\nRows of the log: %s, of which %s wait for the sealer. %s\n' "$(sql -c 'select count(*) from app.audit_log')" \
  "$(sql -c 'select count(*) from app.audit_unsealed')" "$("$bin" audit verify --tenant bench | grep -oE '"found":[0-9]+')"
