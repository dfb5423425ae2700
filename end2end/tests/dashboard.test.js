// The journey of the first day: sign in by the printed link, press Initial sync, see the account. Then the same page in every
// theme and width, by keyboard alone, and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES } from '../support/browser.js';
import { setTimeout as pause } from 'node:timers/promises';
import { sql, startHost } from '../support/host.js';

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
const region = (page, name) => page.getByRole('region', { name, exact: true });
const ready = (page) => page.locator('html[data-ready]').waitFor({ state: 'attached' });

test('before the first sync the page says what it will do, and offers nothing else', async () => {
  for (const theme of THEMES) {
    const { page, expectClean, close } = await open({ theme });
    await page.goto('/');
    await ready(page);
    await page.getByText('First time here').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Incremental sync' }).isDisabled(), true);
    for (const name of ['Status', 'Status by day']) await region(page, name).getByText('Nothing is mirrored yet.').waitFor();
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
  const rows = await region(page, 'Status').locator('.chart-data tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.cells[1].textContent)));
  assert.deepEqual(rows, data.statusDistribution.map((status) => status.count));
  assert.equal(rows.reduce((sum, count) => sum + count, 0), data.overview.totalOpportunities);
  await close();
});

test('after its first sync the demo has a month of nights', async () => {
  const { page, expectClean, close } = await open();
  const nights = async () => (await (await page.request.get('/api/dashboard')).json()).data.byDay.filter((day) => day.figures);
  let kept = await nights();
  while (kept.length < 30) { await pause(100); kept = await nights(); }
  for (const { figures } of kept) assert.equal(figures.statuses.reduce((sum, status) => sum + status.count, 0), figures.totalOpportunities);
  assert.ok(kept[0].figures.totalOpportunities < kept.at(-1).figures.totalOpportunities, 'the account grew');
  await page.goto('/');
  await ready(page);
  assert.match(await region(page, 'Opportunities').locator('.delta').textContent(), /^↑ up \d+ % against/);
  expectClean();
  await close();
});

test('on the first day the status by day is today, and its numbers lead to their lists', async () => {
  await sql(host, 'delete from app.dashboard_snapshots');
  const { page, expectClean, close } = await open();
  while ((await (await page.request.get('/api/dashboard')).json()).data.byDay.slice(0, -1).some((day) => day.figures)) await pause(100);
  await page.goto('/');
  await ready(page);
  const card = region(page, 'Status by day');
  await card.getByText('Today is the first day.').waitFor();
  const keys = await card.locator('.keys a').evaluateAll((keys) => keys.map((key) => Number(key.querySelector('.now').textContent)));
  assert.equal(keys.reduce((sum, count) => sum + count, 0), 245);
  for (const name of ['Open value', 'Opportunities', 'Failed records']) {
    assert.match(await region(page, name).textContent(), /no figure for the period before yet/, name);
    assert.equal(await region(page, name).locator('.spark').count(), 0, name);
  }
  await axe(page);
  await card.locator('.keys a').first().click();
  await page.getByText(new RegExp(`^${keys[0]} records`)).waitFor();
  expectClean();
  await close();
});

test('after a month of nights every card has its change and its line; a night that was missed is a gap', async () => {
  // 30 nights, one of them missed, and a status that nobody uses any more, with a name that does not end.
  await sql(host, `
    with nights as (select t.id, (now() at time zone t.timezone)::date - n as day, n from app.tenants t, generate_series(1, 30) n where t.slug = 'demo' and n <> 5),
    counts as (
      select v.id, v.day, o.status, max(o.opportunity_status) as name, greatest(1, count(*) - count(*) * v.n / 60) as count, coalesce(sum(o.charge_total), 0) as value
      from nights v join app.opportunities o on o.tenant_id = v.id where o.deleted_at is null and o.status is not null group by v.id, v.day, v.n, o.status
      union all select v.id, v.day, 99, 'Awaiting a signature <b>of everybody</b> who was ever asked ' || repeat('and again ', 12), v.n / 3, 0 from nights v where v.n > 10
    ), totals as (
      insert into app.dashboard_snapshots (tenant_id, day, total_opportunities, open_value, orders_this_month, failed_records)
      select v.id, v.day, sum(c.count), 1000000 + 9000 * (v.n % 7) - 6000 * v.n, 24 + v.n % 9, v.n % 4 from nights v join counts c using (id, day) group by v.id, v.day, v.n
    )
    insert into app.status_snapshots (tenant_id, day, status, name, count, value) select * from counts`);
  const { page, expectClean, close } = await open();
  const read = async () => (await (await page.request.get('/api/dashboard')).json()).data;
  let data = await read();
  while (data.byDay.filter((day) => day.figures).length < 29) { await pause(100); data = await read(); }
  await page.goto('/');
  await ready(page);
  for (const name of ['Open value', 'Opportunities', 'Failed records']) {
    const text = await region(page, name).locator('.delta').textContent();
    assert.match(text, /^([↑↓] (up|down) .*(against |\()|no change against )\d+ \w+/, name);
    await region(page, name).getByRole('img', { name: /^From .* on \d+ \w+ to .* today$/ }).waitFor();
  }
  const now = data.overview.totalOpportunities, then = data.before.totalOpportunities.value;
  assert.match(await region(page, 'Opportunities').locator('.delta').textContent(), new RegExp(`up ${Math.round((now - then) * 100 / then)} % against`));
  const card = region(page, 'Status by day');
  await card.getByText('As a table').click();
  const rows = await card.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)));
  assert.equal(rows.length, 30);
  assert.deepEqual(rows[5], ['not kept that night']);
  for (const [index, row] of rows.entries()) {
    if (index === 5) continue;
    const counts = row.map(Number), all = counts.pop();
    assert.equal(counts.reduce((sum, count) => sum + count, 0), all);
    assert.equal(all, data.byDay[29 - index].figures.totalOpportunities);
  }
  await axe(page);
  await expectFits(page);
  expectClean();
  await close();
});

test('numbers of changes and failures lead to their lists, with the dates of the page', async () => {
  const { page, close } = await open();
  await page.goto('/?from=2026-01-01&to=2030-12-31');
  const { data } = await (await page.request.get('/api/dashboard')).json();
  assert.equal(await region(page, 'Failed records').locator('.value a').getAttribute('href'), '/failures');
  assert.equal(await page.getByRole('link', { name: 'All changes' }).getAttribute('href'), '/changes?startsFrom=2026-01-01&startsTo=2030-12-31');
  await region(page, 'Last 7 days').getByText('As a table').click();
  const links = await region(page, 'Last 7 days').locator('tbody a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert.deepEqual(links, data.timeline.map(({ date }) => `/changes?from=${date}&to=${date}&startsFrom=2026-01-01&startsTo=2030-12-31`));
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`chosen dates stay until all dates are asked for, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const { page, expectClean, close } = await open({ javaScriptEnabled });
    const shown = () => page.locator('.quick input[type=date]').evaluateAll((fields) => fields.map((field) => field.value));
    const current = () => page.locator('.quick [aria-current]').textContent();
    await page.goto('/');
    const all = await region(page, 'Opportunities').locator('.value').textContent();
    assert.equal(await current(), 'All dates');
    await page.getByText('Other dates').click();
    await page.getByLabel('Starts from').fill('2026-12-01');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/\/\?from=2026-12-01$/);
    const some = await region(page, 'Opportunities').locator('.value').textContent();
    assert.ok(Number(some) < Number(all), `${some} of ${all}`);
    await page.goto('/opportunities');
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
    await page.locator('.quick summary').getByText('from 1 Dec').waitFor();
    assert.match(await current(), /^Other dates: from 1 Dec/);
    assert.deepEqual(await shown(), ['2026-12-01', '']);
    assert.equal(await region(page, 'Opportunities').locator('.value').textContent(), some);
    await page.getByRole('link', { name: 'All dates' }).click();
    await page.waitForURL(/\/$/);
    assert.deepEqual(await shown(), ['', '']);
    assert.equal(await current(), 'All dates');
    assert.equal(await region(page, 'Opportunities').locator('.value').textContent(), all);
    expectClean();
    await close();
  });
}

for (const theme of THEMES) {
  for (const viewport of [DESKTOP, PHONE, { width: 1920, height: 1080 }]) {
    test(`${theme}, ${viewport.width} px: axe finds nothing, nothing sticks out, the console is silent`, async () => {
      const { page, expectClean, close } = await open({ theme, viewport });
      await page.goto('/');
      await ready(page);
      await axe(page);
      await expectFits(page);
      if (viewport === PHONE) await expectHitAreas(page);
      await page.getByText('Other dates').click();
      await axe(page);
      await expectFits(page);
      if (viewport === PHONE) await expectHitAreas(page);
      await page.locator('.side .menu > summary').click();
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
  await page.locator('.side .menu > summary').focus();
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

test('a menu closes with Escape, which goes back to its button, and with a click elsewhere', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/');
  await ready(page);
  const from = page.getByLabel('Starts from');
  await page.getByText('Other dates').press('Enter');
  await from.focus();
  await page.keyboard.press('Escape');
  await from.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Other dates');
  await page.keyboard.press('Enter');
  await from.click();
  await from.waitFor();
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).click();
  await from.waitFor({ state: 'hidden' });
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
  await page.locator('.side .menu > summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto('/');
  assert.match(page.url(), /\/sign-in$/);
  await close();
});
