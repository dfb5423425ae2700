// Metrics in the browser: the editor's whole journey with the keyboard alone, live previews, what is not saved, and every page in
// both themes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, signIn, THEMES } from '../support/browser.js';
import { command, sql, startHost } from '../support/host.js';

const HOSTILE = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> "quoted" ' + 'verylongword'.repeat(12);
const PICTURES = process.env.PICTURES; // a folder: the pictures of docs/metrics.md
let host, browser, state;

/** Forty customers: the n-th ordered four times, each 3 n days apart, and some have something booked. */
const CUSTOMERS = `
  insert into app.opportunities (tenant_id, id, name, state, status, starts_at, charge_total, organisation_id, organisation_name, updated_at_rms, data, digest, synced_at)
  select t.id, 1000000 + 10 * n + k, 'Show ' || n, 3, 5,
      now() + case when k = 5 then interval '40 days' else (-3 * n * (k + 1)) * interval '1 day' end, 300 + 37 * n * k, 900000 + n,
      case n when 40 then '${HOSTILE.replaceAll("'", "''")}' else (array['Umbra Live', 'Brass & Bell', 'Pier 9 Venues', 'Ace Trace', 'North Hall', 'Quay Sound', 'Larch Events', 'Tall Ships'])[1 + n % 8] || ' ' || n end,
      now(), '{}', sha256(''), now()
  from app.tenants t, generate_series(1, 40) n, generate_series(1, 5) k where t.slug = 'demo' and (k < 5 or n % 3 = 0)`;

before(async () => {
  host = await startHost({ args: ['--no-worker'] });
  await sql(host, CUSTOMERS);
  browser = await launchBrowser();
  state = await signIn(browser, host);
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

const open = async (path, options = {}) => {
  const opened = await openPage(browser, { baseURL: host.url, storageState: state, ...options });
  await opened.page.goto(path);
  return opened;
};

const ready = (page) => page.locator('html[data-ready]').waitFor({ state: 'attached' });
/** Waits for the answer to a change: the form is busy no more. */
const settled = (page) => page.locator('form.metric-editor:not([data-busy])').waitFor();

/** Presses Tab until the element with this id or name has the focus: nothing is reached in another way. */
async function tabTo(page, id) {
  for (let presses = 0; presses < 150; presses += 1) {
    const [here, label] = await page.evaluate(() => [document.activeElement?.id, document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim()]);
    if (here === id || label === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${id} is not reached with the keyboard`);
}

/** Chooses in a select as a keyboard does: by typing the beginning of the word. */
async function choose(page, id, word) {
  await tabTo(page, id);
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.keyboard.type(word);
  await answer;
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.id), id, 'the focus stays where it was');
}

async function press(page, id) {
  await tabTo(page, id);
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.keyboard.press('Enter');
  await answer;
  await settled(page);
}

const focused = (page) => page.evaluate(() => document.activeElement?.id);

test('the whole journey is made with the keyboard alone', async () => {
  const { page, expectClean, close } = await open('/metrics/definitions');
  await ready(page);
  await tabTo(page, 'Make a metric');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Make a metric' }).waitFor();
  // From a template.
  for (let presses = 0; presses < 60 && !(await page.evaluate(() => document.activeElement?.getAttribute('href')?.includes('template=at_risk_cadence'))); presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New metric' }).waitFor();
  await ready(page);
  await page.getByText('Customers where orders in 24 months is at least 3').waitFor();
  const total = async () => Number(await page.locator('[data-part="preview"] .total').textContent());
  const before = await total();
  assert.ok(before > 0, 'the template finds somebody');

  // Nest the first condition in a group: the menu opens, and the focus goes to the group.
  await tabTo(page, 'step-more-n/0');
  await page.keyboard.press('Enter');
  await press(page, 'Nest in a group: condition 1: orders in 24 months is at least 3');
  assert.equal(await focused(page), 'n/0.join');
  await page.getByRole('status').filter({ hasText: 'Nested in a group.' }).waitFor();
  await press(page, 'Add condition to group 1');
  assert.equal(await focused(page), 'n/0/1.f');
  await choose(page, 'n/0/1.f', 'revenue in 12');
  await page.getByText('1 condition is not filled in yet').waitFor();
  // An error beside its input, with what would help; then it is mended, and the preview follows by itself.
  await tabTo(page, 'n/0/1.v');
  await page.keyboard.type('much');
  await page.locator('[id="n/0/1-error"]').filter({ hasText: /\w/ }).waitFor();
  assert.equal(await page.locator('[id="n/0/1.v"]').getAttribute('aria-invalid'), 'true');
  assert.ok((await page.locator('[id="n/0/1.v"]').getAttribute('aria-describedby')).includes('n/0/1-error'));
  assert.equal(await focused(page), 'n/0/1.v', 'nobody who types is disturbed');
  await axe(page);
  for (const _ of 'much') await page.keyboard.press('Backspace');
  await page.keyboard.type('1');
  await page.locator('[id="n/0/1-error"]').waitFor({ state: 'hidden' });
  await page.getByText('either orders in 24 months is at least 3 or revenue in 12 months').first().waitFor();
  assert.equal(await page.locator('[id="n/0/1.v"]').getAttribute('aria-invalid'), null);
  assert.ok((await total()) >= before);
  assert.ok(await page.getByText('Not saved').isVisible());

  // Save; change; compare; end.
  await tabTo(page, 'Save and activate');
  await page.keyboard.press('Enter');
  await page.getByText('Saved: version 1 counts from now on.').waitFor();
  await tabTo(page, 'Definition');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'At risk: late' }).waitFor();
  await ready(page);
  await tabTo(page, 'p/0.default');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1');
  await page.getByText(/\d+ enter, 0 leave against v1/).waitFor();
  await tabTo(page, 'note');
  await page.keyboard.type('Earlier');
  await page.keyboard.press('Enter'); // saves nothing
  await settled(page);
  assert.match(page.url(), /\/edit$/);
  await tabTo(page, 'Save as new version'); // past the end of the page, and on from its beginning
  await page.keyboard.press('Enter');
  await page.getByText('Saved: version 2 counts from now on.').waitFor();
  await tabTo(page, 'History');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Versions', exact: true }).waitFor();
  await tabTo(page, 'Compare with the one before: version 2');
  await page.keyboard.press('Enter');
  await page.getByText('Version 2 against version 1, on the records of now.').waitFor();
  await page.getByText('Earlier').waitFor();
  await tabTo(page, 'Metric');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Behind the number' }).waitFor();
  await page.locator('#end > summary').focus();
  await page.keyboard.press('Enter');
  await tabTo(page, 'reason');
  await page.keyboard.type('One word for it is enough');
  await tabTo(page, 'replacedBy');
  await page.keyboard.type('at_risk_customer');
  await tabTo(page, 'Deprecate this metric');
  await page.keyboard.press('Enter');
  await page.getByText('This metric is deprecated', { exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'at_risk_customer' }).count(), 1);
  expectClean();
  await close();
});

test('what is typed is not lost: not to a late answer, not to a lost host, not to a closed page', async () => {
  const { page, context, expectClean, close } = await open('/metrics/definitions/at_risk_customer/edit');
  await ready(page);
  assert.ok(await page.getByText('Not saved').isHidden());
  // A slow answer is overtaken by a newer one.
  let first = true;
  await page.route('**/edit', async (route) => {
    if (route.request().method() === 'POST' && first) { first = false; await new Promise((done) => { setTimeout(done, 1500); }); }
    await route.continue().catch(() => {});
  });
  const value = page.locator('[id="n/0.v"]');
  await value.fill('45');
  await page.waitForRequest((request) => request.method() === 'POST');
  await value.fill('60');
  await page.getByText('is more than 60.').waitFor();
  assert.equal(await value.inputValue(), '60');
  // A step that is overtaken by typing happens once, with what was typed.
  first = true;
  await page.getByRole('button', { name: 'Add condition' }).click();
  await page.locator('#note').fill('while it was on its way');
  await page.locator('[id="n/1.f"]').waitFor();
  assert.equal(await page.locator('.condition').count(), 2);
  assert.equal(await page.locator('#note').inputValue(), 'while it was on its way');
  // Without the host nothing is lost, and it is said.
  await page.unroute('**/edit');
  await context.setOffline(true);
  await value.fill('61');
  await page.getByText('Backline could not be reached.').waitFor();
  await context.setOffline(false);
  await value.fill('62');
  await page.getByText('is more than 62.').waitFor();
  // Leaving asks first; staying keeps all.
  let asked = 0;
  page.on('dialog', async (dialog) => { asked += 1; assert.equal(dialog.type(), 'beforeunload'); await (asked === 1 ? dialog.dismiss() : dialog.accept()); });
  await page.getByRole('link', { name: 'Leave' }).click();
  await page.waitForFunction(() => true);
  assert.equal(await value.inputValue(), '62');
  await page.getByRole('link', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: 'Behind the number' }).waitFor();
  assert.equal(asked, 2);
  expectClean({ except: [/ERR_INTERNET_DISCONNECTED/, /ERR_ABORTED/] });
  await close();
});

test('the list is searched while somebody types, and its address keeps what was asked', async () => {
  const { page, expectClean, close } = await open('/metrics/definitions');
  await ready(page);
  await page.getByRole('searchbox').fill('contacted');
  await page.getByRole('link', { name: 'At Risk Customer' }).waitFor({ state: 'detached' });
  assert.match(page.url(), /search=contacted/);
  await page.reload();
  await page.getByRole('link', { name: 'Contacted Recently' }).waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'contacted');
  expectClean();
  await close();
});

test('JSON goes both ways, and one record is explained', async () => {
  const { page, expectClean, close } = await open('/metrics/definitions/at_risk_customer/edit');
  await ready(page);
  await page.locator('#json-card > summary').press('Enter');
  const json = page.locator('#json');
  await json.fill((await json.inputValue()).replace('30', 'x'));
  await page.getByRole('button', { name: 'Use this JSON' }).press('Enter');
  await page.getByText(/^Line \d+, column \d+:/).waitFor();
  await json.fill('{"entity": "customer", "where": {"any": [{"f": "days_since_last_order", "op": "gt", "v": 33}, {"f": "open_quotes", "op": "eq", "v": 0}]}}');
  await page.getByRole('button', { name: 'Use this JSON' }).press('Enter');
  await page.getByText('either days since last order is more than 33 or open quotes is 0').first().waitFor();
  assert.equal(await page.locator('[id="n.join"]').inputValue(), 'any');
  assert.equal(await page.locator('[id="n/0.v"]').inputValue(), '33');
  await page.getByRole('button', { name: /^Why .*\?$/ }).first().press('Enter');
  await page.getByText('Counts', { exact: true }).waitFor();
  await page.locator('#record').fill('1');
  await page.getByText('There is no customer with the id 1.').waitFor();
  expectClean();
  await close();
});

test('without WASM the same buttons are ordinary ones', async () => {
  const { page, expectClean, close } = await open('/metrics/definitions/at_risk_customer/edit', { javaScriptEnabled: false });
  await page.getByRole('button', { name: 'Add group' }).press('Enter');
  await page.locator('[id="n/1/0.f"]').selectOption('open_quotes');
  await page.locator('[id="n/0.v"]').fill('31');
  await page.getByRole('button', { name: 'Update' }).press('Enter');
  await page.locator('[id="n/1/0.v"]').fill('2');
  await page.getByRole('button', { name: 'Update' }).press('Enter');
  await page.getByText('is more than 31').first().waitFor();
  assert.ok(await page.getByText('Not saved').isVisible());
  expectClean();
  await close();
});

test('every page is readable in both themes, on a desk and on a phone', async () => {
  const demo = "(select id from app.tenants where slug = 'demo')";
  await sql(host, `begin;
    insert into app.metric_definitions (tenant_id, code, state, active_version, newest_version) values (${demo}, 'long', 'active', 2, 3);
    insert into app.metric_versions (tenant_id, code, version, name, description, formula, note, tests) select ${demo}, 'long', v, left('${HOSTILE}' || v, 200), '${HOSTILE}',
      json_build_object('field', 'days_since_last_order', 'operator', '>', 'value', 20 * v), case v when 1 then null else '${HOSTILE}' end,
      '[{"fields": {"days_since_last_order": 47}, "expected": true}, {"fields": {"days_since_last_order": null}, "expected": true}]' from generate_series(1, 3) v;
    insert into app.metric_values (tenant_id, code, computed_at, version, value, matched, base) select ${demo}, 'long', now() - d * interval '1 day', case when d > 12 then 1 else 2 end, 20 + d % 7, 20 + d % 7, 40 from generate_series(1, 30) d; commit;`);
  const paths = [
    '/metrics/definitions', '/metrics/definitions?search=nothing+such', '/metrics/definitions?includeDeprecated=true&state=nonsense', '/metrics/new', '/metrics/new?template=at_risk_cadence',
    '/metrics/new?template=quote_stuck', '/metrics/new?simple=%7B', '/metrics/definitions/long', '/metrics/definitions/long/edit', '/metrics/definitions/long/history?from=1&to=2', '/metrics/definitions/contacted_recently',
    '/metrics/definitions/at_risk_cadence',
  ];
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, PHONE]) {
      const { page, expectClean, close } = await open('/metrics/definitions', { viewport, system: theme });
      for (const path of paths) {
        await page.goto(path);
        for (const more of await page.locator('main details:not(.menu) > summary').all()) await more.click();
        await expectFits(page);
        await axe(page);
        if (viewport === PHONE) await expectHitAreas(page);
        assert.equal(await page.locator('[style]').count(), 0);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/metrics-${paths.indexOf(path)}-${theme}-${viewport.width}.png`, fullPage: true });
      }
      expectClean({ except: [/404/] });
      await close();
    }
  }
});

test('the pictures of the guide', { skip: !PICTURES }, async () => {
  const demo = "(select id from app.tenants where slug = 'demo')";
  await sql(host, `begin;
    insert into app.metric_definitions (tenant_id, code, state, active_version, newest_version) values (${demo}, 'quiet', 'active', 2, 2);
    insert into app.metric_versions (tenant_id, code, version, name, description, formula, note) select ${demo}, 'quiet', v, 'Gone quiet', 'No order for a good while: somebody should call.',
      json_build_object('field', 'days_since_last_order', 'operator', '>', 'value', 30 * v), (array['As in the first system', 'Fewer false alarms in summer'])[v] from generate_series(1, 2) v;
    insert into app.metric_values (tenant_id, code, computed_at, version, value, matched, base) select ${demo}, 'quiet', now() - d * interval '1 day', case when d > 12 then 1 else 2 end, n, n, 40
      from (select d, case when d > 12 then 31 else 21 end + d % 4 n from generate_series(1, 30) d) v; commit;`);
  const { page, close } = await open('/metrics/new?template=at_risk_cadence', { viewport: { width: 1440, height: 860 } });
  await ready(page);
  await page.screenshot({ path: `${PICTURES}/metric-editor.png` });
  for (const [name, path] of [['metric', 'quiet'], ['metric-history', 'quiet/history?from=1&to=2']]) {
    await page.goto(`/metrics/definitions/${path}`);
    await page.screenshot({ path: `${PICTURES}/${name}.png` });
  }
  await close();
});
