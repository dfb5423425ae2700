// Asks one address over and over: node scripts/bench/load.mjs URL CONNECTIONS SECONDS [BEARER]; prints answers a second and
// percentiles in milliseconds as JSON. An answer that is not 200 ends it.
import { Agent, request } from 'node:http';

const [url, connections, seconds, bearer] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = bearer ? { authorization: `Bearer ${bearer}` } : {};
const ask = () => new Promise((done, failed) => {
  const sent = request(url, { agent, headers }, (answer) => {
    if (answer.statusCode !== 200) failed(new Error(`${url} answered ${answer.statusCode}`));
    answer.resume().on('end', done);
  });
  sent.on('error', failed).end();
});
const times = [];
const loop = async (until, keep) => {
  while (performance.now() < until) {
    const began = performance.now();
    await ask();
    if (keep) times.push(performance.now() - began);
  }
};
const all = (until, keep) => Promise.all(Array.from({ length: Number(connections) }, () => loop(until, keep)));
await all(performance.now() + 500, false);
const began = performance.now();
await all(began + seconds * 1000, true);
const took = (performance.now() - began) / 1000;
times.sort((a, b) => a - b);
const at = (share) => Number(times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1));
console.log(JSON.stringify({ rate: Math.round(times.length / took), p50: at(0.5), p95: at(0.95), p99: at(0.99) }));
agent.destroy();
