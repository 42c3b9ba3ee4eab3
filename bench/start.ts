/** How soon Headroom accepts a connection after it was started, and how much memory it holds when it has little to do. */
import { connect, createServer } from 'node:net';
import { talk } from './bodies.ts';
import { Client } from './client.ts';
import { median, ms, quantile } from './measure.ts';
import { pause, residentMegabytes, spawnHeadroom, startScript } from './processes.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const LIMIT_MS = 500;
const LIMIT_MB = 120;
const IDLE_MS = 3000;
const POLL_MS = 2;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

interface Start {
  readonly acceptsMs: number;
  readonly answersMs: number;
}

async function startOnce(upstream: string): Promise<Start> {
  const port = await freePort();
  const begin = performance.now();
  const spawned = spawnHeadroom({ upstream, port });
  try {
    while (!(await accepts(port))) {
      if (spawned.child.exitCode !== null) throw new Error(`headroom ended with ${spawned.child.exitCode}`);
      await pause(POLL_MS);
    }
    const acceptsMs = performance.now() - begin;
    const answer = await fetch(`http://127.0.0.1:${port}/livez`);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`/livez answered ${answer.status}`);
    return { acceptsMs, answersMs: performance.now() - begin };
  } finally {
    await spawned.stop();
  }
}

async function measureStarts(upstream: string, rounds: number, report: Report): Promise<void> {
  await startOnce(upstream);
  const starts: Start[] = [];
  for (let round = 0; round < rounds; round++) starts.push(await startOnce(upstream));
  const accepted = starts.map(({ acceptsMs }) => acceptsMs);
  const answered = starts.map(({ answersMs }) => answersMs);
  report.table(
    [`from spawn, ${rounds} starts`, 'p50', 'least', 'most'],
    [
      ['first connection accepted', ms(median(accepted)), ms(Math.min(...accepted)), ms(Math.max(...accepted))],
      ['first answer of /livez', ms(median(answered)), ms(Math.min(...answered)), ms(Math.max(...answered))],
    ],
  );
  const slow = quantile(accepted, 0.9);
  report.target('start to first accepted connection, p90', `< ${LIMIT_MS} ms`, ms(slow), slow < LIMIT_MS);
}

async function measureMemory(upstream: string, report: Report): Promise<void> {
  const spawned = spawnHeadroom({ upstream });
  const rows: string[][] = [];
  const note = (when: string): number => {
    const megabytes = residentMegabytes(spawned.child.pid!);
    rows.push([when, `${megabytes.toFixed(0)} MB`]);
    return megabytes;
  };
  try {
    const url = await spawned.url;
    await pause(IDLE_MS);
    const idle = note('3 s after the start');
    const client = new Client(url);
    const request = { path: '/v1/messages', headers: { 'x-api-key': 'bench-key' }, body: talk(100 * 1024) };
    for (let sent = 0; sent < 100; sent++) await client.post(request);
    note('after 100 messages of 100 KB');
    await pause(IDLE_MS);
    const rested = note('3 s later');
    await client.close();
    report.target('memory, idle 3 s after the start', `< ${LIMIT_MB} MB`, `${idle.toFixed(0)} MB`, idle < LIMIT_MB);
    report.target('memory, idle after 100 messages', `< ${LIMIT_MB} MB`, `${rested.toFixed(0)} MB`, rested < LIMIT_MB);
  } finally {
    await spawned.stop();
  }
  report.table(['resident memory of the process', ''], rows);
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('Start and memory', options);
  const upstream = await startScript('direct', 'upstream.ts');
  try {
    await measureStarts(upstream.url, options.isQuick ? 3 : 15, report);
    await measureMemory(upstream.url, report);
  } finally {
    await upstream.stop();
  }
  report.finish();
}

await run(benchOptions());
