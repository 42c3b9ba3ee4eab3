/**
 * What a hidden call costs beyond the request that it makes: an answer with one hop more, through Headroom, less the same
 * answer without it, and less what that further request takes directly. All in turns within each round.
 */
import { messageBody, work } from './bodies.ts';
import { Client, type Request } from './client.ts';
import { median, medianRange, megabytes, ms, pairedDifferences, quantile, signedMs } from './measure.ts';
import { processorMs, startHeadroom, startScript } from './processes.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const LIMIT_MS = 3;
const KB = 1024;
const ROUNDS = 200;
const WARM_UP = 40;
const SIZES = [20 * KB, 100 * KB, 1024 * KB];

interface Arm {
  readonly name: string;
  readonly client: Client;
  readonly hops: number;
  readonly samples: number[];
}

/** A search of which a view goes out, so that there is something to fetch. */
const HITS = Array.from({ length: 600 }, (_, n) => `src/part${n % 30}/file.ts:${n}:  const v${n} = compute(${n * 7});`);
const SEARCH = [
  {
    role: 'assistant',
    content: [{ type: 'tool_use', id: 'toolu_search', name: 'Grep', input: { pattern: 'compute' } }],
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_search', content: HITS.join('\n') }] },
];

function requestOf(bytes: number): Request {
  const { head, messages } = work(bytes, 8 * KB, 11);
  return {
    path: '/v1/messages',
    headers: { 'x-api-key': 'bench-key', 'anthropic-version': '2023-06-01' },
    body: messageBody([...messages, ...SEARCH], { ...head, stream: true }),
  };
}

async function ask({ client, hops }: Arm, request: Request): Promise<number> {
  const headers = { ...request.headers, 'x-bench-hops': String(hops) };
  const { status, wholeMs, firstChunk } = await client.post({ ...request, headers });
  if (status !== 200) throw new Error(`answered ${status}: ${firstChunk.toString()}`);
  return wholeMs;
}

interface Measured {
  readonly arms: readonly [Arm, Arm, Arm, Arm];
  readonly pid: number;
}

async function measure(request: Request, { arms, pid }: Measured, rounds: number): Promise<number> {
  for (const arm of arms) arm.samples.length = 0;
  const warmUp = Math.min(WARM_UP, rounds);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(round + turn) % arms.length]!;
      const took = await ask(arm, request);
      if (round >= warmUp) arm.samples.push(took);
    }
  }
  return processorOfHop(request, arms, pid, rounds);
}

/** Of all threads of the proxy: answers with two hops, less those with one. */
async function processorOfHop(
  request: Request,
  [, , one, two]: Measured['arms'],
  pid: number,
  rounds: number,
): Promise<number> {
  const used: number[] = [];
  for (const arm of [one, two]) {
    const before = processorMs(pid);
    for (let round = 0; round < rounds; round++) await ask(arm, request);
    used.push((processorMs(pid) - before) / rounds);
  }
  return used[1]! - used[0]!;
}

function tell(request: Request, { arms }: Measured, processor: number, report: Report): void {
  const [direct, none, one, two] = arms;
  const size = megabytes(request.body.length);
  report.line(`### ${size}, ${direct.samples.length} rounds`);
  const rows = arms.map(({ name, samples }) => [name, ms(median(samples)), ms(quantile(samples, 0.95))]);
  report.table(['answer', 'p50', 'p95'], rows);
  const own = (more: Arm, less: Arm): number[] =>
    pairedDifferences(pairedDifferences(more.samples, less.samples), direct.samples);
  const named: readonly (readonly [string, readonly number[]])[] = [
    ['the first hop', own(one, none)],
    ['the second', own(two, one)],
  ];
  report.table(
    ['our own part', 'p50 of rounds', '95 % range of it'],
    named.map(([name, values]) => [name, signedMs(median(values)), medianRange(values).map(signedMs).join(' to ')]),
  );
  const added = median(named[0]![1]);
  const limit = `<= ${LIMIT_MS} ms`;
  report.target(`a hidden hop, ${size}: our own part, p50`, limit, ms(added), added <= LIMIT_MS);
  report.line(`Processor of a hop, all threads, its request included: ${ms(processor)}`);
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('Hidden hops', options);
  const upstream = await startScript('direct', 'hop-upstream.ts');
  const headroom = await startHeadroom({ upstream: upstream.url });
  const arm = (name: string, url: string, hops: number): Arm => ({ name, client: new Client(url), hops, samples: [] });
  const arms = [
    arm('direct', upstream.url, 0),
    arm('through Headroom, no call', headroom.url, 0),
    arm('through Headroom, one hidden call', headroom.url, 1),
    arm('through Headroom, two in a row', headroom.url, 2),
  ] as const;
  try {
    for (const bytes of SIZES) {
      const request = requestOf(bytes);
      const processor = await measure(request, { arms, pid: headroom.pid }, options.isQuick ? 10 : ROUNDS);
      tell(request, { arms, pid: headroom.pid }, processor, report);
    }
  } finally {
    await Promise.all(arms.map(({ client }) => client.close()));
    await headroom.stop();
    await upstream.stop();
  }
  report.finish();
}

await run(benchOptions());
