/** Whether health answers while 16 clients send conversations of 2 MB, beside a plain proxy under the same crowd. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Pool } from 'undici';
import type { Order, Outcome } from './load.ts';
import { count, median, ms, quantile } from './measure.ts';
import { pause, residentMegabytes, type Server, startHeadroom, startScript } from './processes.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const CLIENTS = 16;
const BYTES = 2 * 1024 * 1024;
const PROBE_EVERY_MS = 20;
const LIMIT_MS = 20;

interface Probed {
  readonly healthMs: readonly number[];
  readonly outcome: Outcome;
}

/** Probes go out on the clock, whether the one before was answered or not: a stall is seen by all that it delays. */
async function underLoad(server: Server, order: Order): Promise<Probed> {
  const crowd = fork(join(import.meta.dirname, 'load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<never>((_, reject) =>
    crowd.once('exit', (code) => code === 0 || reject(new Error(`the crowd ended with ${code}`))),
  );
  ended.catch(() => undefined);
  const heard = <Message>(): Promise<Message> =>
    Promise.race([
      new Promise<Message>((resolve) => crowd.once('message', (message) => resolve(message as Message))),
      ended,
    ]);
  const pool = new Pool(server.url, { connections: 64, pipelining: 1 });
  const healthMs: number[] = [];
  const pending: Promise<void>[] = [];
  const probe = async (): Promise<void> => {
    const start = performance.now();
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/livez' });
    await body.dump();
    if (statusCode !== 200) throw new Error(`/livez answered ${statusCode}`);
    healthMs.push(performance.now() - start);
  };
  // Connections are opened before the crowd comes: what is measured is the answer.
  await Promise.all(Array.from({ length: 4 }, probe));
  crowd.send(order);
  await heard();
  healthMs.length = 0;
  const timer = setInterval(() => pending.push(probe()), PROBE_EVERY_MS);
  const outcome = await heard<Outcome>();
  clearInterval(timer);
  await Promise.all(pending);
  await pool.close();
  return { healthMs, outcome };
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('Health under load', options);
  report.line(
    `${CLIENTS} clients, 2 MB each, a health request every ${PROBE_EVERY_MS} ms; clients and provider run at the lowest priority, as if elsewhere`,
  );
  const upstream = await startScript('direct', 'upstream.ts', ['yielding']);
  const rows: string[][] = [];
  try {
    for (const variant of ['remembered', 'first-sight'] as const) {
      const plain = (): Promise<Server> => startScript('plain proxy', 'rivals/plain-proxy.ts', [upstream.url]);
      const ours = (): Promise<Server> => startHeadroom({ upstream: upstream.url });
      for (const start of [plain, ours]) {
        const server = await start();
        if (options.only && server.name !== options.only) {
          await server.stop();
          continue;
        }
        const order: Order = {
          url: server.url,
          clients: CLIENTS,
          bytes: BYTES,
          variant,
          seconds: options.isQuick ? 3 : 12,
        };
        const { healthMs, outcome } = await underLoad(server, order);
        const p99 = quantile(healthMs, 0.99);
        const memory = residentMegabytes(server.pid);
        rows.push([
          variant,
          server.name,
          ms(median(healthMs)),
          ms(quantile(healthMs, 0.95)),
          ms(p99),
          ms(Math.max(...healthMs)),
          count(healthMs.length),
          (outcome.answers / outcome.seconds).toFixed(1),
          ms(median(outcome.wholeMs)),
          `${count(memory)} MB`,
        ]);
        if (server.name === 'headroom') {
          report.target(
            `/livez p99, ${CLIENTS} clients send 2 MB, ${variant}`,
            `< ${LIMIT_MS} ms`,
            ms(p99),
            p99 < LIMIT_MS,
          );
        }
        await server.stop();
        await pause(500);
      }
    }
  } finally {
    await upstream.stop();
  }
  report.table(
    ['bodies', 'server', '/livez p50', 'p95', 'p99', 'most', 'probes', 'answers/s', 'answer p50', 'memory'],
    rows,
  );
  report.finish();
}

await run(benchOptions());
