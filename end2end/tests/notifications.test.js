// Notifications: the bell counts, the page lists and marks as read, and each person switches; in both themes, on a desk and on a
// phone, by keyboard, with and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { sql, startHost } from '../support/host.js';

let host, browser, state;

/** As the queue writes it down when jobs fail; a worker tells it. */
const fail = (count) => sql(host, `insert into app.notification_events (tenant_id, kind, job_id, job_type)
  select id, 'job_failed', 7000 + n, 'sync' from app.tenants, generate_series(1, ${count}) n where slug = 'demo'`);
const open = (options) => openPage(browser, { baseURL: host.url, storageState: state, ...options });
const bell = (page) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Notifications' });
const forget = () => sql(host, 'delete from app.notifications');

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  state = await signIn(browser, host);
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

test('the bell follows what happens while the page is open', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/opportunities');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  assert.equal(await bell(page).locator('.count').count(), 0);
  await fail(2);
  await bell(page).locator('.count', { hasText: '2 unread' }).waitFor();
  expectClean();
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`one is marked as read, then all, by keyboard, ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const { page, expectClean, close } = await open({ javaScriptEnabled });
    await forget();
    await fail(3);
    await page.goto('/notifications');
    if (javaScriptEnabled) await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    for (let tries = 0; tries < 50 && (await page.locator('.notifications li').count()) < 3; tries++) {
      await page.waitForTimeout(200);
      await page.reload();
    }
    assert.equal(await page.locator('.notifications li.unread').count(), 3);
    await page.getByRole('button', { name: 'Mark as read Job 7001 failed: sync' }).press('Enter');
    await page.getByText('2 unread', { exact: true }).first().waitFor();
    assert.equal(await page.locator('.notifications li.unread').count(), 2);
    await page.getByRole('button', { name: 'Mark all as read' }).press('Enter');
    await page.getByRole('button', { name: 'Mark all as read' }).waitFor({ state: 'detached' });
    assert.equal(await page.locator('.notifications li').count(), 3);
    assert.equal(await bell(page).locator('.count').count(), 0);
    expectClean();
    await close();
  });

  test(`a kind that is switched off stays off ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const { page, expectClean, close } = await open({ javaScriptEnabled });
    for (const on of [false, true]) {
      await page.goto('/notifications');
      await page.getByLabel('Failed jobs').setChecked(on);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(/\/notifications$/);
      assert.equal(await page.getByLabel('Failed jobs').isChecked(), on);
    }
    expectClean();
    await close();
  });
}

for (const theme of THEMES) {
  for (const [name, viewport] of [['a desk', DESKTOP], ['a phone', PHONE]]) {
    test(`the page is readable in the ${theme} theme on ${name}`, async () => {
      const { page, expectClean, close } = await open({ viewport, system: theme });
      await forget();
      await fail(14);
      await page.goto('/notifications');
      await page.locator('html[data-ready]').waitFor({ state: 'attached' });
      await page.getByRole('link', { name: '4 more jobs failed' }).waitFor();
      await expectFits(page);
      await axe(page);
      if (viewport === PHONE) await expectHitAreas(page);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/notifications-${theme}-${viewport.width}.png`, fullPage: true });
      expectClean();
      await close();
    });
  }
}
