// Asks the addresses of the queue one after the other: node scripts/bench/queue-pages.mjs URL COOKIE KEY JOBS ASKS; prints a table.
const [base, cookie, key, jobs, asks] = process.argv.slice(2);
const person = { cookie }, script = { authorization: `Bearer ${key}` };
const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const { jobs: newest } = await (await fetch(`${base}/api/jobs?limit=1`, { headers: script })).json();

const rows = [
  ['GET /jobs', '/jobs', person, 100],
  ['GET /api/jobs/process', '/api/jobs/process', script, 100],
  ['the page of a job', `/jobs/${newest[0].id}`, person],
  ...['pending', 'processing', 'completed', 'failed'].map((status) => [`page, status ${status}`, `/jobs?status=${status}`, person]),
  ['page, a frequent type', '/jobs?type=sync', person],
  ['page, a rare type', '/jobs?type=snapshot', person],
  ['page, a rare type that failed', '/jobs?type=snapshot&status=failed', person],
  ['page, the last two days', `/jobs?from=${day(2)}`, person],
  ['page, a day four weeks ago', `/jobs?from=${day(28)}&to=${day(28)}`, person],
  ['page 100', '/jobs?page=100', person],
  ['page, the question of trying all again', '/jobs?status=failed&again=1', person],
];

console.log(`${Number(jobs).toLocaleString('en')} jobs\n\n| what | p50 ms | p95 ms | goal p95 |\n| --- | --- | --- | --- |`);
for (const [name, path, headers, goal] of rows) {
  const times = [];
  // The first ones fill caches and make plans.
  for (let ask = -20; ask < Number(asks); ask += 1) {
    const began = performance.now();
    const answer = await fetch(base + path, { headers });
    await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    if (ask >= 0) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(1);
  console.log(`| ${name} | ${at(0.5)} | ${at(0.95)} | ${goal ?? ''} |`);
}
console.log('');
