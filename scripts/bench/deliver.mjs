// Posts deliveries, each a different action: node scripts/bench/deliver.mjs CONNECTIONS SECONDS URL…; the connections take the
// addresses in turn. Prints accepted deliveries a second and percentiles in milliseconds as JSON. Plain sockets: the load
// comes from the same cores, and must not be what is measured.
import { connect } from 'node:net';

const [connections, seconds, ...urls] = process.argv.slice(2);
const body = (n) => `{"action":{"id":${n},"subject_id":${n},"subject_type":"Opportunity","source_id":null,"source_type":null,"member_id":1,"action_type":"update","name":"Summer Gala","description":"","created_at":"2026-06-07T10:30:00.000Z","updated_at":"2026-06-07T10:30:00.000Z","member":{"id":1,"name":"Ana","active":true,"email":"ana@example.com"},"subject":{"id":1,"name":"Summer Gala","organisation_name":"Acme Events"}}}`;
let next = Date.now() * 1000;
let [begins, ends] = [0, 0];
const times = [];

const client = (address) => new Promise((done, failed) => {
  const { hostname, port, pathname } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let sent = 0;
  const send = () => {
    const now = performance.now();
    if (now > ends) { socket.end(); done(); return; }
    const text = body(next++);
    sent = now;
    socket.write(`POST ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  };
  let read = '';
  socket.on('data', (data) => {
    read += data.toString('latin1');
    const head = read.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(read)?.[1] ?? 0);
    if (read.length < head + 4 + length) return;
    if (!read.startsWith('HTTP/1.1 200')) { failed(new Error(read.slice(0, 300))); socket.destroy(); return; }
    read = '';
    const now = performance.now();
    if (sent >= begins && now <= ends) times.push(now - sent);
    send();
  });
  socket.on('error', failed).on('connect', send);
});

begins = performance.now() + 1000;
ends = begins + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(connections) }, (_, n) => client(urls[n % urls.length])));
times.sort((a, b) => a - b);
const at = (share) => Number(times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(2));
console.log(JSON.stringify({ rate: Math.round(times.length / Number(seconds)), p50: at(0.5), p99: at(0.99) }));
