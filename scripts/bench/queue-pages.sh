#!/usr/bin/env bash
# How fast the Jobs page, a job's page, the list and GET /api/jobs/process answer one client beside 1,000 and 1,000,000 jobs.
# COUNTS="1000 1000000" and ASKS=200 may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/tools.sh
counts=${COUNTS:-1000 1000000} asks=${ASKS:-200} port=${PORT:-3971}
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=$PWD/target/release/backline
export BACKLINE_SECRET_KEY=a-key-for-benchmarks-only RUST_LOG=warn BACKLINE_DATA_DIR=$work/data BACKLINE_ADDR=127.0.0.1:$port BACKLINE_PUBLIC_URL=http://127.0.0.1:$port
url=http://$BACKLINE_ADDR
"$bin" serve --no-worker >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 900); do curl -sf "$url/readyz" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
printf 'trucks at dawn, 12' | "$bin" user create --tenant bench --email ana@bench.example --name Ana --role admin --password-stdin >/dev/null
key=$("$bin" api-key create --tenant bench --name bench --scope read --scope jobs:process)
cookie=$(curl -sf -D - -o /dev/null -X POST -H "Origin: $url" -H 'content-type: application/json' -d '{"email": "ana@bench.example", "password": "trucks at dawn, 12"}' "$url/api/session" | sed -n 's/^set-cookie: \([^;]*\).*/\1/ip' | head -1)
command -v psql >/dev/null || PATH=$PATH:$(postgres_programs)
db=$("$bin" db url)

printf 'Machine: %s cores, %s GiB; PostgreSQL on the same cores. One client, %s requests each.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)" "$asks"
for count in $counts; do
  # A month of jobs, one a row: of a hundred 96 completed, one failed, one cancelled, two pending; types of unlike frequency.
  psql -X -q -v ON_ERROR_STOP=1 "$db" <<SQL
set search_path = app;
truncate jobs, job_minutes;
insert into jobs (tenant_id, type, payload, status, attempts, priority, run_at, created_at, started_at, completed_at, errors)
select t.id, case when n % 10000 = 7 then 'snapshot' when n % 50 = 0 then 'report_generation' else 'sync' end, jsonb_build_object('kind', 'single', 'id', n),
  case n % 100 when 1 then 'failed' when 2 then 'cancelled' when 3 then 'pending' when 4 then 'pending' else 'completed' end,
  case when n % 100 in (3, 4) then 0 else 1 end, n % 3, at, at, case when n % 100 in (3, 4) then null else at + interval '40 ms' end,
  case when n % 100 in (3, 4) then null else at + interval '90 ms' end,
  case when n % 100 = 1 then '[{"attempt": 1, "at": "2026-11-21T10:00:00Z", "error": "the source did not answer within 30 s"}]'::jsonb else '[]' end
from tenants t, generate_series(1, $count) n, lateral (select now() - interval '30 days' * (1 - n / $count::float8) as at) a where t.slug = 'bench' order by n;
insert into job_minutes select t.id, date_trunc('minute', now()) - interval '1 minute' * m, k, 20, 1, 900, 80, 1000
from tenants t, generate_series(0, 1440) m, unnest(array['sync', 'report_generation', 'snapshot', 'clean_up']) k where t.slug = 'bench';
SQL
  psql -X -q "$db" -c 'vacuum analyze app.jobs' -c 'vacuum analyze app.job_minutes'
  node scripts/bench/queue-pages.mjs "$url" "$cookie" "$key" "$count" "$asks"
done
