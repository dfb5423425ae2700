// The list of opportunities and the page of one: found, sorted, narrowed, turned, opened; with and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { command, startAccount, startHost } from '../support/host.js';

let host, browser, state;

before(async () => {
  host = await startHost();
  await command(host, ['sync', 'initial', '--tenant', 'demo']);
  browser = await launchBrowser();
  state = await signIn(browser, host);
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

const open = (options = {}) => openPage(browser, { baseURL: host.url, storageState: state, ...options });
const ready = (page) => page.locator('html[data-ready]').waitFor({ state: 'attached' });
const rowCount = (page) => page.locator('tbody tr').count();

test('a number of the dashboard leads to a list with as many rows', async () => {
  const { page, expectClean, close } = await open();
  await page.goto('/');
  await ready(page);
  const orders = page.getByRole('region', { name: 'Orders this month' });
  const number = (await orders.getByRole('link').textContent()).trim();
  await orders.getByRole('link').click();
  await page.getByRole('heading', { name: 'Opportunities', level: 1 }).waitFor();
  await page.getByText(new RegExp(`^${number} records? ·`)).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  const slice = page.locator('.legend a').first();
  const count = (await slice.locator('span').nth(2).textContent()).trim();
  await slice.click();
  await page.getByText(new RegExp(`^${count} records? ·`)).waitFor();
  expectClean();
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`search, sort, paging, chips and a record work ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const { page, expectClean, close } = await open({ javaScriptEnabled });
    await page.goto('/opportunities');
    if (javaScriptEnabled) await ready(page);
    await page.getByText('1–50 of 245').waitFor();
    assert.equal(await rowCount(page), 50);

    await page.getByRole('link', { name: /^Value/ }).click();
    await page.waitForURL(/sort=-charge_total/);
    await page.locator('th[aria-sort="descending"]').filter({ hasText: 'Value' }).waitFor();
    const amounts = (await page.locator('td.num').allTextContents()).map((text) => Number(text.replaceAll(',', '').replace('−', '-')));
    assert.deepEqual(amounts, [...amounts].sort((a, b) => b - a));

    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('51–100 of 245').waitFor();

    const subject = (await page.locator('tbody tr td:nth-child(2) a').first().textContent()).trim();
    await page.getByRole('searchbox', { name: 'Search' }).fill(subject);
    await page.getByRole('searchbox', { name: 'Search' }).press('Enter');
    await page.getByRole('link', { name: `Remove the filter Contains: ${subject}` }).waitFor();
    assert.ok(await rowCount(page) >= 1);
    for (const text of await page.locator('tbody tr').allTextContents()) assert.ok(text.toLowerCase().includes(subject.toLowerCase()), text);

    await page.locator('tbody tr td:nth-child(2) a').first().click();
    await page.getByRole('heading', { level: 1, name: subject }).waitFor();
    await page.getByRole('heading', { name: 'Changes' }).waitFor();
    await page.getByRole('link', { name: 'Raw JSON' }).click();
    await page.getByRole('region', { name: 'Raw JSON' }).waitFor();
    await page.getByRole('button', { name: 'Read again now' }).click();
    if (javaScriptEnabled) await page.getByText('Read again: nothing has changed.').waitFor();
    await page.getByRole('heading', { level: 1, name: subject }).waitFor();
    expectClean();
    await close();
  });
}

test('the file has the rows of the screen', async () => {
  const { page, close } = await open();
  await page.goto('/opportunities?kind=open');
  const summary = await page.getByText(/^[\d,]+ records · /).textContent();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
  const stream = await download.createReadStream();
  let text = '';
  for await (const piece of stream) text += piece;
  const lines = text.trimEnd().split('\r\n');
  assert.equal(lines.length - 3, Number(summary.split(' ')[0].replaceAll(',', '')));
  assert.match(lines[1], /Open: quoted or ordered/);
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a list is kept under a name and forgotten again ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const { page, expectClean, close } = await open({ javaScriptEnabled });
    await page.goto('/opportunities?kind=open&status=20');
    if (javaScriptEnabled) await ready(page);
    await page.getByText('Save view').click();
    await page.getByLabel('Name').fill('Active & <b>open</b>');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const tab = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Active & <b>open</b>' });
    await tab.waitFor();
    await page.goto('/opportunities');
    await tab.click();
    await page.waitForURL(/kind=open/);
    await page.getByRole('button', { name: /Remove the view/ }).click();
    await page.getByText('1–50 of 245').waitFor();
    assert.equal(await tab.count(), 0);
    expectClean();
    await close();
  });
}

test('wrong addresses say what is wrong, and lead back', async () => {
  const { page, expectClean, close } = await open();
  for (const [path, words] of [['/opportunities?minValue=x', 'minValue'], ['/changes?kind=x', 'kind'], ['/failures?runId=x', 'runId'], ['/opportunities/1', 'no such opportunity'], ['/opportunities/x', 'no such opportunity']]) {
    const answer = await page.goto(path);
    assert.ok([400, 404].includes(answer.status()), `${path}: ${answer.status()}`);
    await page.getByText(words).first().waitFor();
    await page.getByRole('link', { name: /All opportunities|The whole list/ }).waitFor();
  }
  expectClean({ except: [/status of 40[04]/] });
  await close();
});

test('list and record stand in every theme and width', async () => {
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, PHONE]) {
      const { page, expectClean, close } = await open({ theme, viewport });
      await page.goto('/opportunities?status=1,20&columns=id,subject,customer,dates,status,value,owner,venue,created,changed');
      await ready(page);
      await page.getByText('More filters and columns').click();
      await axe(page);
      await expectFits(page);
      if (viewport === PHONE) await expectHitAreas(page);
      await page.getByText('Save view').click();
      const panel = await page.locator('form.items').boundingBox();
      assert.ok(panel.x >= 0 && panel.x + panel.width <= viewport.width, JSON.stringify(panel));
      await page.goto('/opportunities');
      await page.locator('tbody tr td:nth-child(2) a').first().click();
      await page.getByRole('heading', { name: 'Changes' }).waitFor();
      await axe(page);
      await expectFits(page);
      if (viewport === PHONE) await expectHitAreas(page);
      assert.equal(await page.locator('[style]').count(), 0);
      expectClean();
      await close();
    }
  }
});

for (const javaScriptEnabled of [true, false]) {
  test(`changes are narrowed, turned and opened ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const { page, expectClean, close } = await open({ javaScriptEnabled });
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Changes' }).click();
    await page.getByText('1–50 of 245').waitFor();
    if (javaScriptEnabled) await ready(page);
    await page.getByLabel('What').selectOption('updated');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Nothing fits these filters.').waitFor();
    await page.getByRole('link', { name: /Remove the filter What/ }).click();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('51–100 of 245').waitFor();
    const today = new Date().toISOString().slice(0, 10);
    await page.goto(`/changes?from=${today}&to=${today}&startsFrom=${today}`);
    const said = (await page.locator('.chips [role=status]').textContent()).trim();
    const href = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
    const file = await (await page.request.get(href)).text();
    assert.equal(`${file.trim().split('\r\n').length - 3} changes`, said);
    await page.locator('tbody tr td:nth-child(2) a').first().click();
    await page.getByRole('heading', { name: 'Changes' }).waitFor();
    await page.getByRole('link', { name: 'All changes' }).click();
    await page.getByText('1 change').waitFor();
    expectClean();
    await close();
  });
}

test('failed records say why, show their text and are read again', async () => {
  const account = await startAccount(20);
  const host = await startHost({ env: { BACKLINE_ALLOW_PRIVATE_TARGETS: '1' } });
  try {
    const [broken, hostile] = await account.ids();
    const subject = `<img src=x onerror=alert(1)> ${'Ω'.repeat(300)}`;
    await account.control('change', { id: broken, patch: { state: 'none' } });
    await account.control('change', { id: hostile, patch: { state: subject } });
    await command(host, ['tenant', 'create', '--slug', 'sick', '--name', 'Sick']);
    await command(host, ['connection', 'set', '--tenant', 'sick', '--provider', 'current-rms', '--base-url', account.baseUrl, '--subdomain', 'demo', '--token-stdin'], 'demo-token');
    await command(host, ['sync', 'initial', '--tenant', 'sick']).catch((error) => assert.match(error.message, /ended with 3/));
    await command(host, ['user', 'create', '--tenant', 'sick', '--email', 'sick@example.com', '--name', 'S', '--role', 'admin', '--password-stdin'], 'a long enough password');
    let signedIn;
    for (const [theme, viewport, javaScriptEnabled] of [['light', DESKTOP, true], ['dark', PHONE, true], ['light', { width: 1920, height: 1080 }, true], ['light', DESKTOP, false]]) {
      const { page, context, expectClean, close } = await openPage(browser, { baseURL: host.url, theme, viewport, javaScriptEnabled, storageState: signedIn });
      if (!signedIn) {
        await page.goto('/sign-in');
        await page.getByLabel('E-mail address').fill('sick@example.com');
        await page.getByLabel('Password').fill('a long enough password');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
        signedIn = await context.storageState();
      }
      await page.goto('/failures');
      if (javaScriptEnabled) await ready(page);
      await page.getByText('2 records').waitFor();
      await page.getByRole('row', { name: new RegExp(String(broken)) }).getByRole('link', { name: 'Raw JSON' }).click();
      await page.getByRole('region', { name: 'Raw JSON' }).waitFor();
      assert.ok((await page.getByRole('region', { name: 'Raw JSON' }).textContent()).includes(`"id":${broken}`));
      if (javaScriptEnabled) {
        await axe(page);
        await expectFits(page);
        if (viewport === PHONE) await expectHitAreas(page);
      }
      expectClean();
      await close();
    }
    for (const [id, javaScriptEnabled] of [[broken, true], [hostile, false]]) {
      const { page, expectClean, close } = await openPage(browser, { baseURL: host.url, javaScriptEnabled, storageState: signedIn });
      await account.control('change', { id, patch: { state: 2 } });
      await page.goto('/failures');
      if (javaScriptEnabled) await ready(page);
      await page.getByRole('button', { name: `Read again now: ${id}` }).click();
      await page.getByText(id === broken ? '1 record' : 'Every record that Current RMS has shown is mirrored.', { exact: true }).waitFor();
      expectClean();
      await close();
    }
  } finally {
    await host.stop();
    await account.stop();
  }
});

test('the list of changes stands in every theme and width', async () => {
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, PHONE, { width: 1920, height: 1080 }]) {
      const { page, expectClean, close } = await open({ theme, viewport });
      for (const path of ['/changes', '/changes?kind=deleted', '/failures']) {
        await page.goto(path);
        await ready(page);
        await axe(page);
        await expectFits(page);
        if (viewport === PHONE) await expectHitAreas(page);
        assert.equal(await page.locator('[style]').count(), 0);
      }
      expectClean();
      await close();
    }
  }
});
