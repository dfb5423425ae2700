// Settings: readable and usable in both themes, on a desk and on a phone, with and without WASM.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES, signIn } from '../support/browser.js';
import { startHost } from '../support/host.js';

const PAGES = ['account', 'people', 'keys', 'connection'];
const WIDE = { width: 1920, height: 1080 };
// As long as a field takes, without a place to break it.
const LONG = 'Northlight'.repeat(20);
let host, browser, state;

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  state = await signIn(browser, host);
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

const open = async (options = {}) => {
  const opened = await openPage(browser, { baseURL: host.url, storageState: state, ...options });
  opened.to = async (path) => {
    await opened.page.goto(path);
    if (options.javaScriptEnabled !== false) await opened.page.locator('html[data-ready]').waitFor({ state: 'attached' });
  };
  return opened;
};

for (const theme of THEMES) {
  for (const [name, viewport] of [['a desk', DESKTOP], ['a wide screen', WIDE], ['a phone', PHONE]]) {
    test(`a refused form with long text is readable in the ${theme} theme on ${name}`, async () => {
      const { page, to, expectClean, close } = await open({ viewport, system: theme });
      await to('/settings/connection');
      await page.getByLabel('Name', { exact: true }).fill(LONG);
      await page.getByLabel('Time zone').fill(LONG);
      await page.getByLabel('First day of the week').selectOption('Saturday');
      await page.getByRole('button', { name: 'Save' }).click();
      const zone = page.getByLabel('Time zone');
      await page.getByRole('alert').getByText('Timezone: expected an IANA time zone').waitFor();
      await page.locator('html[data-ready]').waitFor({ state: 'attached' });
      assert.equal(await zone.getAttribute('aria-invalid'), 'true');
      assert.match(await zone.evaluate((field) => field.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join(' ')), /Expected an IANA time zone/);
      assert.equal(await zone.evaluate((field) => field === document.activeElement), true, 'the field at fault has the focus');
      assert.equal(await zone.inputValue(), LONG);
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), LONG);
      assert.equal(await page.getByLabel('First day of the week').inputValue(), 'saturday');
      await expectFits(page);
      await axe(page);
      if (viewport === PHONE) await expectHitAreas(page);
      expectClean();
      await close();
    });
  }
}

test('long names leave every page readable', async () => {
  const { page, to, expectClean, close } = await open();
  await to('/settings/keys');
  await page.getByLabel('Name', { exact: true }).fill(LONG);
  await page.getByRole('button', { name: 'Make key' }).click();
  await page.getByLabel('Copy it now').waitFor();
  await to('/settings/people');
  await page.getByLabel('E-mail address').fill(`${'a'.repeat(200)}@demo.example`);
  await page.getByLabel('Name', { exact: true }).fill(LONG);
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('Copy it now').waitFor();
  expectClean();
  await close();
  for (const theme of THEMES) {
    for (const viewport of [DESKTOP, WIDE, PHONE]) {
      const look = await open({ viewport, system: theme });
      for (const path of ['people', 'keys']) {
        await look.to(`/settings/${path}`);
        await look.page.locator('details.sure summary').last().click();
        await expectFits(look.page);
        await axe(look.page);
      }
      look.expectClean();
      await look.close();
    }
  }
});

test('a session is told in words, and which one is this', async () => {
  const { page, to, expectClean, close } = await open();
  await to('/settings/account');
  const own = page.getByRole('row', { name: /This session/ });
  assert.equal(await own.count(), 1);
  assert.match(await own.getByRole('rowheader').innerText(), /^(Headless )?Chrom(e|ium) on Linux$/);
  assert.match(await own.getByRole('rowheader').getAttribute('title'), /^Mozilla/);
  expectClean();
  await close();
});

test('weeks begin with the day that the company chose', async () => {
  const { page, to, expectClean, close } = await open();
  for (const [day, number] of [['Sunday', 0], ['Saturday', 6], ['Monday', 1]]) {
    await to('/settings/connection');
    await page.getByLabel('First day of the week').selectOption(day);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByText('are changed').waitFor();
    await to('/opportunities');
    const week = new URL(await page.getByRole('link', { name: 'Going out this week' }).getAttribute('href'), host.url).searchParams;
    assert.equal(new Date(week.get('from')).getUTCDay(), number, day);
    assert.equal((new Date(week.get('to')) - new Date(week.get('from'))) / 86_400_000, 6);
  }
  expectClean();
  await close();
});

for (const javaScriptEnabled of [false, true]) {
  test(`an admin starts over by keyboard alone ${javaScriptEnabled ? 'with' : 'without'} WASM`, async () => {
    const board = await open();
    await board.to('/');
    await board.page.getByRole('button', { name: 'Initial sync' }).click();
    await board.page.getByRole('row', { name: /Initial Completed/ }).first().waitFor();
    const { page, to, expectClean, close } = await open({ javaScriptEnabled });
    await to('/settings/connection');
    const name = page.getByLabel("To confirm, type the company's name");
    await name.focus();
    await page.keyboard.type('demo rentals');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText("Confirm: expected the company's name").waitFor();
    assert.equal(await name.inputValue(), 'demo rentals');
    // axe runs in the page: where there are no scripts it cannot.
    if (javaScriptEnabled) {
      await page.locator('html[data-ready]').waitFor({ state: 'attached' });
      await axe(page);
    }
    await page.locator('#confirm:focus').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Demo Rentals');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('The mirror is empty: ').waitFor();
    expectClean();
    await close();
    // The dashboard that somebody has open hears it.
    await board.page.getByText('Not synced yet').waitFor({ timeout: 5_000 });
    await axe(board.page);
    board.expectClean();
    await board.close();
  });
}
