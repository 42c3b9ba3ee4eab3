/**
 * What Headroom adds to a request, against the same request sent directly and through a 20-line proxy. The arms take
 * turns within each round and change their order from round to round, so drift of the machine falls on all alike.
 */
import { messageBody, oneResult, step, talk, work } from './bodies.ts';
import { Client, type Request, type Timed } from './client.ts';
import { ms, median, medianRange, megabytes, pairedDifferences, quantile, signedMs, sum } from './measure.ts';
import { pause, processorMs, type Server, startHeadroom, startScript } from './processes.ts';
import { codeSearch } from './recipes/code-search.ts';
import { needle } from './recipes/needle.ts';
import { chance, times } from './recipes/random.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

interface Case {
  readonly name: string;
  readonly rounds: number;
  /** Rounds before those, so that compilers and caches have settled. */
  readonly warmUp: number;
  /** Left between requests: what a proxy does after its answer must not fall on the next arm. */
  readonly pauseMs: number;
  request(round: number): Request;
  /** Most that may be added at the median, in milliseconds. */
  readonly limitMs?: number;
  /** Most that may be added as a multiple of what the plain proxy adds. */
  readonly limitTimes?: number;
  readonly isStream?: boolean;
}

interface Arm {
  readonly name: string;
  readonly client: Client;
  readonly pid: number;
  readonly samples: Sample[];
  /** Processor time of its server for each request. */
  processorMs: number;
}

interface Sample {
  readonly ms: number;
  /** From the provider's write of the first event to its arrival. */
  readonly relayMs: number;
}

const KB = 1024;
const MB = 1024 * KB;
const KEY = { 'x-api-key': 'bench-key', 'anthropic-version': '2023-06-01' };
const messages = (body: Buffer, more: Readonly<Record<string, string>> = {}): Request => ({
  path: '/v1/messages',
  headers: { ...KEY, ...more },
  body,
});

function smallCases(): Case[] {
  const talked = messages(talk(100 * KB));
  const { head, messages: agentMessages } = work(100 * KB, 8 * KB, 5);
  const agent = messageBody(agentMessages, head);
  const small = { rounds: 1000, warmUp: 300, pauseMs: 0 };
  return [
    {
      ...small,
      name: 'unknown path, 100 KB',
      request: () => ({ ...talked, path: '/v1/unknown' }),
      limitMs: 0.3,
      limitTimes: 1.5,
    },
    {
      ...small,
      name: 'bypass header, 100 KB in words',
      request: () => ({ ...talked, headers: { ...talked.headers, 'x-headroom-bypass': 'true' } }),
      limitMs: 0.3,
      limitTimes: 1.5,
    },
    {
      ...small,
      name: 'bypass header, 100 KB with 10 tool results',
      request: () => messages(agent, { 'x-api-key': 'bench-bypass', 'x-headroom-bypass': 'true' }),
      limitMs: 0.3,
      limitTimes: 1.5,
    },
    { ...small, name: 'message read, nothing to change, 100 KB', request: () => talked, limitMs: 1 },
    {
      ...small,
      name: 'unknown path, 100 KB, 5 ms apart',
      request: () => ({ ...talked, path: '/v1/unknown' }),
      rounds: 300,
      pauseMs: 5,
    },
    { ...small, name: 'message remembered, 100 KB, 10 tool results', request: () => messages(agent) },
  ];
}

function streamCases(): Case[] {
  const body = messageBody([{ role: 'user', content: 'Say something.' }], { stream: true });
  const { head } = work(KB, KB, 6);
  const asked = [{ role: 'user', content: 'Say something.' }];
  const stream = { rounds: 500, warmUp: 50, pauseMs: 0, isStream: true, limitMs: 0.3 };
  const header = { 'x-bench-stream': '1' };
  return [
    { ...stream, name: 'stream, unknown path', request: () => ({ ...messages(body, header), path: '/v1/unknown' }) },
    { ...stream, name: 'stream, short message', request: () => messages(body, header) },
    {
      ...stream,
      name: 'stream, the retrieval tool offered and not called',
      request: () => messages(messageBody(asked, { ...head, stream: true }), header),
      limitMs: 2,
    },
  ];
}

function largeCases(): Case[] {
  const { head, messages: told } = work(2 * MB, 10 * KB, 7);
  const again = messageBody(told, head);
  const { head: growingHead, messages: growing } = work(2 * MB, 10 * KB, 8);
  const random = chance(9);
  const grown = [...growing];
  const large = { rounds: 100, warmUp: 20, pauseMs: 10 };
  return [
    { ...large, name: 'remembered turn, 2 MB, 200 tool results', request: () => messages(again), limitMs: 15 },
    {
      ...large,
      name: 'next turn, 2 MB remembered and 2 KB new',
      request: (round) => {
        grown.push(...step(round, 2 * KB, random));
        return messages(messageBody(grown, growingHead));
      },
    },
  ];
}

function firstSightCases(): Case[] {
  const first = { rounds: 100, warmUp: 50, pauseMs: 5, limitMs: 10 };
  const fill = (rowsOf: (seed: number) => readonly unknown[], round: number): Request => {
    const rows: string[] = [];
    for (let seed = round * 16 + 1, size = 0; size < 100 * KB; seed++) {
      const more = rowsOf(seed).map((row) => JSON.stringify(row));
      size += sum(more.map(({ length }) => length + 1));
      rows.push(...more);
    }
    while (sum(rows.map(({ length }) => length + 1)) > 100 * KB) rows.pop();
    return messages(oneResult(`[${rows.join(',')}]`, round));
  };
  return [
    { ...first, name: 'first sight, 100 KB of JSON: log entries', request: (round) => fill(needle, round) },
    { ...first, name: 'first sight, 100 KB of JSON: search hits', request: (round) => fill(codeSearch, round) },
    {
      ...first,
      name: 'first sight, 100 KB of JSON: formulaic rows',
      request: (round) => fill(() => [...needle(), { round }], round),
    },
    {
      ...first,
      name: 'first sight, 100 KB of JSON: nested, no two alike',
      request: (round) => messages(oneResult(JSON.stringify(nested(round)), round)),
    },
  ];
}

/** Objects of differing shape, as an API with many optional fields answers. */
function nested(seed: number): unknown {
  const random = chance(seed + 1);
  const value = (depth: number): unknown => {
    if (depth === 0 || random.unit() < 0.3)
      return random.unit() < 0.5 ? random.whole(0, 1e6) : random.hex(random.whole(4, 40));
    if (random.unit() < 0.3) return times(random.whole(1, 4), () => value(depth - 1));
    return Object.fromEntries(times(random.whole(1, 7), () => [`key_${random.hex(1)}`, value(depth - 1)]));
  };
  const items: unknown[] = [];
  for (let size = 0; size < 100 * KB; size += JSON.stringify(items.at(-1)).length + 1)
    items.push({ id: items.length, body: value(4) });
  return items;
}

async function measure(one: Case, arms: readonly Arm[], isQuick: boolean): Promise<void> {
  const [rounds, warmUp] = [one.rounds, one.warmUp].map((count) => (isQuick ? Math.ceil(count / 20) : count)) as [
    number,
    number,
  ];
  for (const arm of arms) arm.samples.length = 0;
  for (let round = 0; round < warmUp + rounds; round++) {
    if (round === warmUp) for (const arm of arms) arm.processorMs = -processorMs(arm.pid);
    const request = one.request(round);
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(round + turn) % arms.length]!;
      const timed = await arm.client.post(request);
      if (timed.status !== 200)
        throw new Error(`${one.name}: ${arm.name} answered ${timed.status}: ${timed.firstChunk.toString()}`);
      if (round >= warmUp) arm.samples.push(sampleOf(timed, one));
      if (one.pauseMs > 0) await pause(one.pauseMs);
    }
  }
  for (const arm of arms) arm.processorMs = (arm.processorMs + processorMs(arm.pid)) / rounds;
}

function sampleOf({ wholeMs, firstByteMs, firstChunk, firstChunkAt }: Timed, { isStream }: Case): Sample {
  if (!isStream) return { ms: wholeMs, relayMs: 0 };
  const writtenAt = /"written_at":"(\d+)"/.exec(firstChunk.toString())?.[1];
  if (writtenAt === undefined)
    throw new Error(`the first chunk is not the first event: ${firstChunk.toString().slice(0, 200)}`);
  return { ms: firstByteMs, relayMs: Number(firstChunkAt - BigInt(writtenAt)) / 1e6 };
}

function tell(one: Case, [direct, plain, ours]: readonly [Arm, Arm, Arm], report: Report): void {
  const bytes = one.request(0).body.length;
  report.line(
    `### ${one.name}\n\n${megabytes(bytes)}, ${direct.samples.length} rounds${one.isStream ? ', to the first byte' : ''}`,
  );
  const took = (arm: Arm): number[] => arm.samples.map((sample) => sample.ms);
  const base = took(direct);
  const addedBy = (arm: Arm): number[] => pairedDifferences(took(arm), base);
  const rows = [direct, plain, ours].map((arm) => {
    const own = took(arm);
    const [low, high] = medianRange(addedBy(arm));
    const added = arm === direct ? '' : signedMs(median(addedBy(arm)));
    return [
      arm.name,
      ms(median(own)),
      ms(quantile(own, 0.95)),
      ms(quantile(own, 0.99)),
      added,
      arm === direct ? '' : `${signedMs(low)} to ${signedMs(high)}`,
      ms(arm.processorMs),
    ];
  });
  report.table(['arm', 'p50', 'p95', 'p99', 'added, p50 of pairs', '95 % range of it', 'processor'], rows);
  const [added, least] = [median(addedBy(ours)), median(addedBy(plain))];
  if (one.limitMs !== undefined) {
    const measured = `${ms(added)} (plain proxy: ${ms(least)})`;
    report.target(`${one.name}: added, p50`, `<= ${one.limitMs} ms`, measured, added <= one.limitMs);
  }
  if (one.limitTimes !== undefined) {
    const ratio = `${(added / least).toFixed(2)} x`;
    report.target(
      `${one.name}: added, against the plain proxy`,
      `<= ${one.limitTimes} x`,
      ratio,
      added <= least * one.limitTimes,
    );
  }
  if (one.isStream) tellRelay(one, [direct, plain, ours], report);
}

function tellRelay(one: Case, [direct, plain, ours]: readonly [Arm, Arm, Arm], report: Report): void {
  const relay = (arm: Arm): number[] => arm.samples.map(({ relayMs }) => relayMs);
  const rows = [direct, plain, ours].map((arm) => [arm.name, ms(median(relay(arm))), ms(quantile(relay(arm), 0.99))]);
  report.table(['first event: written to received', 'p50', 'p99'], rows);
  const [added, least] = [ours, plain].map((arm) => median(pairedDifferences(relay(arm), relay(direct)))) as [
    number,
    number,
  ];
  const measured = `${ms(added)} (plain proxy: ${ms(least)})`;
  report.target(`${one.name}: first event held back, p50`, `<= ${one.limitMs} ms`, measured, added <= one.limitMs!);
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report('Added latency', options);
  const upstream = await startScript('direct', 'upstream.ts');
  const plain = await startScript('plain proxy', 'rivals/plain-proxy.ts', [upstream.url]);
  const headroom = await startHeadroom({ upstream: upstream.url });
  const servers: readonly Server[] = [upstream, plain, headroom];
  const arms = servers.map(
    ({ name, url, pid }): Arm => ({ name, client: new Client(url), pid, samples: [], processorMs: 0 }),
  ) as unknown as readonly [Arm, Arm, Arm];
  try {
    for (const cases of [smallCases, streamCases, largeCases, firstSightCases]) {
      for (const one of cases()) {
        if (options.only && !one.name.includes(options.only)) continue;
        await measure(one, arms, options.isQuick);
        tell(one, arms, report);
      }
    }
  } finally {
    await Promise.all(arms.map(({ client }) => client.close()));
    for (const server of servers.toReversed()) await server.stop();
  }
  report.finish();
}

await run(benchOptions());
