// The list of opportunities and the page of one: found, sorted, narrowed, turned, opened; with and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES } from '../support/browser.js';
import { command, startHost } from '../support/host.js';

let host, browser, state;

before(async () => {
  host = await startHost();
  await command(host, ['sync', 'initial', '--tenant', 'demo']);
  browser = await launchBrowser();
  const { page, context, close } = await openPage(browser, { baseURL: host.url });
  await page.goto(host.signInLink);
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  state = await context.storageState();
  await close();
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
  for (const [path, words] of [['/opportunities?minValue=x', 'minValue'], ['/opportunities/1', 'no such opportunity'], ['/opportunities/x', 'no such opportunity']]) {
    const answer = await page.goto(path);
    assert.ok([400, 404].includes(answer.status()), `${path}: ${answer.status()}`);
    await page.getByText(words).first().waitFor();
    await page.getByRole('link', { name: 'All opportunities' }).waitFor();
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
