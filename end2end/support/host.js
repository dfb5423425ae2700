// A Backline of its own for a test file: the release binary with the demo company, in a temporary data folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const READY_WITHIN = 90_000; // a first start makes a Postgres cluster
const STOPPED_WITHIN = 30_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts `backline serve --demo` and gives `{ url, signInLink, dataDir, log, stop }` once it is ready. `signInLink` works once.
 * Extra arguments of `serve` and environment variables may be given; what the host printed is in the error when it does not start.
 */
export async function startHost({ args = [], env = {} } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'backline-e2e-'));
  await chmod(dataDir, 0o711); // started by root, Postgres runs as another user and must reach its folder
  const url = `http://127.0.0.1:${await freePort()}`;
  const lines = [];
  let signInLink;
  const seen = (line) => {
    lines.push(line);
    signInLink ??= /https?:\/\/\S*\/sign-in\/link\?token=[^\s"']+/.exec(line)?.[0];
  };

  // No DATABASE_URL: a test never runs on a database of the person's.
  const { DATABASE_URL, POSTGRES_URL, DIRECT_URL, ...inherited } = process.env;
  const child = spawn(join(ROOT, 'target/release/backline'), ['serve', '--demo', ...args], {
    cwd: ROOT,
    env: { ...inherited, RUST_LOG: 'warn', BACKLINE_DATA_DIR: dataDir, BACKLINE_ADDR: url.slice('http://'.length), BACKLINE_PUBLIC_URL: url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  createInterface({ input: child.stdout }).on('line', seen);
  createInterface({ input: child.stderr }).on('line', seen);
  let failure;
  child.on('error', (error) => { failure = error; });
  const exited = new Promise((done) => { child.once('close', done); child.once('error', done); });
  const running = () => !failure && child.exitCode === null && child.signalCode === null;

  async function stop() {
    if (running()) {
      child.kill('SIGTERM');
      const late = new AbortController();
      const clean = await Promise.race([exited.then(() => true), pause(STOPPED_WITHIN, false, { signal: late.signal }).catch(() => true)]);
      late.abort();
      if (!clean) { child.kill('SIGKILL'); await exited; }
    }
    await rm(dataDir, { recursive: true, force: true });
  }

  const until = Date.now() + READY_WITHIN;
  const ready = () => fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.ok, () => false);
  while (running() && !(await ready() && signInLink)) {
    if (Date.now() > until) break;
    await pause(100);
  }
  if (!running() || !signInLink || !(await ready())) {
    await stop();
    throw new Error(`the host did not get ready${failure ? ` (${failure.message})` : ''}; it printed:\n${lines.slice(-60).join('\n')}`);
  }
  return { url, signInLink, dataDir, log: () => lines.join('\n'), stop };
}

/** Runs a command of the operator on the host's database; gives what it printed. */
export async function command(host, args, input = '') {
  const { DATABASE_URL, POSTGRES_URL, DIRECT_URL, ...inherited } = process.env;
  const child = spawn(join(ROOT, 'target/release/backline'), args, { cwd: ROOT, env: { ...inherited, BACKLINE_DATA_DIR: host.dataDir } });
  let out = '', err = '';
  child.stdout.on('data', (chunk) => { out += chunk; });
  child.stderr.on('data', (chunk) => { err += chunk; });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`backline ${args.join(' ')} ended with ${code}: ${err}`);
  return out.trim();
}

/** Runs SQL on the host's database as its superuser, for what a test cannot live through: nights that are over. */
export async function sql(host, text) {
  const child = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', await command(host, ['db', 'url'])], { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk) => { out += chunk; });
  let err = '';
  child.stderr.on('data', (chunk) => { err += chunk; });
  child.stdin.end(text);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`psql ended with ${code}: ${err}`);
  return out;
}

/** A simulated Current RMS account of a test's own, with its control side. */
export async function startAccount(opportunities) {
  const port = await freePort();
  const child = spawn(join(ROOT, 'target/release/backline'), ['simulate', 'current-rms', '--port', String(port), '--opportunities', String(opportunities)], { cwd: ROOT, stdio: 'ignore' });
  const root = `http://127.0.0.1:${port}`;
  const ids = () => fetch(`${root}/control/ids`).then((answer) => answer.json());
  const until = Date.now() + 30_000;
  while (!(await ids().then(() => true, () => false))) {
    if (Date.now() > until || child.exitCode !== null) throw new Error('the simulated account did not start');
    await pause(50);
  }
  const control = async (what, body) => {
    const answer = await fetch(`${root}/control/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`control ${what}: ${answer.status} ${await answer.text()}`);
  };
  const stop = async () => { child.kill('SIGTERM'); if (child.exitCode === null && child.signalCode === null) await once(child, 'close'); };
  return { baseUrl: `${root}/api/v1`, ids, control, stop };
}
