// Many tabs of one browser: one of them holds the stream, all of them see what changes, and another takes over when it goes.
// TABS=100 opens a hundred.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launchBrowser, openPage } from '../support/browser.js';
import { command, startAccount, startHost } from '../support/host.js';

const TABS = Number(process.env.TABS ?? 12);
const WITHIN = 2_000;
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

async function signedIn() {
  const opened = await openPage(browser, { baseURL: host.url });
  const { page } = opened;
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill('tabs@example.com');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  return opened;
}

/** The source has another subject for a record, and an incremental run finds it. */
async function change(id, subject) {
  await account.control('change', { id, patch: { subject } });
  await command(host, ['sync', 'incremental', '--tenant', 'tabs']);
}

async function streams() {
  const text = await (await fetch(`${host.url}/metrics`)).text();
  return Number(/^\S*live_streams (\d+)/m.exec(text)[1]);
}

/** When this page shows the words, at the latest 20 s from now; told by the page itself, since a hundred pages that are asked again and again have no time to draw. */
function shows(words) {
  const there = () => [...document.querySelectorAll('main a')].some((link) => link.textContent === words);
  return new Promise((done) => {
    const look = () => { if (there()) { observer.disconnect(); requestAnimationFrame(() => done(Date.now())); } };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    setTimeout(() => done(Date.now()), 20_000);
    look();
  });
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
  const { page, context, expectClean, close } = await signedIn();
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
  const see = async (subject) => {
    const seen = tabs.map((tab) => tab.evaluate(shows, subject));
    await change(id, subject);
    const began = Date.now();
    const late = seen.map((time) => time.then((time) => time - began));
    return Math.max(...await Promise.all(late));
  };
  const seen = await see('Seen by every tab');
  t.diagnostic(`a change is on ${tabs.length} tabs ${Math.round(seen)} ms after its run`);
  assert.ok(seen < WITHIN, `the last of ${tabs.length} tabs saw it after ${Math.round(seen)} ms`);
  assert.equal(await streams(), 1);

  // The first tab asked first, so it has the stream.
  const before = asked;
  await tabs.shift().close();
  const gap = await until('another tab takes the stream over', 10_000, async () => asked > before && (await streams()) === 1);
  assert.equal(asked, before + 1, 'one tab takes it over');
  t.diagnostic(`the stream was taken over within ${Math.round(gap)} ms`);
  const again = await see('Seen by those that are left');
  t.diagnostic(`a change is on ${tabs.length} tabs ${Math.round(again)} ms after its run`);
  assert.ok(again < WITHIN, `the last of ${tabs.length} tabs saw it after ${Math.round(again)} ms`);
  assert.equal(await streams(), 1);
  expectClean();
  await close();
});

/** Notes where the page is touched from now on: rows by their text, cards by their heading. */
function watch() {
  window.touched = { rows: new Set(), cards: new Set() };
  const note = (row, card) => {
    if (row) window.touched.rows.add(row.textContent);
    if (card) window.touched.cards.add((card.querySelector('h2') ?? card.querySelector('.label'))?.textContent);
  };
  const look = new MutationObserver((changes) => {
    for (const { target, addedNodes, removedNodes } of changes) {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      note(element?.closest('tbody tr'), element?.closest('section'));
      for (const node of [...addedNodes, ...removedNodes]) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        for (const part of [node, ...node.querySelectorAll('tr, section')]) note(part.matches('tbody tr, tr:has(td)') && part, part.matches('section') && part);
      }
    }
  });
  look.observe(document.querySelector('main'), { childList: true, subtree: true, characterData: true, attributes: true });
}

/** Once nothing more comes. */
async function touched(page) {
  await pause(1_000);
  return page.evaluate(() => ({ rows: [...window.touched.rows], cards: [...window.touched.cards] }));
}

test('a change is drawn where it is: the rest of the page, and what a person types, is left alone', async () => {
  const { page, expectClean, close } = await signedIn();
  const id = (await account.ids())[1];
  await page.goto('/opportunities?sort=id');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await until('the stream', 10_000, async () => (await streams()) === 1);
  await pause(1_500);
  await page.getByPlaceholder('Search subject').fill('half a wo');
  await page.getByText('Save view').click();
  await page.getByLabel('Name').fill('Half a name');
  await page.evaluate(watch);
  await change(id, 'Drawn in one row');
  await page.getByRole('link', { name: 'Drawn in one row' }).waitFor();
  const { rows } = await touched(page);
  assert.equal(rows.length, 1, `one row of twenty is touched: ${rows.join('; ')}`);
  assert.match(rows[0], /Drawn in one row/);
  assert.equal(await page.getByPlaceholder('Search subject').inputValue(), 'half a wo');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Half a name');

  await page.goto('/');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await pause(1_500);
  await page.evaluate(watch);
  await change(id, 'Drawn in some cards');
  await page.getByRole('region', { name: 'Recent changes' }).getByRole('link', { name: 'Drawn in some cards' }).first().waitFor();
  const { cards } = await touched(page);
  assert.ok(cards.includes('Recent changes') && cards.includes('Last 7 days'), cards.join('; '));
  for (const same of ['Value by month', 'Status', 'Status by day', 'Open value', 'Opportunities']) assert.ok(!cards.includes(same), `${same} is the same`);
  expectClean();
  await close();
});
