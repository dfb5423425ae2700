// The journey of the first day: sign in by the printed link, press Initial sync, see the account. Then the same page in every
// theme and width, by keyboard alone, and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES } from '../support/browser.js';
import { startHost } from '../support/host.js';

let host, browser, state;

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  const { page, context, expectClean, close } = await openPage(browser, { baseURL: host.url });
  await page.goto(host.signInLink);
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  state = await context.storageState();
  expectClean();
  await close();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

const open = (options = {}) => openPage(browser, { baseURL: host.url, storageState: state, ...options });
const ready = (page) => page.locator('html[data-ready]').waitFor({ state: 'attached' });

test('before the first sync the page says what it will do, and offers nothing else', async () => {
  for (const theme of THEMES) {
    const { page, expectClean, close } = await open({ theme });
    await page.goto('/');
    await ready(page);
    await page.getByText('First time here').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Incremental sync' }).isDisabled(), true);
    await page.getByText('Nothing is mirrored yet.').waitFor();
    await axe(page);
    expectClean();
    await close();
  }
});

test('one press by keyboard alone fills the dashboard without a reload', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/');
  await ready(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  for (let presses = 0; (await focused()) !== 'Initial sync'; presses += 1) {
    assert.ok(presses < 30, 'Initial sync cannot be reached by Tab');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /Initial Completed 245 0/ }).waitFor();
  const card = page.getByRole('region', { name: 'Opportunities', exact: true });
  await card.getByText('245', { exact: true }).waitFor();
  await page.getByRole('img', { name: /Opportunities by status: / }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Incremental sync' }).isEnabled(), true);
  expectClean();
  await close();
});

test('the numbers of the page are those of the API', async () => {
  const { page, close } = await open();
  await page.goto('/');
  const answer = await page.request.get('/api/dashboard');
  const { data } = await answer.json();
  const card = page.getByRole('region', { name: 'Opportunities', exact: true });
  assert.equal(await card.locator('.value').textContent(), String(data.overview.totalOpportunities));
  const rows = await page.getByRole('region', { name: 'Status' }).locator('.chart-data tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.cells[1].textContent)));
  assert.deepEqual(rows, data.statusDistribution.map((status) => status.count));
  assert.equal(rows.reduce((sum, count) => sum + count, 0), data.overview.totalOpportunities);
  await close();
});

for (const theme of THEMES) {
  for (const viewport of [DESKTOP, PHONE, { width: 1920, height: 1080 }]) {
    test(`${theme}, ${viewport.width} px: axe finds nothing, nothing sticks out, the console is silent`, async () => {
      const { page, expectClean, close } = await open({ theme, viewport });
      await page.goto('/');
      await ready(page);
      await axe(page);
      await expectFits(page);
      if (viewport === PHONE) await expectHitAreas(page);
      await page.locator('.menu > summary').click();
      for (const table of await page.getByText('As a table').all()) await table.click();
      await axe(page);
      expectClean();
      await close();
    });
  }
}

test('a theme is chosen by keyboard and kept, without a flash on the next load', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/');
  await ready(page);
  await page.locator('.menu > summary').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Dark' }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.reload({ waitUntil: 'commit' });
  await page.locator('body').waitFor({ state: 'attached' });
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  expectClean();
  await close();
});

test('without JavaScript the numbers are there and the buttons work', async () => {
  const { page, close } = await open({ javaScriptEnabled: false });
  await page.goto('/');
  const card = page.getByRole('region', { name: 'Opportunities', exact: true });
  assert.match(await card.textContent(), /245/);
  const before = await page.locator('.sync tbody tr').count();
  await page.getByRole('button', { name: 'Incremental sync' }).click();
  await page.waitForURL(/\/\?$/);
  assert.equal(await page.locator('.sync tbody tr').count(), Math.min(before + 1, 5));
  await close();
});

test('no HTML holds a style attribute or a style element', async () => {
  const { page, close } = await open();
  for (const path of ['/', '/sign-in', '/nothing-here']) {
    const html = await (await page.request.get(path)).text();
    assert.doesNotMatch(html, /\sstyle=|<style/i, path);
  }
  await close();
});

test('an address that leads nowhere says so, with status 404', async () => {
  const { page, expectClean, close } = await open();
  const answer = await page.goto('/nothing-here');
  assert.equal(answer.status(), 404);
  await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
  await ready(page);
  await axe(page);
  expectClean({ except: [/404/] });
  await close();
});

test('signing out ends the session, and the page behind it', async () => {
  const { page, close } = await openPage(browser, { baseURL: host.url, storageState: state });
  await page.goto('/');
  await page.locator('.menu > summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto('/');
  assert.match(page.url(), /\/sign-in$/);
  await close();
});
