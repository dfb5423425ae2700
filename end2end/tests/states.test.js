// What a person sees when things are not as they should be: refused credentials, hostile and very long text, a run under way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, expectFits, launchBrowser, openPage, PHONE, signIn } from '../support/browser.js';
import { command, startAccount, startHost } from '../support/host.js';

const HOSTILE = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> "quoted" & \u202Eback\u202C ' + 'verylongword'.repeat(40);
let host, browser, account, state;

before(async () => {
  host = await startHost();
  account = await startAccount(40);
  await command(host, ['connection', 'set', '--tenant', 'demo', '--provider', 'current-rms', '--base-url', account.baseUrl, '--subdomain', 'demo', '--token-stdin'], 'demo-token');
  browser = await launchBrowser();
  state = await signIn(browser, host);
});

after(async () => {
  await browser?.close();
  await account?.stop();
  await host?.stop();
});

const open = async (options = {}) => {
  const opened = await openPage(browser, { baseURL: host.url, storageState: state, ...options });
  await opened.page.goto('/');
  await opened.page.locator('html[data-ready]').waitFor({ state: 'attached' });
  return opened;
};

test('refused credentials end the run with what to do', async () => {
  await account.control('faults', ['auth=1']);
  const { page, expectClean, close } = await open();
  await page.getByRole('button', { name: 'Initial sync' }).click();
  await page.getByText('Current RMS refused the credentials (401)').waitFor();
  await page.getByRole('row', { name: /Initial Failed/ }).waitFor();
  await axe(page);
  expectClean();
  await account.control('faults', []);
  await close();
});

test('a run under way shows its progress and can be cancelled', async () => {
  await account.control('faults', ['slow=700', 'clamp=4']);
  const { page, expectClean, close } = await open();
  await page.getByRole('button', { name: 'Initial sync' }).click();
  await page.getByRole('progressbar').waitFor();
  await page.getByText(/of \d+ records, page \d+ of \d+/).waitFor();
  await axe(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('row', { name: /Initial Cancelled/ }).waitFor();
  expectClean();
  await account.control('faults', []);
  await close();
});

test('hostile and very long text is shown as text and breaks nothing', async () => {
  const ids = await account.ids();
  for (const id of ids) await account.control('change', { id, patch: { subject: HOSTILE, status_name: HOSTILE, member: { name: HOSTILE } } });
  const { page, expectClean, close } = await open({ viewport: PHONE });
  await page.getByRole('button', { name: 'Initial sync' }).click();
  await page.getByRole('row', { name: /Initial Completed/ }).waitFor();
  await page.getByRole('region', { name: 'Table of recent changes' }).getByText('<script>window.hacked=1</script>').first().waitFor();
  await expectFits(page);
  await axe(page);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await page.reload();
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await expectFits(page);
  expectClean();
  await close();
});
