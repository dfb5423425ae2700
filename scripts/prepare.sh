#!/usr/bin/env bash
# Makes .sqlx/, against which builds without a database check their queries, from the migrations on a throw-away cluster.
# With --check it only says whether .sqlx/ is what the code needs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
check=
case ${1:-} in '') ;; --check) check=1 ;; *) echo "usage: scripts/prepare.sh [--check]" >&2; exit 2 ;; esac
need_rust
need_postgres
bin=$(postgres_programs)
export LC_ALL=C

# Postgres refuses to run as root: then its files are those of the system's postgres user.
dir=$(mktemp -d /tmp/backline-prepare.XXXXXX)
keeper=()
if [[ $EUID -eq 0 ]]; then chown postgres: "$dir"; keeper=(runuser -u postgres --); fi
as_keeper() { (cd "$dir" && "${keeper[@]}" "$@"); }
stop() { if [[ -f $dir/data/postmaster.pid ]]; then as_keeper "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null || true; fi; rm -rf "$dir" "$dir.log"; }
trap stop EXIT

as_keeper "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
as_keeper "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c fsync=off" start >/dev/null || { cat "$dir/log" "$dir.log" >&2; exit 1; }

sql() { "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -U postgres "$@"; }
# What domain/src/db/migrate.rs makes before it migrates.
sql -d postgres <<'SQL'
create role backline_owner nologin;
create role backline_lookup nologin;
create role backline_app nologin;
create role backline_worker nologin;
create role backline_backup nologin;
create role backline_reader nologin;
grant backline_lookup to backline_owner;
create database backline owner backline_owner;
SQL
sql -d backline -c 'create schema app authorization backline_owner; create schema backline_migrations authorization backline_owner; revoke create on schema public from public'

shopt -s nullglob
count=0
for file in migrations/*.sql; do
  [[ $file == *.down.sql ]] && continue
  whole=(-1)
  if [[ $(head -n 1 "$file") == '-- no-transaction'* ]]; then whole=(); fi
  PGOPTIONS="-c role=backline_owner -c search_path=backline_migrations" sql -d backline "${whole[@]}" -f "$file" || { echo "prepare: $file failed" >&2; exit 1; }
  count=$((count + 1))
done
echo "prepare: $count migrations applied"

# As the pools connect (domain/src/db/pool.rs), but as the owner. The macros write a file a query when they see the folder and a live database. Touched, or cargo would not run them again.
made=$dir/sqlx
mkdir "$made"
touch domain/src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$made \
  DATABASE_URL="postgres://postgres@localhost/backline?host=$dir&options=-c%20role%3Dbackline_owner%20-c%20search_path%3Dapp" \
  cargo check -p domain --features ssr --all-targets --target-dir target

if [[ $check ]]; then
  mkdir -p "$dir/none"
  committed=.sqlx
  [[ -d $committed ]] || committed=$dir/none
  diff -rq "$committed" "$made" || { echo "prepare: .sqlx/ is not what the queries need: run scripts/prepare.sh and commit it" >&2; exit 1; }
  echo "prepare: .sqlx/ is up to date"
else
  rm -rf .sqlx
  mkdir .sqlx
  find "$made" -name 'query-*.json' -exec cp -t .sqlx {} +
  echo "prepare: $(find .sqlx -name 'query-*.json' | wc -l) queries in .sqlx/"
fi
