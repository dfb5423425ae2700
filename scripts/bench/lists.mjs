// Asks every kind of list one after the other: node scripts/bench/lists.mjs URL BEARER ROWS; prints a table of p95 in
// milliseconds, HTML and REST, and the time of the whole file. An answer that is not 200 ends it.
import { Agent, request } from 'node:http';

const [root, bearer, rows] = process.argv.slice(2);
const TIMES = 20;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (path) => new Promise((done, failed) => {
  const began = performance.now();
  let size = 0;
  request(root + path, { agent, headers: { authorization: `Bearer ${bearer}` } }, (answer) => {
    if (answer.statusCode !== 200) failed(new Error(`${path} answered ${answer.statusCode}`));
    answer.on('data', (chunk) => { size += chunk.length; }).on('end', () => done({ took: performance.now() - began, size }));
  }).on('error', failed).end();
});
async function p95(path) {
  const times = [];
  await ask(path);
  for (let n = 0; n < TIMES; n++) times.push((await ask(path)).took);
  times.sort((a, b) => a - b);
  return times[Math.floor(TIMES * 0.95)];
}

const today = new Date().toISOString().slice(0, 10), last = Math.ceil(Number(rows) / 50);
const SORTS = ['id', 'name', 'organisation_name', 'starts_at', 'status', 'charge_total', 'owner_name', 'venue_name', 'total_value', 'created_at_rms', 'updated_at_rms', 'synced_at', 'last_webhook_at'];
const LISTS = {
  'newest first': ['', 'sort=-updated_at_rms'],
  'filters': ['status=20', 'status=none', 'state=3', 'kind=open', 'kind=booked', 'kind=quoted', 'owner=1', 'organisation=7', `from=${today}`, `from=${today}&to=${today}`, 'minValue=5000', 'staleHours=24', 'webhookSince=2026-01-01T00:00:00Z', 'deleted=include', 'deleted=only'],
  'search': ['q=festival', 'q=zzzz', 'q=77', 'q=festival&kind=open&sort=-charge_total'],
  'views': [`kind=quoted&from=${today}&sort=starts_at`, `kind=booked&from=${today}&sort=starts_at`, 'staleHours=24&sort=synced_at'],
  'orders of numbers and times': SORTS.filter((sort) => !sort.endsWith('name')).flatMap((sort) => [`sort=${sort}`, `sort=-${sort}`]),
  'orders of texts': SORTS.filter((sort) => sort.endsWith('name')).flatMap((sort) => [`sort=${sort}`, `sort=-${sort}`]),
  'last page, by time or number': ['page=LAST&sort=-updated_at_rms', 'page=LAST&sort=id', 'page=LAST&sort=-starts_at', 'page=LAST&sort=charge_total', 'page=LAST&sort=created_at_rms'],
  'last page, by text': ['page=LAST&sort=name', 'page=LAST&sort=-organisation_name'],
};
console.log('| list | addresses | HTML p95 of the slowest | REST p95 of the slowest |\n|---|---|---|---|');
for (const [name, queries] of Object.entries(LISTS)) {
  const slowest = {};
  for (const base of ['/opportunities', '/api/opportunities']) {
    slowest[base] = { took: 0 };
    for (const query of queries) {
      const path = `${base}?${query.replace('LAST', String(last))}`;
      const took = await p95(path);
      if (process.env.VERBOSE) console.error(path, took.toFixed(0));
      if (took > slowest[base].took) slowest[base] = { took, query };
    }
  }
  const cell = ({ took, query }) => `${took.toFixed(0)} ms (\`${query || 'default'}\`)`;
  console.log(`| ${name} | ${queries.length} | ${cell(slowest['/opportunities'])} | ${cell(slowest['/api/opportunities'])} |`);
}
const changes = ['', 'kind=updated', `from=${today}`, `startsFrom=${today}`, `page=${last}`];
const took = { html: 0, rest: 0 };
for (const query of changes) {
  took.html = Math.max(took.html, await p95(`/changes?${query}`));
  took.rest = Math.max(took.rest, await p95(`/api/changes?${query}`));
}
console.log(`| changes, as many | ${changes.length} | ${took.html.toFixed(0)} ms | ${took.rest.toFixed(0)} ms |`);
const file = await ask('/api/opportunities.csv');
console.log(`| the whole file | 1 | | ${(file.took / 1000).toFixed(2)} s, ${(file.size / 1e6).toFixed(1)} MB |`);
agent.destroy();
