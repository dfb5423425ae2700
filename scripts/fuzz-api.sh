#!/usr/bin/env bash
# Asks every route of /api/openapi.json what nobody would ask (schemathesis, from PyPI, into a folder of its own), as an admin's
# key, as a key that may only read, and as nobody: no answer may be a fault of ours, or another than is described. EXAMPLES=100,
# SEED=1 and VENV=folder may be set.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${PORT:-3971} examples=${EXAMPLES:-100} seed=${SEED:-1}
work=$(mktemp -d) && chmod 711 "$work"
venv=${VENV:-$work/venv}
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap stop EXIT
[[ -x $venv/bin/schemathesis ]] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet schemathesis==4.32.5; }
unset DATABASE_URL POSTGRES_URL DIRECT_URL
bin=$PWD/target/release/backline
[[ -x $bin ]] || BACKLINE_BUILD_ONLY=host scripts/build.sh
export BACKLINE_SECRET_KEY=a-key-for-tests-only RUST_LOG=warn BACKLINE_DATA_DIR=$work/data BACKLINE_ADDR=127.0.0.1:$((port + 1))
url=http://$BACKLINE_ADDR
"$bin" simulate current-rms --port "$port" --opportunities 60 --seed 1 --fault broken=2 2>"$work/sim.log" & pids+=($!)
BACKLINE_SYNC_INTERVAL_MS=0 "$bin" serve >"$work/out" 2>"$work/log" & pids+=($!)
for _ in $(seq 600); do curl -sf "$url/readyz" >/dev/null && curl -sf "127.0.0.1:$port/control/ids" >/dev/null && break; sleep 0.1; done
"$bin" tenant create --slug fuzz --name Fuzz >/dev/null
printf 'a long enough password' | "$bin" user create --tenant fuzz --email admin@example.com --name Admin --role admin --password-stdin >/dev/null
printf 'demo-token' | "$bin" connection set --tenant fuzz --provider current-rms --subdomain demo --token-stdin --base-url "http://127.0.0.1:$port/api/v1"
admin=$("$bin" api-key create --tenant fuzz --name admin --scope read --scope sync --scope metrics --scope admin)
read=$("$bin" api-key create --tenant fuzz --name read --scope read)
"$bin" sync initial --tenant fuzz >/dev/null || true

failed=
fuzz() { # WHO HEADER...
  printf '\n== %s\n' "$1"
  # The stream has no end to be read to.
  "$venv/bin/schemathesis" run "$url/api/openapi.json" --exclude-path /api/live --seed "$seed" --max-examples "$examples" --continue-on-failure \
    --request-timeout 30 --warnings off --phases examples,coverage,fuzzing \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance "${@:2}" || failed=1
}
fuzz "a key with every scope" -H "Authorization: Bearer $admin"
fuzz "a key that may read" -H "Authorization: Bearer $read"
fuzz "nobody"
if [[ -s $work/log ]] && grep -E 'ERROR|panicked' "$work/log" | grep -v 'source' | head -20 | grep .; then echo "the host logged faults"; failed=1; fi
[[ ! $failed ]]
