#!/usr/bin/env bash
# Everything that must hold before a change lands, on a machine that has nothing but Rust. `.ci/run` is this.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
now=tools
trap 'code=$?; if ((code)); then printf "\nFAILED: %s (after %ss)\n" "$now" "$((SECONDS - started))" >&2; fi' EXIT

step() {
  now=$1
  local at=$SECONDS
  printf '\n== %s\n' "$now"
  "${@:2}"
  printf -- '-- %s: %ss\n' "$now" "$((SECONDS - at))"
}

tools() {
  need_rust
  need_npm
  need_postgres
  need_chromium
  need_wasm
}

# The front end turns on leptos' hydration; in one build with the host, leptos would be both at once, which is no product of ours.
# So it is checked for its own target only.
host_crates=(--workspace --exclude frontend)
clippy_host() { cargo clippy "${host_crates[@]}" --all-targets -- -D warnings; }
clippy_front() { cargo clippy -p frontend -p app -p domain --target wasm32-unknown-unknown --target-dir target/front -- -D warnings; }
tests() { cargo test "${host_crates[@]}"; }

# What must not be in the sources: what | where | pattern | where it is allowed. The reasons are in ARCHITECTURE.md.
forbidden=(
  'a server function that answers GET|app/src|\b(GetUrl|GetCbor|GetJson)\b|^$'
  'raw HTML outside the chart and the icons|app/src|\binner_html\b|^app/src/components/(chart)?(icon)?\.rs:'
  'SQL that is not static, outside the formula compiler|app domain server/src simulator frontend|\bAssertSqlSafe\b|^domain/src/metrics[./]'
  'a style attribute or element|app/src|(^|[^A-Za-z0-9_.-])style(=|:[a-z"])|^$'
  'a style attribute or element|app/src|<style|^$'
)
sources() {
  local rule what where pattern allowed found bad=0
  for rule in "${forbidden[@]}"; do
    # The pattern may hold a bar, so the fields are taken from both ends.
    what=${rule%%|*}; rule=${rule#*|}; where=${rule%%|*}; rule=${rule#*|}; allowed=${rule##*|}; pattern=${rule%|*}
    # shellcheck disable=SC2086 # the folders are words
    found=$(grep -rnE --include='*.rs' -e "$pattern" $where || (($? == 1)))
    found=$(grep -vE -e "$allowed" <<<"$found" || true)
    if [[ $found ]]; then printf '%s:\n%s\n' "$what" "$found" >&2; bad=1; fi
  done
  return "$bad"
}

# The host's half must not have slipped into what every visitor downloads.
secrets() {
  local wasm found
  wasm=(target/site/pkg/backline.*.wasm)
  [[ -f ${wasm[0]} ]] || { echo "no WASM in target/site/pkg" >&2; return 1; }
  found=$(LC_ALL=C grep -aoE '.{0,60}(postgres://|argon2|select |SELECT |whsec_|BEGIN [A-Z ]*PRIVATE|/root/|/home/).{0,60}' "${wasm[0]}" | tr -cd '[:print:]\n' || true)
  if [[ $found ]]; then printf '%s holds:\n%s\n' "${wasm[0]}" "$found" >&2; return 1; fi
}

end_to_end() {
  shopt -s nullglob
  local files=(end2end/tests/*.test.js)
  ((${#files[@]})) || { echo "no tests in end2end/tests" >&2; return 1; }
  node --test --test-concurrency=1 --test-timeout=300000 --test-reporter=spec "${files[@]}"
}

. scripts/tools.sh
step 'tools' tools
step 'format' cargo fmt --all --check
step 'sources' sources
step 'queries' scripts/prepare.sh --check
step 'clippy, host' clippy_host
step 'clippy, browser' clippy_front
step 'tests' tests
step 'build' scripts/build.sh
step 'no secrets in the WASM' secrets
step 'end to end' end_to_end
printf '\nall passed in %ss\n' "$((SECONDS - started))"
