// What a person sees of a page, and when: node scripts/bench/paint.mjs URL EMAIL PASSWORD. Chromium with an empty cache
// and a warm host, five loads of each page, the middle one of each figure. The last line is one line of text from
// the same host, with the same security headers: about the least that a page takes in Chromium on this machine.
import { launchBrowser } from '../../end2end/support/browser.js';

const [root, email, password] = process.argv.slice(2);
const RUNS = 5;
// [page, what is waited for, whether WASM takes it over]
const PAGES = [['/', '.kpi .value', true], ['/opportunities', '.list tbody td', true], ['/healthz', 'pre', false]];
// Opening a tab keeps both cores busy for a while; what is measured is the page.
const SETTLED_MS = 500;
// [figure, heading, how it is written]
const ms = (value) => `${value.toFixed(0)} ms`;
const kilobytes = (value) => `${(value / 1000).toFixed(0)} kB`;
const FIGURES = [
  ['answered', 'first byte', ms],
  ['received', 'HTML whole', ms],
  ['painted', 'first paint', ms],
  ['numbers', 'numbers on screen', ms],
  ['largest', 'largest paint', ms],
  ['ready', 'taken over by WASM', ms],
  ['shift', 'layout shift', (value) => value.toFixed(4)],
  ['html', 'HTML', kilobytes],
  ['bytes', 'first load', kilobytes],
];

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

/** Notes the frame after which the numbers are on the screen, the paints, every shift, and when WASM has the page. */
function watch(selector, wasm) {
  window.seen = { painted: 0, numbers: 0, largest: 0, ready: 0, shift: 0 };
  const observe = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  observe('paint', (entry) => { if (entry.name === 'first-contentful-paint') window.seen.painted = entry.startTime; });
  observe('largest-contentful-paint', (entry) => { window.seen.largest = entry.startTime; });
  observe('layout-shift', (entry) => { if (!entry.hadRecentInput) window.seen.shift += entry.value; });
  const look = () => {
    const { numbers, ready } = window.seen;
    if (!numbers && document.querySelector(selector)?.textContent.trim()) requestAnimationFrame(() => { window.seen.numbers ||= performance.now(); });
    if (!ready && document.documentElement?.hasAttribute('data-ready')) window.seen.ready = performance.now();
    if (!window.seen.numbers || (wasm && !window.seen.ready)) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function load(path, selector, wasm) {
  const context = await browser.newContext({ storageState, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(`(${watch})(${JSON.stringify(selector)}, ${wasm})`);
  await page.waitForTimeout(SETTLED_MS);
  await page.goto(root + path);
  if (wasm) await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(() => setTimeout(done, 300)); }));
  const seen = await page.evaluate(() => {
    const [page] = performance.getEntriesByType('navigation');
    const all = [page, ...performance.getEntriesByType('resource')];
    const bytes = all.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
    return { ...window.seen, answered: page.responseStart, received: page.responseEnd, html: page.encodedBodySize, bytes };
  });
  await context.close();
  return seen;
}

const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
line(['page', ...FIGURES.map(([, heading]) => heading)]);
line(['---', ...FIGURES.map(() => '---')]);
for (const [path, selector, wasm] of PAGES) {
  await load(path, selector, wasm);
  const runs = [];
  for (let n = 0; n < RUNS; n++) runs.push(await load(path, selector, wasm));
  const middle = (name) => runs.map((run) => run[name]).sort((a, b) => a - b)[RUNS >> 1];
  line([`\`${path}\``, ...FIGURES.map(([name, , write]) => (name === 'ready' && !wasm ? '—' : write(middle(name))))]);
}
await browser.close();
