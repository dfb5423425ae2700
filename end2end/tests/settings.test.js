// Settings: readable and usable in both themes, on a desk and on a phone, with and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES } from '../support/browser.js';
import { startHost } from '../support/host.js';

const PAGES = ['account', 'people', 'keys', 'connection'];
let host, browser, state;

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  const { page, context, close } = await openPage(browser, { baseURL: host.url });
  await page.goto(host.signInLink);
  state = await context.storageState();
  await close();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

for (const theme of THEMES) {
  for (const [name, viewport] of [['a desk', DESKTOP], ['a phone', PHONE]]) {
    test(`every page is readable in the ${theme} theme on ${name}`, async () => {
      const { page, expectClean, close } = await openPage(browser, { baseURL: host.url, storageState: state, viewport, system: theme, javaScriptEnabled: true });
      for (const path of PAGES) {
        await page.goto(`/settings/${path}`);
        await page.locator('html[data-ready]').waitFor({ state: 'attached' });
        assert.equal(await page.locator('nav[aria-label="Settings"] [aria-current="page"]').getAttribute('href'), `/settings/${path}`);
        await expectFits(page);
        await axe(page);
        if (viewport === PHONE) await expectHitAreas(page);
      }
      expectClean();
      await close();
    });
  }
}

for (const javaScriptEnabled of [false, true]) {
  test(`a key is made, shown once and revoked ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const { page, expectClean, close } = await openPage(browser, { baseURL: host.url, storageState: state, javaScriptEnabled });
    const name = `key of ${javaScriptEnabled}`;
    await page.goto('/settings/keys');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('sync').check();
    await page.getByRole('button', { name: 'Make key' }).click();
    const secret = page.getByLabel('Copy it now');
    assert.match(await secret.inputValue(), /^bl_.{40,}/);
    await page.reload();
    assert.equal(await secret.count(), 0);
    const row = page.getByRole('row', { name: new RegExp(name) });
    await row.locator('summary').press('Enter');
    await row.getByRole('button', { name: 'Yes, revoke' }).click();
    await page.getByText(`The key "${name}" is revoked.`).waitFor();
    await row.getByText('Revoked').waitFor();
    expectClean();
    await close();
  });
}

test('somebody is invited, comes in by the link and sets a password', async () => {
  const { page, close } = await openPage(browser, { baseURL: host.url, storageState: state });
  await page.goto('/settings/people');
  await page.getByLabel('E-mail address').fill('bo@demo.example');
  await page.getByLabel('Name', { exact: true }).fill('Bo');
  await page.getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('Copy it now').inputValue();
  await page.getByRole('row', { name: /Bo bo@demo.example Invited/ }).waitFor();
  await close();
  const guest = await openPage(browser, { baseURL: host.url });
  await guest.page.goto(link);
  await guest.page.waitForURL('**/settings/account');
  assert.equal(await guest.page.locator('nav[aria-label="Settings"] a').count(), 1);
  await guest.page.getByLabel('New password').fill('short');
  await guest.page.getByRole('button', { name: 'Set password' }).click();
  await guest.page.getByRole('alert').getByText('at least 12 characters').waitFor();
  await guest.page.getByLabel('New password').fill('lorries before dawn');
  await guest.page.getByRole('button', { name: 'Set password' }).click();
  await guest.page.getByRole('status').getByText('The password is set.').waitFor();
  await guest.page.goto('/settings/people');
  await guest.page.getByText('Your role does not allow this.').waitFor();
  guest.expectClean({ except: [/403/] });
  await guest.close();
});
