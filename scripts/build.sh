#!/usr/bin/env bash
# Leaves target/release/backline, target/release/hash.txt and target/site: the five commands that cargo-leptos would run.
# BACKLINE_BUILD_ONLY=site|host builds one half.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
only=${BACKLINE_BUILD_ONLY:-}
case $only in '' | site | host) ;; *) echo "build: BACKLINE_BUILD_ONLY is site or host, not '$only'" >&2; exit 2 ;; esac

# Read when leptos is compiled (the output name) and by cargo-leptos' own habits; both halves must see the same.
export LEPTOS_OUTPUT_NAME=backline LEPTOS_SITE_ROOT=target/site LEPTOS_SITE_PKG_DIR=pkg LEPTOS_HASH_FILES=true LEPTOS_HASH_FILE_NAME=hash.txt
# These would replace the flags of .cargo/config.toml, and with them the component types that both halves share.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

site() {
  need_wasm
  need_npm
  # No path of this machine in what browsers get. The list is appended to .cargo/config.toml's; the last match wins.
  local home=${CARGO_HOME:-$HOME/.cargo} sysroot
  sysroot=$(rustc --print sysroot)
  cargo build -p frontend --lib --target wasm32-unknown-unknown --profile wasm-release --target-dir target/front \
    --config "target.wasm32-unknown-unknown.rustflags=['--remap-path-prefix=$PWD=/backline', '--remap-path-prefix=$home=/cargo', '--remap-path-prefix=$sysroot=/rust']"

  local wasm=target/front/wasm32-unknown-unknown/wasm-release/frontend.wasm pkg=target/front/pkg stamp
  stamp=$(cat "$wasm" end2end/package-lock.json scripts/build.sh <(wasm-bindgen --version) | sha256sum | cut -d' ' -f1)
  if [[ $(cat "$pkg/stamp" 2>/dev/null) != "$stamp" ]]; then
    rm -rf "$pkg"
    wasm-bindgen --target web --no-typescript --out-name backline --out-dir "$pkg" "$wasm"
    # Functions of one crate beside each other compress better. The features are those that rustc turns on for this target: rustc --print cfg --target wasm32-unknown-unknown
    wasm-opt -Os --converge --reorder-functions-by-name --strip-debug --strip-producers --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext \
      --enable-mutable-globals --enable-reference-types --enable-multivalue "$pkg/backline_bg.wasm" -o "$pkg/backline.wasm"
    # Bundled, so that the glue's snippets are in it and the browser makes one request.
    esbuild "$pkg/backline.js" --bundle --minify --format=esm --target=es2022 --legal-comments=none --log-level=warning --outfile="$pkg/backline.min.js"
    echo "$stamp" >"$pkg/stamp"
  fi

  rm -rf target/site.new
  mkdir -p target/site.new/pkg target/release
  cp -r public/. target/site.new
  cp "$pkg/backline.wasm" target/site.new/pkg/backline.wasm
  cp "$pkg/backline.min.js" target/site.new/pkg/backline.js
  sass --style=compressed --no-source-map --no-charset style/main.scss target/site.new/pkg/backline.css
  node scripts/publish.mjs target/site.new target/site target/release/hash.txt
}

host() {
  need_rust
  cargo build -p server --bin backline --release --target-dir target
}

if [[ $only != host ]]; then site; fi
if [[ $only != site ]]; then host; fi
