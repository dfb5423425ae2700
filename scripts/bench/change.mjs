// Changes what is added to opportunities, which is a row of the audit log each: node scripts/bench/change.mjs URL BEARER WRITERS
// A_SECOND [same]; the writers take the opportunities 1, 2, 3 … and change them that many times a second together, until it is
// told to end; then it prints how many times as JSON. With `same` they ask for what is there already: nothing is written, no
// row either. An answer that is not 200 ends it.
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const [url, bearer, writers, pace, same] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(writers) });
const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
const put = (id, body) => new Promise((done, failed) => {
  const sent = request(`${url}/api/opportunities/${id}/augmentation`, { agent, headers, method: 'PUT' }, (answer) => {
    if (answer.statusCode !== 200) failed(new Error(`${id} was answered ${answer.statusCode}`));
    answer.resume().on('end', done);
  });
  sent.on('error', failed).end(JSON.stringify(body));
});
const run = Math.random();
let [asked, ended] = [0, false];
process.on('SIGTERM', () => { ended = true; });
const wait = (1000 * Number(writers)) / Number(pace);
await Promise.all(Array.from({ length: Number(writers) }, async (_, n) => {
  await pause((wait * n) / Number(writers));
  for (let count = 0; !ended; count += 1) {
    const due = performance.now() + wait;
    await put(n + 1, { riskNotes: same ? 'the same' : `${run} ${count}` });
    asked += 1;
    await pause(Math.max(0, due - performance.now()));
  }
}));
console.log(JSON.stringify({ asked }));
