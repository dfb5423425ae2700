// The door: by password, with and without JavaScript, in both themes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, DESKTOP, expectFits, expectHitAreas, launchBrowser, openPage, PHONE, THEMES } from '../support/browser.js';
import { command, startHost } from '../support/host.js';

const EMAIL = 'ana@example.com';
const PASSWORD = 'trucks roll at dawn';
let host, browser;

before(async () => {
  host = await startHost();
  browser = await launchBrowser();
  await command(host, ['user', 'create', '--tenant', 'demo', '--email', EMAIL, '--name', 'Ana', '--role', 'rep', '--password-stdin'], PASSWORD);
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

for (const theme of THEMES) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`${theme}, ${viewport.width} px: the page and its refusal are whole`, async () => {
      const { page, expectClean, close } = await openPage(browser, { baseURL: host.url, theme, viewport });
      for (const path of ['/sign-in', '/sign-in?problem=wrong']) {
        await page.goto(path);
        await axe(page);
        await expectFits(page);
        if (viewport === PHONE) await expectHitAreas(page);
      }
      expectClean();
      await close();
    });
  }
}

for (const javaScriptEnabled of [true, false]) {
  test(`a person gets in by keyboard alone, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const { page, close } = await openPage(browser, { baseURL: host.url, javaScriptEnabled });
    await page.goto('/');
    assert.match(page.url(), /\/sign-in$/);
    await page.getByLabel('E-mail address').focus();
    await page.keyboard.type(EMAIL);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
    await close();
  });
}

test('a wrong password is refused in words, and says nothing of who exists', async () => {
  const { page, close } = await openPage(browser, { baseURL: host.url });
  const texts = [];
  for (const email of [EMAIL, 'nobody@example.com']) {
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    texts.push(await page.getByRole('alert').textContent());
  }
  assert.match(texts[0], /wrong/);
  assert.equal(texts[0], texts[1]);
  await close();
});

test('a rep reads the numbers and is not offered what a rep may not do', async () => {
  const { page, expectClean, close } = await openPage(browser, { baseURL: host.url });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('until an admin or a manager runs an initial sync').waitFor();
  assert.equal(await page.getByRole('button', { name: /sync/i }).count(), 0);
  expectClean();
  await close();
});
