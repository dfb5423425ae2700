// What a person sees of a page, and when: node scripts/bench/paint.mjs URL EMAIL PASSWORD. Chromium with an empty cache
// and a warm host, five loads of each page, the middle one of each figure.
import { launchBrowser } from '../../end2end/support/browser.js';

const [root, email, password] = process.argv.slice(2);
const RUNS = 5;
// [page, what is waited for]
const PAGES = [['/', '.kpi .value'], ['/opportunities', '.list tbody td']];

const browser = await launchBrowser();
const first = await browser.newContext();
const entry = await first.newPage();
await entry.goto(`${root}/sign-in`);
await entry.getByLabel('E-mail address').fill(email);
await entry.getByLabel('Password').fill(password);
await entry.getByRole('button', { name: 'Sign in' }).click();
await entry.locator('.kpi .value').first().waitFor();
const storageState = await first.storageState();
await first.close();

/** Notes the frame after which the numbers are on the screen, the largest paint and every shift. */
function watch(selector) {
  window.seen = { numbers: 0, largest: 0, shift: 0 };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.seen.largest = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    if (document.querySelector(selector)?.textContent.trim()) requestAnimationFrame(() => { window.seen.numbers = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function load(path, selector) {
  const context = await browser.newContext({ storageState, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(`(${watch})(${JSON.stringify(selector)})`);
  await page.goto(root + path);
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(() => setTimeout(done, 300)); }));
  const seen = await page.evaluate(() => ({
    ...window.seen,
    bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  }));
  await context.close();
  return seen;
}

console.log('| page | numbers on screen | largest paint | layout shift | first load |\n|---|---|---|---|---|');
for (const [path, selector] of PAGES) {
  await load(path, selector);
  const runs = [];
  for (let n = 0; n < RUNS; n++) runs.push(await load(path, selector));
  const middle = (name) => runs.map((run) => run[name]).sort((a, b) => a - b)[RUNS >> 1];
  console.log(`| \`${path}\` | ${middle('numbers').toFixed(0)} ms | ${middle('largest').toFixed(0)} ms | ${middle('shift').toFixed(4)} | ${(middle('bytes') / 1000).toFixed(0)} kB |`);
}
await browser.close();
