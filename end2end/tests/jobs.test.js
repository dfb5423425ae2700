// The Jobs screen: readable in both themes, usable by keyboard and without WASM, safe with hostile text, and live.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { command, sql, startHost } from '../support/host.js';

const HOSTILE = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> "quoted" & \u202Eback\u202C ' + 'verylongword'.repeat(60);
let host, browser, state, empty;

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
/** Jobs of the demo company that no worker takes. */
const add = (count, status, { kind = 'report_generation', error, more = '' } = {}) => sql(host, `
  insert into app.jobs (tenant_id, type, status, payload, errors, result, attempts, run_at, started_at, completed_at, lease_until, progress, dedupe_key)
  select id, ${quoted(kind)}, '${status}', jsonb_build_object('note', ${quoted(HOSTILE)}),
    ${error ? `jsonb_build_array(jsonb_build_object('attempt', 1, 'at', now(), 'error', ${quoted(error)}))` : "'[]'"},
    case when '${status}' = 'completed' then jsonb_build_object('said', ${quoted(HOSTILE)}) end, 1, now() - interval '5 minutes', now() - interval '1 minute',
    case when '${status}' in ('completed', 'failed', 'cancelled') then now() end, case when '${status}' = 'processing' then now() + interval '1 hour' end,
    case when '${status}' = 'processing' then '{"done": 1500, "total": 4000}'::jsonb end, null
  from app.tenants, generate_series(1, ${count}) where slug = 'demo' ${more}`);

before(async () => {
  host = await startHost({ args: ['--no-worker'], env: { BACKLINE_PROBE_JOBS: '1' } });
  browser = await launchBrowser();
  state = await signIn(browser, host);
  await sql(host, 'update app.schedules set enabled = false; delete from app.jobs; delete from app.job_minutes');
  await command(host, ['tenant', 'create', '--slug', 'empty', '--name', 'Empty']);
  await command(host, ['user', 'create', '--tenant', 'empty', '--email', 'rep@empty.example', '--name', 'Rep', '--role', 'rep', '--password-stdin'], 'a long enough password');
  await add(60, 'completed', { kind: 'sync' });
  await add(3, 'failed', { error: HOSTILE });
  await add(2, 'pending');
  await add(1, 'processing');
  await sql(host, "insert into app.job_minutes select id, date_trunc('minute', now()) - interval '1 minute' * m, 'sync', 5, 1, 300, 900, 100 from app.tenants, generate_series(0, 1400, 7) m where slug = 'demo'");
  await sql(host, "insert into app.job_workers (id, name, types, running, completed, failed, rescued, refused, seen_at) values (gen_random_uuid(), 'host-7.example:4242', '{sync}', 3, 120000, 14, 2, 1, now() + interval '10 minutes')");
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

const open = async (options = {}) => {
  const opened = await openPage(browser, { baseURL: host.url, storageState: state, ...options });
  opened.to = async (path) => {
    await opened.page.goto(path);
    if (options.javaScriptEnabled !== false) await opened.page.locator('html[data-ready]').waitFor({ state: 'attached' });
  };
  return opened;
};

const shots = process.env.SHOTS;
const shoot = async (page, name) => { if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true }); };

for (const theme of THEMES) {
  for (const [name, viewport] of [['a desk', DESKTOP], ['a phone', PHONE]]) {
    test(`the queue and its jobs are readable in the ${theme} theme on ${name}`, async () => {
      const { page, to, expectClean, close } = await open({ viewport, system: theme });
      const pages = ['/jobs', '/jobs?status=failed', '/jobs?status=failed&again=1', '/jobs?schedule=1', '/jobs?type=nothing'];
      await to('/jobs?status=failed');
      pages.push(await page.locator('table.list tbody a').first().getAttribute('href'));
      await to('/jobs?status=processing');
      pages.push(await page.locator('table.list tbody a').first().getAttribute('href'));
      for (const path of pages) {
        await to(path);
        await expectFits(page);
        await axe(page);
        if (viewport === PHONE) await expectHitAreas(page);
        assert.equal(await page.locator('[style]').count(), 0);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        await shoot(page, `${path.replaceAll(/[/?&=]+/g, '-').replace(/-\d+$/, '-one')}-${theme}-${viewport.width}-${pages.indexOf(path)}`);
      }
      expectClean();
      await close();
    });
  }
}

test('without a job the screen says so, and a reader is offered nothing', async () => {
  const { page, expectClean, close } = await openPage(browser, { baseURL: host.url });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('rep@empty.example');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Jobs' }).click();
  await page.getByText('No job yet.').waitFor();
  await page.getByText('nothing is due').waitFor();
  assert.equal(await page.locator('main form[method=post]').count(), 0);
  await page.getByRole('link', { name: 'Failed 0' }).click();
  await page.getByText('Nothing fits these filters.').waitFor();
  await axe(page);
  expectClean();
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';
  test(`a failed job is tried again and cancelled ${how} WASM`, async () => {
    await add(1, 'failed', { kind: `job_${how}`, error: 'no route' });
    const { page, to, expectClean, close } = await open({ javaScriptEnabled });
    await to(`/jobs?status=failed&type=job_${how}`);
    await page.getByRole('row', { name: /Failed .* no route/ }).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: new RegExp(`Job ${how} \\d+`) }).waitFor();
    await page.getByRole('cell', { name: 'no route' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('status').getByText('is back in the queue.').waitFor();
    await page.getByText('Pending', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('status').getByText('is cancelled.').waitFor();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    expectClean();
    await close();
  });

  test(`all failed of a filter are tried again after a question ${how} WASM`, async () => {
    const kind = `bulk_${how}`;
    await add(4, 'failed', { kind, error: 'no route' });
    const { page, to, expectClean, close } = await open({ javaScriptEnabled });
    await to(`/jobs?type=${kind}`);
    await page.getByRole('link', { name: 'Try again all failed of this list' }).click();
    const question = page.getByRole('region', { name: 'Try again' });
    await question.getByText('4 failed jobs go back to the queue with all their attempts.').waitFor();
    await question.getByRole('link', { name: 'Leave them' }).click();
    await page.getByRole('link', { name: 'Failed 4' }).waitFor();
    await page.getByRole('link', { name: 'Try again all failed of this list' }).click();
    await question.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('status').getByText('4 jobs are back in the queue.').waitFor();
    await to(`/jobs?type=${kind}`);
    await page.getByRole('link', { name: 'Failed 0' }).waitFor();
    await page.getByRole('link', { name: 'Pending 4' }).waitFor();
    expectClean();
    await close();
  });

  test(`a schedule is changed by keyboard ${how} WASM`, async () => {
    const { page, to, expectClean, close } = await open({ javaScriptEnabled });
    await to('/jobs');
    await page.getByRole('link', { name: 'Nightly sweep' }).focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'Nightly sweep' });
    const cron = panel.getByLabel('Runs at (cron)');
    await cron.fill('every day');
    await cron.press('Enter');
    await panel.getByText('Expected five fields').waitFor();
    assert.equal(await cron.getAttribute('aria-invalid'), 'true');
    assert.equal(await cron.inputValue(), 'every day');
    if (javaScriptEnabled) {
      await page.locator('html[data-ready]').waitFor({ state: 'attached' });
      await axe(page);
    }
    await cron.fill('15 4 * * 1-5');
    await cron.press('Enter');
    await page.getByRole('status').getByText('The schedule is changed.').waitFor();
    await panel.getByText('Monday to Friday at 04:15').waitFor();
    if (javaScriptEnabled) await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    await panel.getByRole('button', { name: /Resume|Pause/ }).click();
    await page.getByRole('status').getByText(/runs again|is paused/).waitFor();
    await panel.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('heading', { level: 1, name: /^Sync \d+/ }).waitFor();
    await page.getByText('nightly-sweep').waitFor();
    expectClean();
    await close();
    await sql(host, "update app.schedules set cron = '0 2 * * *'; delete from app.jobs where dedupe_key = 'nightly-sweep'");
  });
}

test('filters stand in the address, pages turn, and the numbers follow by themselves', async () => {
  const { page, to, expectClean, close } = await open();
  await to('/jobs?type=sync&status=completed');
  await page.getByText('1–50 of 60').waitFor();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText('51–60 of 60').waitFor();
  await page.getByLabel('Created from').fill('2020-01-01');
  await page.getByLabel('to', { exact: true }).fill('2020-01-02');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Nothing fits these filters.').waitFor();
  assert.match(page.url(), /type=sync/);
  assert.match(page.url(), /status=completed/);
  await to('/jobs?type=probe');
  await page.getByRole('link', { name: 'Pending 0' }).waitFor();
  const made = await page.request.post('/api/jobs', { headers: { origin: host.url }, data: { type: 'probe' } });
  assert.equal(made.status(), 201);
  await page.getByRole('link', { name: 'Pending 1' }).waitFor();
  expectClean();
  await close();
});
