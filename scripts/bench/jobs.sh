#!/usr/bin/env bash
# The job queue on the private Postgres with its default durability: jobs that do nothing through one worker process, beside a
# bare SQL loop on the same table; then a steady load, and the same beside an old snapshot.
# JOBS=200000 RATE=500 STEADY=60 HELD=600 may be set (jobs, jobs a second, seconds, seconds; HELD=0 leaves that part out).
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/tools.sh
jobs=${JOBS:-200000} rate=${RATE:-500} steady=${STEADY:-60} held=${HELD:-600}
bin=$PWD/target/release/backline
work=$(mktemp -d) && chmod 711 "$work"
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
unset DATABASE_URL POSTGRES_URL DIRECT_URL
PATH=$PATH:$(postgres_programs)
export BACKLINE_DATA_DIR=$work/data BACKLINE_SECRET_KEY=a-key-for-benchmarks-only BACKLINE_PROBE_JOBS=1 RUST_LOG=warn BACKLINE_ADDR=127.0.0.1:${PORT:-3951}

"$bin" serve --no-worker >"$work/host.out" 2>"$work/host.log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$BACKLINE_ADDR/readyz" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug bench --name Bench >/dev/null
db=$("$bin" db url)
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$db" "$@"; }
tenant=$(sql -c "select id from app.tenants where slug = 'bench'")
# Nothing but what is measured.
sql -c 'update app.schedules set enabled = false'
worker() { "$bin" jobs work --types probe >>"$work/worker.log" 2>&1 & worker=$!; pids+=("$worker"); }
# Since a worker gives back what it holds, it is gone when this returns.
dismiss() { kill "$worker"; wait "$worker" || true; }
fill() { sql -c "insert into app.jobs (tenant_id, type, payload) select '$tenant', 'probe', '{\"trace\": false}' from generate_series(1, $1)" -c 'vacuum analyze app.jobs' -c checkpoint; }
# Which part runs, for who waits.
part() { printf '%(%H:%M:%S)T  %s\n' -1 "$*" >&2; }
table() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }

part "the bare loop, $jobs jobs"
# The bare loop: 200 at a time, by the same index, one connection, nothing else.
fill "$jobs"
bare=$(sql <<SQL
set search_path = app; set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off; set enable_bitmapscan = off;
set role backline_worker;
do \$\$
declare ids bigint[]; token uuid; began timestamptz := clock_timestamp(); done bigint := 0;
begin
    loop
        token := gen_random_uuid();
        with chosen as (select ctid as spot from jobs where status = 'pending' and run_at <= now() order by run_at limit 200 for update skip locked),
        claimed as (update jobs j set status = 'processing', attempts = attempts + 1, lease_token = token, lease_until = now() + interval '30 s',
            started_at = now() from chosen c where j.ctid = c.spot returning j.id)
        select array_agg(id) into ids from claimed;
        exit when ids is null;
        commit;
        update jobs j set status = 'completed', completed_at = now(), lease_until = null
        from unnest(ids) d (id) where j.tenant_id = '$tenant' and j.id = d.id and j.lease_token = token;
        commit;
        done := done + cardinality(ids);
    end loop;
    perform set_config('bench.rate', (done / extract(epoch from clock_timestamp() - began))::int::text, false);
end \$\$;
select current_setting('bench.rate');
SQL
)
part "one worker process, $jobs jobs"
sql -c 'truncate app.jobs'
fill "$jobs"
worker
while [[ $(sql -c "select exists (select from app.jobs where status in ('pending', 'processing'))") == t ]]; do sleep 0.2; done
ours=$(sql -c "select (count(*) / extract(epoch from max(completed_at) - min(started_at)))::int from app.jobs where status = 'completed'")
left=$(sql -c "select count(*) from app.jobs where status <> 'completed'")
dismiss

# One transaction a job, as those who enqueue do; the probe's trace says when its handler began.
echo "insert into app.jobs (tenant_id, type, payload) values ('$tenant', 'probe', '{}');" >"$work/one.sql"
empty() { sql -c 'truncate app.jobs, app.job_probe' -c 'vacuum analyze app.jobs'; }
load() { # SECONDS
  pgbench -n -f "$work/one.sql" -c 4 -R "$rate" -T "$1" "$db" >"$work/load.log" 2>&1
  for _ in $(seq 100); do [[ $(sql -c "select exists (select from app.jobs where status in ('pending', 'processing'))") == f ]] && break; sleep 0.1; done
}
# From the first second on: a worker that has just begun is measured too.
waits() { sql -F ' ' -c "select count(*), round((percentile_cont(0.5) within group (order by w))::numeric, 2), round((percentile_cont(0.99) within group (order by w))::numeric, 2), round(max(w)::numeric, 1)
  from (select extract(epoch from p.at - j.created_at) * 1000 as w from app.jobs j join app.job_probe p on p.tenant_id = j.tenant_id and p.job_id = j.id) w"; }
empty
worker
part "$rate jobs a second for $steady s"
load "$steady"
read -r count p50 p99 most < <(waits)
if ((held > 0)); then
  # Before the snapshot: it would wait for its end.
  empty
  psql -X -q "$db" >/dev/null 2>&1 <<SQL & pids+=($!)
begin isolation level repeatable read; select count(*) from app.jobs; select pg_sleep($held); commit;
SQL
  part "the same for $held s beside an old snapshot"
  load "$held"
  read -r held_count held_p50 held_p99 held_most < <(waits)
  part "two minutes of rest"
  sleep 125
  read -r live dead < <(sql -F ' ' -c "select n_live_tup, n_dead_tup from pg_stat_user_tables where relname = 'jobs'")
fi
dismiss

printf 'Machine: %s cores, %s GiB; PostgreSQL on the same cores, fsync on.\n\n' "$(nproc)" "$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)"
table what figure goal
table --- --- ---
table "$jobs jobs that do nothing, one worker process" "$ours a second, $left left" "30,000, half of the bare loop"
table "the bare loop, 200 at a time" "$bare a second" ""
table "ratio" "$(awk -v a="$ours" -v b="$bare" 'BEGIN { printf "%.2f", a / b }')" "0.5"
table "$rate a second for $steady s ($count jobs): enqueue to start" "p50 $p50 ms, p99 $p99 ms, longest $most ms" "p50 3, p99 15"
if ((held > 0)); then
  table "the same for $held s beside an old snapshot ($held_count jobs)" "p50 $held_p50 ms, p99 $held_p99 ms, longest $held_most ms" "p99 50"
  table "two minutes after it" "$dead dead of $live live tuples" "2 × live + 10,000"
fi
