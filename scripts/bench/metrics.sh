#!/usr/bin/env bash
# How fast 5,000 metrics with 20 versions each are listed, searched and read, by a single client: p95 in milliseconds, goal 100. Then previews.
# COUNT=5000 VERSIONS=20 TIMES=60 and ROWS=100000 may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${COUNT:-5000} versions=${VERSIONS:-20} times=${TIMES:-60} port=${PORT:-3971}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=${BIN:-$PWD/target/release/backline}
export BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_DATA_DIR=$work/data BACKLINE_ADDR=127.0.0.1:$port
url=http://$BACKLINE_ADDR
"$bin" serve --no-worker >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
key=$("$bin" api-key create --tenant bench --name bench --scope read)
command -v psql >/dev/null || PATH=$PATH:$(. scripts/tools.sh; postgres_programs)
db=$("$bin" db url)
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }
# A tree of ten conditions each; every tenth is a draft behind its active version, every twentieth is retired.
sql -v count="$count" -v versions="$versions" <<'SQL'
begin;
insert into app.metric_definitions (tenant_id, code, state, active_version, newest_version, deprecated_at)
select t.id, 'metric_' || g, case when g % 20 = 0 then 'deprecated' else 'active' end,
    case when g % 20 = 0 then null when g % 10 = 0 then :versions - 1 else :versions end, :versions, case when g % 20 = 0 then now() end
from app.tenants t, generate_series(1, :count) g where t.slug = 'bench';
insert into app.metric_versions (tenant_id, code, version, name, description, formula, effective_at)
select t.id, 'metric_' || g, v, 'Metric ' || g || ' of ' || md5(g::text), 'Customers that ' || md5(g || ' ' || v), json_build_object('entity', 'customer', 'where',
    json_build_object('all', (select json_agg(json_build_object('f', 'days_since_last_order', 'op', 'gt', 'v', n + v)) from generate_series(1, 10) n))), now()
from app.tenants t, generate_series(1, :count) g, generate_series(1, :versions) v where t.slug = 'bench';
commit;
vacuum analyze;
SQL

p95() {
  local path
  for n in $(seq $((times + 1))); do
    path=${1//N/$((n * 7919 % count + 1))}
    curl -sf -o "$work/answer" -w '%{time_total}\n' -H "Authorization: Bearer $key" "$url$path" || { echo "$path failed" >&2; exit 1; }
  done | tail -n +2 | sort -n | awk -v times="$times" '{ all[NR] = $1 } END { printf "%.0f", all[int(times * 0.95 + 0.5)] * 1000 }'
}
printf 'Machine: %s cores, %s GiB; PostgreSQL on the same cores. %s metrics with %s versions each, one client, %s requests each.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)" "$count" "$versions" "$times"
printf '| asked | p95 |\n|---|---|\n'
base=/api/metrics/definitions
while IFS='|' read -r what path; do printf '| %s | %s ms |\n' "$what" "$(p95 "$path")"; done <<LISTS
first page|$base
100 a page|$base?limit=100
last page|$base?page=$((count * 19 / 20 / 50))
with the retired|$base?includeDeprecated=true
search that finds many|$base?search=customers
search that finds one|$base?search=metric_N
search that finds none|$base?search=zzzz
one code|$base?code=metric_N
one|$base/metric_N?includeDeprecated=true
one with its history|$base/metric_N?includeDeprecated=true&includeHistory=true
LISTS

# The templates over a mirror of many records: what somebody waits for who edits a formula.
rows=${ROWS:-100000}
sql -v rows="$rows" <<'SQL'
insert into app.opportunities (tenant_id, id, name, organisation_name, organisation_id, state, status, starts_at, ends_at, created_at_rms,
    updated_at_rms, charge_total, data, digest, synced_at)
select t.id, i, 'Show ' || i, 'Customer ' || i % 5000, i % 5000, (array[0, 1, 2, 3, 3, 3, 3])[1 + i % 7], (array[0, 1, 5, 20, 40, 50, 60])[1 + (i / 7) % 7],
    now() - (i * 37 % 900 - 200) * interval '1 day', now(), now() - interval '90 days', now() - i % 50 * interval '1 day', i % 9999, '{}', sha256(''), now()
from app.tenants t, generate_series(1, :rows) i where t.slug = 'bench';
vacuum analyze app.opportunities;
SQL
curl -sf -H "Authorization: Bearer $key" "$url/api/metrics/templates" >"$work/templates"
node -e 'const fs = require("fs"); for (const one of JSON.parse(fs.readFileSync(process.argv[1])).templates) fs.writeFileSync(`${process.argv[1]}.${one.code}`, JSON.stringify({formula: one.formula}))' "$work/templates"
printf '\n%s opportunities of 5,000 customers: a preview (count, funnel, measure, 20 rows), 20 requests each.\n\n| template | median | p95 |\n|---|---|---|\n' "$rows"
for body in "$work"/templates.*; do
  for _ in $(seq 21); do
    curl -sf -o "$work/answer" -w '%{time_total}\n' -H "Authorization: Bearer $key" -H 'Content-Type: application/json' --data-binary "@$body" "$url$base/preview"
  done | tail -n +2 | sort -n | awk -v name="${body##*.}" '{ all[NR] = $1 } END { printf "| %s | %.0f ms | %.0f ms |\n", name, all[10] * 1000, all[19] * 1000 }'
done
