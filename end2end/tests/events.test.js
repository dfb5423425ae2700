// What other systems posted, and the addresses that they post to: by keyboard, without a script, in both themes, on a desk and on a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { command, sql, startHost } from '../support/host.js';

const HOSTILE = '<img src=x onerror="window.hacked=1"> & "quoted" ' + 'verylongword'.repeat(12);
let host, browser, state, address;

const open = (options = {}) => openPage(browser, { baseURL: host.url, storageState: state, ...options });
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const shoot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }); };

async function deliver(action, more = {}) {
  const body = { action: { id: action, subject_id: 1, subject_type: 'Opportunity', member_id: 1, action_type: 'frobnicate', name: HOSTILE, member: { name: 'Mia Muster' }, ...more } };
  const answer = await fetch(host.url + address, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).eventId;
}

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  state = await signIn(browser, host);
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

test('an endpoint is made by keyboard, its address is shown once, and it is revoked after a question', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/events');
  await page.getByText('Nothing has arrived yet').waitFor();
  await axe(page);
  await shoot(page, 'events-empty');
  await page.getByRole('link', { name: 'To the endpoints' }).press('Enter');
  await page.getByText('No endpoint yet').waitFor();
  await axe(page);
  await shoot(page, 'endpoints-empty');
  const make = async (name) => {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Name').press('Enter');
    await page.getByText('It is not shown again.').waitFor();
    await axe(page);
    return page.getByLabel('Copy it now. It is not shown again.').inputValue();
  };
  const url = await make('Live');
  await shoot(page, 'endpoints-made');
  assert.match(url, /\/api\/webhooks\/current-rms\/[\w-]{20,}$/);
  address = new URL(url).pathname;
  await page.getByRole('link', { name: 'Refresh' }).press('Enter');
  await page.getByText('1 address works').waitFor();
  assert.ok(!(await page.content()).includes(address.split('/').pop()), 'it is on one page only');

  await page.getByRole('button', { name: 'Send a test of Live' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Update' }).waitFor();
  await page.getByText('no number of health counts it').waitFor();
  await page.goto('/settings/endpoints');

  const gone = new URL(await make('Gone')).pathname;
  const line = page.getByRole('listitem').filter({ hasText: 'Gone' });
  const yes = line.getByRole('button', { name: 'Yes, revoke' });
  assert.equal(await yes.isVisible(), false);
  await line.locator('summary').filter({ hasText: 'Revoke' }).press('Enter');
  await yes.press('Enter');
  await page.getByText('The endpoint is revoked.').waitFor();
  assert.equal((await fetch(host.url + gone, { method: 'POST', body: '{}' })).status, 404);
  expectClean();
  await close();
});

test('an event is found, read and replayed by keyboard alone', async () => {
  const id = await deliver(1, { name: 'Summer fair' });
  await deliver(2, { name: 'Winter fair' });
  const { page, expectClean, close } = await open();
  await page.goto('/');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Events' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
  assert.equal(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Events' }).getAttribute('aria-current'), 'page');
  await page.getByLabel('Search', { exact: true }).fill('summer');
  await page.getByLabel('Search', { exact: true }).press('Enter');
  await page.getByRole('link', { name: 'Remove the filter Contains: summer' }).waitFor();
  assert.match(page.url(), /[?&]q=summer/);
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.locator('tbody tr td:first-child a').press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Frobnicate' }).waitFor();
  await page.getByRole('region', { name: 'Payload as keys and values' }).getByText('"Summer fair"').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'The bytes' }).press('Enter')]);
  assert.equal(JSON.parse(await readFile(await download.path(), 'utf8')).action.name, 'Summer fair');
  await page.getByRole('button', { name: 'Replay' }).press('Enter');
  await page.getByText('Replayed. Nothing follows from it').waitFor();
  await page.getByRole('link', { name: id, exact: true }).press('Enter');
  await page.getByText('Delivered', { exact: true }).waitFor();
  expectClean();
  await close();
});

test('all of a list is replayed as a job, after its number was shown', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/events?type=frobnicate');
  await page.getByRole('link', { name: 'Replay all of this list' }).press('Enter');
  const question = page.getByRole('region', { name: 'Replay' });
  await question.getByText(/^\d+ events are looked at anew/).waitFor();
  await axe(page);
  await question.getByRole('button', { name: 'Replay' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: /^Bulk replay \d+$/ }).waitFor();
  expectClean();
  await close();
});

test('a list that is followed is read again by itself until it is stopped', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/events?type=frobnicate');
  await page.getByRole('link', { name: 'Follow' }).press('Enter');
  await page.getByText('read again every 3 seconds').waitFor();
  assert.equal(await page.getByRole('search').count(), 0);
  await deliver(3, { name: 'It came by itself' });
  await page.getByRole('link', { name: 'It came by itself' }).waitFor({ timeout: 15_000 });
  await page.getByRole('link', { name: 'Stop, or narrow the list' }).press('Enter');
  await page.getByRole('search').waitFor();
  assert.ok(!page.url().includes('live='));
  expectClean();
  await close();
});

test('a rep sees neither who did it nor what was posted', async () => {
  await command(host, ['user', 'create', '--tenant', 'demo', '--email', 'rep@demo.example', '--name', 'Rep', '--role', 'rep', '--password-stdin'], 'a long enough password');
  const { page, expectClean, close } = await openPage(browser, { baseURL: host.url });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('rep@demo.example');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  await page.goto('/events');
  await page.getByRole('link', { name: 'Summer fair' }).first().waitFor();
  assert.ok(!(await page.content()).includes('Muster'));
  await page.locator('tbody tr td:first-child a').first().click();
  await page.getByText('Your role does not show what was posted').waitFor();
  assert.ok(!(await page.content()).includes('Muster'));
  await axe(page);
  await page.goto('/settings/endpoints');
  await page.getByText('Your role does not allow this.').waitFor();
  expectClean({ except: [/403/] });
  await close();
});

/** Every state at once (what waits is of no opportunity, or a worker would take it), with long and hostile texts, deliveries and health. */
const STATES = `
  with t as (select id from app.tenants where slug = 'demo'), e as (select min(id) id from app.webhook_endpoints),
    body as (select convert_to(jsonb_build_object('action', jsonb_build_object('name', ${quoted(HOSTILE)}, 'id', 12345678901234567890, 'deep', '[[[[[[[[[[[[[[{"a": [true, null, 1.50]}]]]]]]]]]]]]]]'::jsonb,
      ${quoted(HOSTILE)}, jsonb_build_array(1, 2, ${quoted(HOSTILE)}), 'text', repeat('word ', 400), 'empty', '{}'::jsonb))::text, 'utf8') b)
  insert into app.webhook_events (tenant_id, id, timestamp, opportunity_id, opportunity_name, customer_name, user_name, action_type, previous_status, new_status, error, raw_payload, endpoint_id, provider, state, replay_of, is_test, attempts, settled_at)
    select t.id, 'evt_' || n.state || '_' || i, now() - i * interval '1 hour', case n.state when 'received' then null else 40 + i end, n.name, n.name, n.name, n.action, n.old, n.new, n.error, case n.state when 'quarantined' then convert_to(repeat(${quoted(HOSTILE)} || E'\\n', 20), 'utf8') else b end,
      e.id, 'current-rms', n.state, case i when 2 then 'evt_' || n.state || '_1' end, i = 3, n.tries, case n.state when 'received' then null else now() - i * interval '1 hour' + interval '812 ms' end
    from t, e, body, generate_series(1, 12) i, (values
      ('received', 'Summer fair', 'update', null, null, null, 0), ('processed', 'Wedding at the lake', 'convert_to_order', 'Quotation · Provisional', 'Order · Active', null, 1),
      ('ignored', ${quoted(HOSTILE)}, 'frobnicate', null, null, 'frobnicate is no action that is documented', 0), ('quarantined', null, null, null, null, ${quoted(HOSTILE)}, 0),
      ('dead', 'Trade show', 'mark_as_lost', 'Quotation · Active', null, ${quoted(HOSTILE)}, 5)) n(state, name, action, old, new, error, tries);
  insert into app.webhook_delivery_log (tenant_id, event_type, workspace_name, event_id, processing_time_ms, follow_up_ms, success, error_message, endpoint_id, duplicate, created_at)
    select v.tenant_id, 'opportunity_update', w.label, v.id, 3, 812, v.state not in ('quarantined', 'dead'), v.error, w.id, d = 2, v.timestamp + d * interval '4 ms'
    from app.webhook_events v join (select * from app.webhook_endpoints order by id limit 1) w on w.id = v.endpoint_id, generate_series(1, 2) d where v.id like 'evt_%_1' or d = 1;
  insert into app.webhook_endpoints (tenant_id, provider, label, silent_after_minutes) select id, 'email-bison', left(${quoted(HOSTILE)}, 100), 30 from app.tenants where slug = 'demo';
  insert into app.webhook_tokens (tenant_id, endpoint_id, token_hash) select tenant_id, id, sha256(convert_to(id::text || n, 'utf8')) from app.webhook_endpoints, generate_series(1, 2) n where provider = 'email-bison';`;

test('every state is readable in both themes, on a desk and on a phone', async () => {
  await sql(host, STATES);
  const paths = [
    '/events', '/events?state=dead&opportunity=41&q=show&from=2020-01-01&to=2099-01-01', '/events?again=1&state=dead', '/events?state=nonsense', '/events?state=dead&type=update',
    '/events/evt_processed_1?still=1', '/events/evt_ignored_2?replayed=1', '/events/evt_quarantined_1', '/events/evt_dead_1', '/events/evt_received_3?still=1', '/settings/endpoints',
  ];
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, { width: 1200, height: 800 }, PHONE]) {
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
        const sideways = await page.locator('.files, .facts, pre.raw').evaluateAll((all) => all.some((one) => one.scrollWidth > one.clientWidth + 1));
        assert.equal(sideways, false, `${path} scrolls sideways`);
        await shoot(page, `events-${paths.indexOf(path)}-${theme}-${viewport.width}`);
      }
      expectClean({ except: [/400/] });
      await close();
    }
  }
});
