// Lists that become files, and files that become people: by keyboard, without a script, in both themes, on a desk and on a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { command, sql, startHost } from '../support/host.js';

const HOSTILE = '<img src=x onerror="window.hacked=1"> & "quoted" ' + 'verylongword'.repeat(12);
let host, browser, state, key;

const open = (options = {}) => openPage(browser, { baseURL: host.url, storageState: state, ...options });
const csv = (...lines) => ({ name: 'team.csv', mimeType: 'text/csv', buffer: Buffer.from(['E-mail,Full name,Job,Desk', ...lines].join('\n')) });
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  state = await signIn(browser, host);
  await command(host, ['user', 'create', '--tenant', 'demo', '--email', 'rep@demo.example', '--name', 'Rep', '--role', 'rep', '--password-stdin'], 'a long enough password');
  key = await command(host, ['api-key', 'create', '--tenant', 'demo', '--name', 'reader', '--scope', 'read']);
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

test('a filtered list becomes a workbook by keyboard alone', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/opportunities?kind=booked&sort=id');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.getByRole('link', { name: 'Excel', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor();
  const ask = page.getByRole('region', { name: 'New file' });
  await ask.getByText('Booked: orders that stand').waitFor();
  assert.equal(await ask.getByLabel('Format').inputValue(), 'xlsx');
  assert.equal(await ask.getByRole('link', { name: 'Back to the list to change this' }).getAttribute('href'), '/opportunities?kind=booked&sort=id');
  assert.equal(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Reports' }).getAttribute('aria-current'), 'page');
  await ask.getByRole('button', { name: 'Make the file' }).focus();
  await page.keyboard.press('Enter');
  // The page is read again by itself until the file is there.
  const line = page.getByRole('listitem').filter({ hasText: 'Kind: Booked' });
  await line.getByText('Ready').waitFor({ timeout: 30_000 });
  const take = line.getByRole('link', { name: /^Download opportunities-.*\.xlsx$/ });
  await take.focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.match(download.suggestedFilename(), /^opportunities-\d{4}-\d\d-\d\d\.xlsx$/);
  const bytes = await readFile(await download.path());
  assert.equal(bytes.subarray(0, 4).toString('latin1'), 'PK\u0003\u0004');
  assert.ok(bytes.includes('xl/worksheets/sheet1.xml') && bytes.includes('[Content_Types].xml'), 'a workbook');
  expectClean();
  await close();
});

test('every list has its Excel button, and changes and failed records lead to the same page', async () => {
  const { page, expectClean, close } = await open();
  for (const [path, words] of [['/changes?kind=created', 'Added'], ['/failures', 'All of them']]) {
    await page.goto(path);
    await page.getByRole('link', { name: 'Excel', exact: true }).click();
    await page.getByRole('region', { name: 'New file' }).getByText(words).waitFor();
  }
  expectClean();
  await close();
});

test('a CSV of people is brought, checked and taken, and the error file of a bad one is there', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/settings/account');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Import' }).click();
  const bring = async (...lines) => {
    await page.getByLabel('File', { exact: true }).setInputFiles(csv(...lines));
    await page.getByRole('button', { name: 'Upload' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'team.csv' }).waitFor();
    // Two are guessed; the third is nobody's name for it.
    assert.deepEqual([await page.getByLabel('Email').inputValue(), await page.getByLabel('Name').inputValue(), await page.getByLabel('Role').inputValue()], ['E-mail', 'Full name', '']);
    await page.getByLabel('Role').selectOption('Job');
    await page.getByRole('button', { name: 'Check every row' }).press('Enter');
  };
  const step = page.locator('.steps [aria-current=step]');

  await bring('nobody,Nina,rep,1', 'olaf@demo.example,Olaf,owner,2', 'pia@demo.example,Pia,rep,3');
  await page.getByText('2 of 3 rows cannot be taken, so none is.').waitFor({ timeout: 30_000 });
  assert.match(await step.innerText(), /Check/);
  await page.getByRole('row', { name: '2 Email must contain an @' }).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'All bad rows as CSV' }).press('Enter')]);
  const errors = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);
  assert.equal(errors[0], 'Line,What is wrong,E-mail,Full name,Job,Desk');
  assert.equal(errors.length, 3);
  await axe(page);

  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await bring('nina@demo.example,Nina,rep,1', 'olaf@demo.example,Olaf,manager,2');
  await page.getByText('Every row can be taken.').waitFor({ timeout: 30_000 });
  assert.match(await step.innerText(), /Take/);
  await axe(page);
  await page.getByRole('button', { name: 'Take all 2 rows' }).press('Enter');
  await page.getByText('2 people are invited.').waitFor({ timeout: 30_000 });
  await axe(page);
  await page.getByRole('link', { name: 'To the people' }).press('Enter');
  await page.getByText('nina@demo.example').first().waitFor();
  expectClean();
  await close();
});

test('who may only read is offered no form', async () => {
  const { page, expectClean, close } = await openPage(browser, { baseURL: host.url, extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  await page.goto('/reports');
  await page.getByRole('heading', { name: 'Files' }).waitFor();
  assert.equal(await page.locator('main form').count(), 0);
  expectClean({ except: [/Bearer|favicon|401|403/] });
  await close();

  const rep = await openPage(browser, { baseURL: host.url });
  await rep.page.goto('/sign-in');
  await rep.page.getByLabel('E-mail').fill('rep@demo.example');
  await rep.page.getByLabel('Password').fill('a long enough password');
  await rep.page.getByRole('button', { name: 'Sign in' }).click();
  await rep.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  await rep.page.goto('/settings/account');
  assert.equal(await rep.page.getByRole('link', { name: 'Import' }).count(), 0);
  await rep.page.goto('/imports');
  await rep.page.getByText('Your role does not allow this.').waitFor();
  assert.equal(await rep.page.locator('main form').count(), 0);
  await axe(rep.page);
  rep.expectClean({ except: [/403/] });
  await rep.close();
});

test('the theme and the person’s menu work without WASM', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/reports');
  assert.equal(await page.locator('script[src]').count(), 0);
  await page.locator('details.menu > summary').press('Enter');
  await page.getByRole('button', { name: 'Dark' }).press('Enter');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.goto('/imports');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.locator('details.menu > summary').press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  expectClean();
  await close();
});

/** Every state at once, which no worker ever shows. */
const STATES = `
  with t as (select id from app.tenants where slug = 'demo'),
    j as (insert into app.jobs (tenant_id, type, status, payload, errors, attempts, run_at, started_at, completed_at, lease_until, progress)
      select t.id, 'report_generation', s.status, '{}', case s.status when 'failed' then jsonb_build_array(jsonb_build_object('error', ${quoted(HOSTILE)})) else '[]' end, 1,
        now() + interval '1 hour', now(), case when s.status in ('failed', 'cancelled') then now() end, case s.status when 'processing' then now() + interval '1 hour' end,
        case s.status when 'processing' then '{"done": 15000, "total": 40000}'::jsonb end
      from t, unnest(array['pending', 'processing', 'failed', 'cancelled']) s(status) returning tenant_id, id)
  insert into app.reports (tenant_id, job_id, list, query, format, asked_by)
    select tenant_id, id, 'opportunities', 'q=' || repeat('verylongword', 15) || '&status=1,5&from=2026-11-01', 'xlsx', ${quoted(HOSTILE)} from j;
  insert into app.reports (tenant_id, job_id, list, query, format, asked_by, name, rows, bytes)
    select id, 900001, 'changes', 'kind=deleted', 'csv', 'Ana', 'changes-2026-11-21.csv', 120400, 8400000 from app.tenants where slug = 'demo';
  with t as (select id from app.tenants where slug = 'demo'),
    j as (insert into app.jobs (tenant_id, type, status, payload, errors, run_at, completed_at)
      select t.id, 'bulk_import', s.status, '{}', case s.status when 'failed' then jsonb_build_array(jsonb_build_object('error', ${quoted(HOSTILE)})) else '[]' end, now() + interval '1 hour', case s.status when 'failed' then now() end
      from t, unnest(array['pending', 'failed']) s(status) returning tenant_id, id, status)
  insert into app.imports (tenant_id, target, file_name, file, columns, preview, rows, status, bad_rows, faults, job_id, actor_kind, actor_id, actor_name, source, applied_at)
    select t.id, 'people', n.status || ' ' || left(${quoted(HOSTILE)}, 100), '', '["E-mail", "Full name", "Job", "Desk", "Telephone", "Notes"]',
      jsonb_build_array(jsonb_build_array('a@b.example', ${quoted(HOSTILE)}, 'rep', '1', '+44 20 7946 0000', ${quoted(HOSTILE)})), 1200, n.status, 12,
      (select jsonb_agg(jsonb_build_object('row', 2 + i, 'field', 'email', 'reason', ${quoted(HOSTILE)})) from generate_series(1, 12) i),
      case n.job when '' then null else (select id from j where j.status = n.job) end, 'person', gen_random_uuid(), 'Ana', 'screen', case n.status when 'applied' then now() end
    from t, (values ('new', ''), ('checking', 'pending'), ('applying', 'failed'), ('good', ''), ('bad', ''), ('applied', '')) n(status, job);`;

test('every state is readable in both themes, on a desk and on a phone', async () => {
  await sql(host, 'delete from app.reports; delete from app.imports');
  const fresh = await open();
  await fresh.page.goto('/reports');
  await fresh.page.getByText('No file yet').waitFor();
  await fresh.close();
  const shoot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }); };
  if (process.env.SHOTS) {
    const { page, close } = await open();
    for (const path of ['/reports', '/imports']) { await page.goto(path); await shoot(page, `files${path.replace('/', '-')}-empty`); }
    await close();
  }
  await sql(host, STATES);
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, { width: 1200, height: 800 }, PHONE]) {
      const { page, expectClean, close } = await open({ viewport, system: theme });
      await page.goto('/imports');
      const imports = await page.locator('.files a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      assert.equal(imports.length, 6);
      const query = encodeURIComponent('q=tent&kind=open&status=1,5&from=2026-11-01');
      const paths = ['/reports?still=1', `/reports?list=opportunities&query=${query}&format=xlsx`, '/reports?list=changes&query=kind%3Dlost', '/imports', ...imports.map((path) => `${path}?still=1`)];
      for (const path of paths) {
        await page.goto(path);
        for (const more of await page.locator('main details.more > summary').all()) await more.click();
        await expectFits(page);
        await axe(page);
        if (viewport === PHONE) await expectHitAreas(page);
        assert.equal(await page.locator('[style]').count(), 0);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        const sideways = await page.locator('.files, .steps').evaluateAll((all) => all.some((one) => one.scrollWidth > one.clientWidth + 1));
        assert.equal(sideways, false, `${path} scrolls sideways`);
        await shoot(page, `files-${paths.indexOf(path)}-${theme}-${viewport.width}`);
      }
      await page.goto('/reports');
      await page.getByText('read again every 3 seconds').waitFor();
      await expectFits(page);
      await shoot(page, `files-follows-${theme}-${viewport.width}`);
      expectClean({ except: [/400/] });
      await close();
    }
  }
});
