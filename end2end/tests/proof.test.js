// What is proved and what the business adds: the audit log, the reconciliation, rules, workflows. By keyboard, in both themes, on a
// desk and on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { sql, startHost } from '../support/host.js';

const HOSTILE = '<img src=x onerror="window.hacked=1"> & "quoted" ' + 'verylongword'.repeat(12);
let host, browser, state;

const open = (options = {}) => openPage(browser, { baseURL: host.url, storageState: state, ...options });
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const shoot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }); };

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  state = await signIn(browser, host);
  const { page, close } = await open();
  await page.goto('/');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Initial sync' }).press('Enter');
  await page.getByText(/synced just now|synced \d+ s ago/).first().waitFor({ timeout: 60_000 });
  await close();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

test('the mirror is compared, what differs is repaired, and it is proved, by keyboard alone', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Reconciliation' }).press('Enter');
  await page.getByText('was not compared with Current RMS yet').waitFor();
  await axe(page);
  await shoot(page, 'proof-empty');
  await sql(host, `update app.opportunities set subject = ${quoted(HOSTILE)} where id in (select id from app.opportunities order by id limit 3)`);
  const compare = async (expected) => {
    await page.getByRole('button', { name: 'Compare now' }).press('Enter');
    await page.getByText(expected).waitFor({ timeout: 60_000 });
  };
  await compare(/3 records of \d+ records differed/);
  await axe(page);
  await page.locator('tbody tr td:first-child a').first().press('Enter');
  await page.getByRole('heading', { level: 1, name: /^Comparison \d+$/ }).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 3);
  await axe(page);
  await shoot(page, 'proof-differs');
  await page.locator('summary').filter({ hasText: 'Repair' }).press('Enter');
  await page.getByRole('button', { name: 'Yes, repair' }).press('Enter');
  await page.getByText('3 repaired.').waitFor();
  await page.getByRole('link', { name: 'Reconciliation' }).first().press('Enter');
  await compare(/Proved equal at .* records/);
  await shoot(page, 'proof-equal');
  await page.goto('/');
  await page.getByText(/proved equal at/).waitFor();
  expectClean();
  await close();
});

test('the audit log is narrowed and verified by keyboard alone', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/audit');
  await page.locator('select[name=action]').selectOption('repair');
  await page.getByRole('button', { name: 'Search' }).press('Enter');
  await page.getByRole('link', { name: 'Remove the filter Did: repair' }).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 4, 'three records and the repair itself');
  await page.locator('tbody tr').first().getByRole('link').first().press('Enter');
  await page.getByRole('link', { name: /^Remove the filter Who/ }).waitFor();
  await page.getByRole('link', { name: 'Verify' }).press('Enter');
  await page.getByText('The log is as it was written').waitFor();
  await axe(page);
  await shoot(page, 'audit-verified');
  await sql(host, "set session_replication_role = replica; update app.audit_log set actor_name = 'nobody' where id = (select min(id) from app.audit_log)");
  await page.getByRole('link', { name: 'Verify' }).press('Enter');
  await page.getByText('One thing is not as it was written.').waitFor();
  await page.getByText(/^row \d+ \(number \d+\) was altered$/).waitFor();
  await axe(page);
  expectClean();
  await close();
});

test('what a list shows is mended several at once, by keyboard alone', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/reconciliation');
  await page.getByRole('link', { name: /^Nothing added/ }).press('Enter');
  const boxes = page.locator('tbody input[type=checkbox]');
  const chosen = [];
  for (const n of [0, 1]) {
    chosen.push((await boxes.nth(n).getAttribute('name')).replace('record-', ''));
    await boxes.nth(n).press('Space');
  }
  // The buttons follow the fields that they send.
  await page.getByLabel('Workflow status').focus();
  await page.keyboard.type('In planning');
  await page.keyboard.press('Tab');
  await page.keyboard.type('High');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('2 records are mended.').waitFor();
  assert.equal(await sql(host, `select count(*) from app.augmented_opportunities where opportunity_id in (${chosen}) and risk_level = 'HIGH' and workflow_status = 'In planning'`), '2\n');
  await axe(page);
  await shoot(page, 'remedies-done');
  // Somebody else is first with one of all that the page shows.
  const first = (await boxes.first().getAttribute('name')).replace('record-', '');
  await sql(host, `insert into app.augmented_opportunities (tenant_id, opportunity_id) select tenant_id, id from app.opportunities where id = ${first}`);
  const all = page.getByLabel(/^All \d+ on this page$/);
  await all.press('Space');
  await page.getByLabel('Risk level').selectOption('LOW');
  await page.getByRole('button', { name: 'Set status and risk' }).press('Enter');
  await page.getByText(/^\d+ records are mended, 1 is not:$/).waitFor();
  await page.getByText('somebody else has added it meanwhile').waitFor();
  await axe(page);
  await shoot(page, 'remedies-mixed');
  await page.goto(`/opportunities/${chosen[0]}/more`);
  await page.getByRole('link', { name: 'Audit' }).last().press('Enter');
  await page.getByRole('link', { name: `Remove the filter Opportunity: ${chosen[0]}` }).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
  expectClean();
  await close();
});

test('a phone shows the newest comparisons without scrolling', async () => {
  const { page, expectClean, close } = await open({ viewport: PHONE });
  await page.goto('/reconciliation');
  const drawing = page.locator('.plot.narrow');
  assert.equal(await page.locator('.plot.roomy').isVisible(), false);
  assert.ok(await drawing.evaluate((plot) => plot.scrollWidth <= plot.clientWidth && plot.getBoundingClientRect().right <= innerWidth));
  expectClean();
  await close();
});

/** Long and hostile texts in all that people write. */
const STATES = `
  with t as (select id from app.tenants where slug = 'demo'), o as (select id from app.opportunities order by id limit 12)
  insert into app.external_integrations (tenant_id, opportunity_id, system_name, external_id, sync_status, last_synced)
    select t.id, o.id, s.name, 'INV-' || o.id, case o.id % 3 when 0 then 'failed' else 'synced' end, now() - interval '2 days'
    from t, o, (values ('Xero'), ('A system with a rather long name of its own')) s (name);
  update app.rules set name = left(${quoted(HOSTILE)}, 100) where id = (select min(id) from app.rules);
  insert into app.mirror_items (tenant_id, run_id, opportunity_id, kind, name, fields, state, error)
    select tenant_id, id, n, (array['altered', 'missing', 'gone'])[1 + n % 3], ${quoted(HOSTILE)}, jsonb_build_array(jsonb_build_object('field', 'subject', 'here', ${quoted(HOSTILE)}, 'there', null)), 'failed', ${quoted(HOSTILE)}
    from app.mirror_runs, generate_series(900001, 900060) n where id = (select min(id) from app.mirror_runs);
  update app.mirror_runs set altered = altered + 60 where id = (select min(id) from app.mirror_runs);`;

test('every state is readable in both themes, on a desk and on a phone', async () => {
  await sql(host, STATES);
  const one = async (query) => (await sql(host, query)).trim();
  const run = await one('select min(id) from app.mirror_runs'), opportunity = await one('select min(id) from app.opportunities'), rule = await one('select min(id) from app.rules');
  const paths = [
    '/audit', '/audit?entityType=mirror%20run&from=2020-01-01&to=2099-01-01', '/audit?action=nothing', '/audit?source=nonsense', '/audit?verify=1',
    '/reconciliation', '/reconciliation?type=unaugmented', '/reconciliation?type=missing-integration&system=Xero', '/reconciliation?type=stale-integrations&system=Xero', `/reconciliation/mirror/${run}`,
    `/opportunities/${opportunity}/more`, '/settings/workflows', '/settings/rules', `/settings/rules/${rule}`,
  ];
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, PHONE]) {
      const { page, expectClean, close } = await open({ viewport, system: theme });
      for (const path of paths) {
        await page.goto(path);
        assert.equal(await page.locator('script[src]').count(), 0);
        for (const more of await page.locator('main details.sure > summary').all()) await more.click();
        await expectFits(page);
        await axe(page);
        if (viewport === PHONE) await expectHitAreas(page);
        assert.equal(await page.locator('[style]').count(), 0);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        await shoot(page, `proof-${paths.indexOf(path)}-${theme}-${viewport.width}`);
      }
      expectClean({ except: [/400/] });
      await close();
    }
  }
});
