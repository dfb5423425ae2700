#!/usr/bin/env bash
# Reconciliation and audit with 100,000 opportunities: the lists, a comparison of the whole mirror with the source and its repair,
# the audit log and its check. COUNT=100000 and ROWS=100000 (of the audit log) may be set, and how many records are made to differ:
# ALTERED=10 here, REMOVED=3 and ADDED=2 at the source. What the comparison names must be exactly these. The release build of
# before is used.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${COUNT:-100000} rows=${ROWS:-100000} altered=${ALTERED:-10} removed=${REMOVED:-3} added=${ADDED:-2} port=${PORT:-3965}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=$PWD/target/release/backline
export BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_DATA_DIR=$work/data BACKLINE_ADDR=127.0.0.1:$((port + 1))
url=http://$BACKLINE_ADDR source=http://127.0.0.1:$port
"$bin" simulate current-rms --port "$port" --opportunities "$count" --seed 1 2>"$work/sim.log" & pids+=($!)
BACKLINE_SYNC_INTERVAL_MS=0 "$bin" serve >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && curl -sf "$source/control/ids" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
key=$("$bin" api-key create --tenant bench --name bench --scope read --scope sync --scope admin)
printf 'demo-token' | "$bin" connection set --tenant bench --provider current-rms --subdomain demo --token-stdin --base-url "$source/api/v1"
ask() { curl -sf -H "Authorization: Bearer $key" "$@"; }
ask -X POST "$url/api/sync/initial" >/dev/null
command -v psql >/dev/null || PATH=$PATH:$(. scripts/tools.sh; postgres_programs)
db=$("$bin" db url)
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }
# Three systems know most of them, some long ago; a tenth has something added. Rows of the audit log as the host writes them.
sql -c "insert into app.external_integrations (tenant_id, opportunity_id, system_name, external_id, sync_status, last_synced)
    select o.tenant_id, o.id, s.name, s.name || o.id, case when o.id % 97 = 0 then 'failed' else 'synced' end, now() - (o.id % 30) * interval '1 hour'
    from app.opportunities o, (values ('Monday', 7), ('TeamTrack', 5), ('Xero', 9)) s (name, part) where o.id % 10 < s.part" \
  -c "insert into app.augmented_opportunities (tenant_id, opportunity_id, workflow_status) select tenant_id, id, 'seen' from app.opportunities where id % 10 = 0"
for n in $(seq 200); do ask -X POST -H 'content-type: application/json' -d "{\"name\":\"k$n\",\"scopes\":[\"read\"]}" "$url/api/keys" >/dev/null; done
sql -c 'vacuum analyze'
p95() { for _ in $(seq 20); do ask -o /dev/null -w '%{time_total}\n' "$url$1"; done | sort -n | awk '{ t[NR] = $1 * 1000 } END { printf "%d ms | %d ms", t[int(NR / 2)], t[int(NR * 0.95)] }'; }
now() { date +%s%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f s", (b - a) / 1e9 }'; }

printf 'Machine: %s cores, %s GiB; PostgreSQL and the source on the same cores. %s records, one client.\n\n| what | p50 | p95 |\n|---|---|---|\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)" "$count"
for path in 'type=unaugmented' 'type=missing-integration&system=Xero' 'type=stale-integrations' 'type=stale-integrations&system=Monday' 'type=all'; do
  printf '| %s | %s |\n' "$path" "$(p95 "/api/reconciliation?$path")"
done
mapfile -t ids < <(sql -c "select id from app.opportunities where deleted_at is null order by random() limit $((altered + removed))")
control() { curl -sf -X POST -H 'content-type: application/json' -d "$2" "$source/control/$1"; }
expected=()
for id in "${ids[@]:0:altered}"; do sql -c "update app.opportunities set name = name || '!' where id = $id"; expected+=("$id altered"); done
for id in "${ids[@]:altered}"; do control delete "{\"id\":$id}" >/dev/null; expected+=("$id gone"); done
soon=$(date -u -d '+3 days' +%Y-%m-%dT%H:%M:%S.000Z)
for n in $(seq "$added"); do expected+=("$(control create "{\"subject\":\"New $n\",\"starts_at\":\"$soon\"}" | grep -oE '[0-9]+' | head -1) missing"); done
compare() { began=$(now); run=$(ask -X POST "$url/api/reconciliation/mirror"); took=$(since "$began"); printf '| a comparison of all with the source: %s | %s | |\n' "$(grep -oE '"counts":\{[^}]*\}' <<<"$run" | tr -d '"|')" "$took"; }
compare
id=$(grep -oE '"runId":[0-9]+' <<<"$run" | grep -oE '[0-9]+')
diff <(printf '%s\n' "${expected[@]}" | sort) <(sql -F ' ' -c "select opportunity_id, kind from app.mirror_items where run_id = $id" | sort) >&2 || { echo "reconciliation: the comparison did not name what differs" >&2; exit 1; }
began=$(now); repaired=$(ask -X POST "$url/api/reconciliation/mirror/$id/repair"); printf '| the repair of the %s that it named: %s | %s | |\n' "${#expected[@]}" "$(tr -d '"|{}' <<<"$repaired")" "$(since "$began")"
compare
printf '| the list of comparisons | %s |\n| what one found | %s |\n' "$(p95 /api/reconciliation/mirror)" "$(p95 "/api/reconciliation/mirror/$id")"
# More of the log than anybody writes by hand, a half of it about integrations of a thousand opportunities: rows from before there
# were codes, which the chain of a new tenant takes in.
"$bin" tenant create --slug long --name Long >/dev/null
sql -c "insert into app.audit_log (tenant_id, actor_kind, actor_name, source, entity_type, entity_id, action, after)
    select t.id, 'system', 'operator', 'sync', case n % 2 when 0 then 'run' else 'integration' end, (n % 1000)::text, 'start',
        case n % 2 when 0 then '{\"sync_type\": \"sweep\"}' else jsonb_build_object('opportunity_id', n % 2000) end from app.tenants t, generate_series(1, $rows) n where t.slug = 'long'"
began=$(now)
until [[ $(sql -c 'select count(*) from app.audit_unsealed') == 0 ]]; do sleep 0.2; done
printf '| sealing %s rows of the audit log | %s | |\n' "$rows" "$(since "$began")"
began=$(now); "$bin" audit verify --tenant long >/dev/null; printf '| checking them | %s | |\n' "$(since "$began")"
long=$("$bin" api-key create --tenant long --name bench --scope admin)
key=$long
sql -c 'vacuum analyze app.audit_log'
printf '| the audit log | %s |\n| of one record | %s |\n| of one opportunity | %s |\n| of an action | %s |\n' "$(p95 /api/audit)" "$(p95 '/api/audit?entityType=run&entityId=8')" "$(p95 '/api/audit?opportunity=7')" "$(p95 '/api/audit?action=start&page=3')"
