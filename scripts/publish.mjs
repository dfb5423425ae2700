// node scripts/publish.mjs NEW SITE HASHES
// Names the three files of NEW/pkg by their contents, compresses what compresses, weighs the first load, and then puts NEW in
// the place of SITE and the names in HASHES (beside the binary, where leptos looks for them).
import { createHash } from 'node:crypto';
import { copyFile, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const NAME = 'backline';
const FIRST_LOAD_LIMIT = 400_000; // bytes of brotli: js + wasm + css
const COMPRESSIBLE = new Set(['.js', '.css', '.wasm', '.svg', '.txt', '.json', '.html', '.xml', '.webmanifest']);
const [fresh, site, hashes] = process.argv.slice(2);
if (!hashes) throw new Error('usage: publish.mjs NEW SITE HASHES');

const br = (data, text) => promisify(brotliCompress)(data, { params: {
  [constants.BROTLI_PARAM_QUALITY]: 11,
  [constants.BROTLI_PARAM_LGWIN]: 22,
  [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  [constants.BROTLI_PARAM_MODE]: text ? constants.BROTLI_MODE_TEXT : constants.BROTLI_MODE_GENERIC,
} });
const gz = (data) => promisify(gzip)(data, { level: 9 });

// leptos reads lines `js: HASH` and asks for NAME.HASH.js; the same for wasm and css.
async function hashed(kind) {
  const from = join(fresh, 'pkg', `${NAME}.${kind}`);
  const hash = createHash('sha256').update(await readFile(from)).digest('hex').slice(0, 16);
  const to = join('pkg', `${NAME}.${hash}.${kind}`);
  await rename(from, join(fresh, to));
  return { kind, hash, to };
}

// Brotli at its best takes seconds: a file that was published before keeps its compressed copies.
async function compress(path) {
  const data = await readFile(join(fresh, path));
  const before = await readFile(join(site, path)).catch(() => null);
  if (before?.equals(data)) {
    const kept = ['.br', '.gz'].map((end) => copyFile(join(site, path + end), join(fresh, path + end)));
    if ((await Promise.allSettled(kept)).every(({ status }) => status === 'fulfilled')) return;
  }
  const text = extname(path) !== '.wasm';
  await Promise.all([
    br(data, text).then((out) => writeFile(join(fresh, `${path}.br`), out)),
    gz(data).then((out) => writeFile(join(fresh, `${path}.gz`), out)),
  ]);
}

const named = [];
for (const kind of ['js', 'wasm', 'css']) named.push(await hashed(kind));

const files = (await readdir(fresh, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && COMPRESSIBLE.has(extname(entry.name)))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(fresh.length + 1));
await Promise.all(files.map(compress));

const sizes = await Promise.all(named.map(async ({ kind, to }) => ({ kind, bytes: (await stat(join(fresh, `${to}.br`))).size })));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`first load: ${total} bytes of brotli (${sizes.map(({ kind, bytes }) => `${kind} ${bytes}`).join(', ')}); the limit is ${FIRST_LOAD_LIMIT}`);
if (total > FIRST_LOAD_LIMIT) {
  console.error(`first load is ${total - FIRST_LOAD_LIMIT} bytes too heavy; ${basename(fresh)} is left for a look, the published site is unchanged`);
  process.exit(1);
}

const old = `${site}.old`;
await rm(old, { recursive: true, force: true });
await rename(site, old).catch((error) => { if (error.code !== 'ENOENT') throw error; });
await rename(fresh, site);
await writeFile(`${hashes}.new`, named.map(({ kind, hash }) => `${kind}: ${hash}\n`).join(''));
await rename(`${hashes}.new`, hashes);
await rm(old, { recursive: true, force: true });
