// Chromium, and pages that remember everything a person would call broken.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const AXE = createRequire(import.meta.url)('axe-core').source;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const THEMES = ['light', 'dark'];

/** One browser for a test file; close it in `after`. */
export function launchBrowser(options = {}) {
  assert.ok(executablePath, 'no chromium here: scripts/tools.sh installs it');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'], ...options });
}

/**
 * A page in a context of its own (cookies and storage), still blank. `theme` is what the person chose (light or dark); the system's is
 * `system`. `expectClean()` fails with every console error, page error, CSP violation and 5xx answer since the last call;
 * a test that provokes one names it with `expectClean({ except: [/pattern/] })`.
 */
export async function openPage(browser, { baseURL, viewport = DESKTOP, theme, system = 'light', javaScriptEnabled = true, ...rest } = {}) {
  const touch = viewport.width < 600;
  const context = await browser.newContext({
    baseURL, viewport, javaScriptEnabled, colorScheme: system, reducedMotion: 'reduce', hasTouch: touch, locale: 'en-GB', timezoneId: 'Europe/London', ...rest,
  });
  if (theme) await chooseTheme(context, baseURL, theme);
  const page = await context.newPage();
  let complaints = [];
  const complain = (what, text) => complaints.push(`${what}: ${text}`);

  page.on('console', (message) => { if (message.type() === 'error') complain('console', `${message.text()} (${message.location().url})`); });
  page.on('pageerror', (error) => complain('page error', error.stack ?? error.message));
  page.on('crash', () => complain('page', 'crashed'));
  page.on('response', (response) => { if (response.status() >= 500) complain('answer', `${response.status()} ${response.url()}`); });
  await page.exposeBinding('__violation', (_, text) => complain('CSP', text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.__violation(`${event.effectiveDirective} refused ${event.blockedURI || 'inline'} at ${event.sourceFile ?? ''}:${event.lineNumber}`);
    });
  });

  const expectClean = ({ except = [] } = {}) => {
    const left = complaints.filter((line) => !except.some((pattern) => pattern.test(line)));
    complaints = [];
    assert.deepEqual(left, [], `the page at ${page.url()} complained`);
  };
  return { page, context, expectClean, close: () => context.close() };
}

/** Signs in by the host's one-time link; gives what a context needs to be that person (`storageState`). */
export async function signIn(browser, host) {
  const { page, context, close } = await openPage(browser, { baseURL: host.url });
  await page.goto(host.signInLink);
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  const state = await context.storageState();
  await close();
  return state;
}

/** The person's choice, as the product keeps it; the next page load shows it. `system` follows the system. */
export async function chooseTheme(context, baseURL, theme) {
  await context.addCookies([{ name: 'theme', value: theme, url: baseURL }]);
}

/** Asserts that axe finds nothing wrong, and says what, where and why when it does. `include` is a selector. */
export async function axe(page, { include, disable = [] } = {}) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(
    async ({ include, tags, disable }) => {
      const { violations } = await window.axe.run(include ?? document, {
        runOnly: { type: 'tag', values: tags },
        rules: Object.fromEntries(disable.map((rule) => [rule, { enabled: false }])),
        resultTypes: ['violations'],
      });
      return violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.target.join(' ')}  ${node.failureSummary?.replace(/\s+/g, ' ')}`).join('\n')}`);
    },
    { include, tags: AXE_TAGS, disable },
  );
  assert.deepEqual(violations, [], `axe on ${page.url()}:\n${violations.join('\n')}`);
}

/** Asserts that the page does not scroll sideways, and names what sticks out. */
export async function expectFits(page) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const clipped = (element) => { for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) if (getComputedStyle(up).overflowX !== 'visible') return true; return false; };
    return [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > width + 1 && !clipped(element)).map((element) => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`);
  });
  assert.deepEqual(wide, [], `${page.url()} is wider than its window`);
}

/** Asserts that what can be pressed is at least `least` CSS pixels high and wide (44 on a phone; links inside sentences are exempt). */
export async function expectHitAreas(page, least = 44) {
  const small = await page.evaluate((least) => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden]), textarea')]
    .filter((element) => element.checkVisibility?.({ visibilityProperty: true }) && !element.closest('p, .visually-hidden, .skip, svg') && !(element.labels?.length && /^(checkbox|radio)$/.test(element.type)))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.height < least - 0.5 || box.width < Math.min(least, 24) - 0.5))
    .map(({ element, box }) => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')} "${(element.textContent ?? '').trim().slice(0, 24)}" ${Math.round(box.width)}x${Math.round(box.height)}`), least);
  assert.deepEqual(small, [], `${page.url()} has small hit areas`);
}
