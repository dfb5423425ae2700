// Many tabs of one browser: one of them holds the stream, all of them see what changes, and another takes over when it goes.
// TABS=100 opens a hundred.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launchBrowser, openPage } from '../support/browser.js';
import { command, startAccount, startHost } from '../support/host.js';

const TABS = Number(process.env.TABS ?? 12);
// Every tab counts as seen here, and reads and draws its list at once: a hundred of them keep two cores busy for some seconds.
const WITHIN = TABS > 20 ? 10_000 : 2_000;
let host, account, browser;

before(async () => {
  account = await startAccount(20);
  host = await startHost({ env: { BACKLINE_ALLOW_PRIVATE_TARGETS: '1' } });
  await command(host, ['tenant', 'create', '--slug', 'tabs', '--name', 'Tabs']);
  await command(host, ['connection', 'set', '--tenant', 'tabs', '--provider', 'current-rms', '--base-url', account.baseUrl, '--subdomain', 'demo', '--token-stdin'], 'demo-token');
  await command(host, ['sync', 'initial', '--tenant', 'tabs']);
  await command(host, ['user', 'create', '--tenant', 'tabs', '--email', 'tabs@example.com', '--name', 'T', '--role', 'rep', '--password-stdin'], 'a long enough password');
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await host?.stop();
  await account?.stop();
});

async function streams() {
  const text = await (await fetch(`${host.url}/metrics`)).text();
  return Number(/^\S*live_streams (\d+)/m.exec(text)[1]);
}

async function until(what, within, ask) {
  const began = performance.now();
  while (!(await ask())) {
    assert.ok(performance.now() - began < within, `${what} took longer than ${within} ms`);
    await pause(25);
  }
  return performance.now() - began;
}

test(`${TABS} tabs share one stream, see a change within 2 s, and outlive the one that holds it`, { timeout: 300_000 }, async (t) => {
  const { page, context, expectClean, close } = await openPage(browser, { baseURL: host.url });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill('tabs@example.com');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  let asked = 0;
  context.on('request', (request) => { if (request.url().endsWith('/api/live')) asked += 1; });
  const tabs = [page];
  while (tabs.length < TABS) tabs.push(await context.newPage());
  for (const tab of tabs) {
    await tab.goto('/opportunities?sort=id');
    await tab.locator('html[data-ready]').waitFor({ state: 'attached' });
  }
  await until('one stream', 10_000, async () => (await streams()) === 1);

  const id = (await account.ids())[0];
  const change = async (subject) => {
    await account.control('change', { id, patch: { subject } });
    await command(host, ['sync', 'incremental', '--tenant', 'tabs']);
    const began = performance.now();
    await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: subject }).waitFor({ timeout: 20_000 })));
    return performance.now() - began;
  };
  const seen = await change('Seen by every tab');
  t.diagnostic(`a change is on ${tabs.length} tabs ${Math.round(seen)} ms after its run`);
  assert.ok(seen < WITHIN, `the last of ${tabs.length} tabs saw it after ${Math.round(seen)} ms`);
  assert.equal(await streams(), 1);

  // The first tab asked first, so it has the stream.
  const before = asked;
  await tabs.shift().close();
  const gap = await until('another tab takes the stream over', 10_000, async () => asked > before && (await streams()) === 1);
  assert.equal(asked, before + 1, 'one tab takes it over');
  t.diagnostic(`the stream was taken over within ${Math.round(gap)} ms`);
  const again = await change('Seen by those that are left');
  t.diagnostic(`a change is on ${tabs.length} tabs ${Math.round(again)} ms after its run`);
  assert.ok(again < WITHIN, `the last of ${tabs.length} tabs saw it after ${Math.round(again)} ms`);
  assert.equal(await streams(), 1);
  expectClean();
  await close();
});
