#!/usr/bin/env bash
# Two processes fire the same schedules through an hour of simulated time, second by second, at once: each tick must become
# exactly one job. SCHEDULES=20 may be set (of each of five rhythms).
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/tools.sh
each=${SCHEDULES:-20}
bin=$PWD/target/release/backline
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
PATH=$PATH:$(postgres_programs)
export BACKLINE_DATA_DIR=$work/data BACKLINE_SECRET_KEY=a-key-for-benchmarks-only BACKLINE_PROBE_JOBS=1 RUST_LOG=warn BACKLINE_ADDR=127.0.0.1:${PORT:-3961}

"$bin" serve --no-worker >"$work/host.out" 2>"$work/host.log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$BACKLINE_ADDR/readyz" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench --timezone Europe/Berlin >/dev/null
db=$("$bin" db url)
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }
# An hour in which the clocks go back, so that the wall shows 02:00 to 03:00 twice.
from=2026-10-25T00:00:00Z to=2026-10-25T01:00:00Z
sql -c 'update app.schedules set enabled = false'
sql -c "insert into app.schedules (tenant_id, name, type, payload, cron, next_run_at)
  select t.id, format('tick-%s-%s', r.every, n), 'probe', jsonb_build_object('key', format('tick-%s-%s', r.every, n)), r.cron, timestamptz '$from' + make_interval(mins => r.every)
  from app.tenants t, generate_series(1, $each) n,
  (values (1, '* * * * *'), (5, '*/5 * * * *'), (10, '*/10 * * * *'), (15, '*/15 * * * *'), (30, '*/30 * * * *')) r (every, cron)"
for host in 1 2; do "$bin" jobs ticks --from "$from" --to "$to" >"$work/born-$host" 2>"$work/ticks-$host.log" & pids+=($!); ticking+=($!); done
wait "${ticking[@]}"
# What each schedule must have become: one job for each of its times in the hour, its end included.
read -r expected found wrong < <(sql -F ' ' -c "
  with due as (select s.payload ->> 'key' as key, 60 / split_part(s.name, '-', 2)::int as ticks from app.schedules s where name like 'tick-%'),
  born as (select payload ->> 'key' as key, count(*) as jobs from app.jobs where type = 'probe' group by 1)
  select sum(ticks), sum(coalesce(jobs, 0)), count(*) filter (where ticks <> coalesce(jobs, 0)) from due left join born using (key)")

printf 'Machine: %s cores, %s GiB; PostgreSQL on the same cores, fsync on.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
cat <<TABLE
| what | figure |
|---|---|
| schedules, five rhythms, an hour of ticks by two processes at once | $((each * 5)) |
| ticks that are due | $expected |
| jobs | $found: $(cat "$work/born-1") by the first process, $(cat "$work/born-2") by the second |
| schedules with a tick too many or too few | $wrong |
TABLE
[[ $wrong == 0 ]]
