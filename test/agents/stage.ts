/**
 * Where a real agent works: a home and a project folder of its own, a tap that records what it sends, a real proxy
 * process behind that, and a provider at the end. Nothing but loopback can be reached.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';
import { aroundResults, messagesOf, resultTexts, withoutTool } from '../e2e/body-diff.ts';
import { manyOrders } from '../e2e/conversations.ts';
import { type ProxyProcess, startProxyProcess } from '../e2e/proxy-process.ts';

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly body: Buffer;
}

export interface Stage {
  /** What the agent is told to talk to. */
  readonly url: string;
  readonly work: string;
  readonly home: string;
  readonly proxy: ProxyProcess;
  /** What the agent has sent, in order. */
  readonly sent: readonly Exchange[];
  write(path: string, text: string): void;
  /** Runs a program of this folder to its end. */
  run(program: string, words: readonly string[], variables: Readonly<Record<string, string>>): Promise<Finished>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** As agents print it whole: their limit is near 30,000 characters. */
export const ORDERS_TEXT: string = JSON.stringify(manyOrders(300));
/** 3,000 records: more than any agent shows its model in one piece. */
export const MANY_ORDERS_TEXT: string = JSON.stringify(manyOrders(3000));

export const SOURCE_TEXT: string = Array.from({ length: 60 }, (_, index) =>
  [
    `/** Charges account ${index}. */`,
    `export function charge${index}(account: Account, amount: bigint): Receipt {`,
    `\tconst fee = (amount * ${index * 7}n) / 10_000n;   `,
    `  return ledger.post({ account: account.id, memo: \`“naïve” 日本 ${index}\`, fee });`,
    '}',
    '',
  ].join('\n'),
).join('\n');

/** What a search prints: a view of it leaves the later hits out. */
export const HITS_TEXT: string = Array.from(
  { length: 500 },
  (_, n) => `src/part${n % 25}/file.ts@${n}:  const value${n} = compute(${n * 7});\n`,
).join('');
export const LAST_HIT = 'src/part24/file.ts:499:  const value499 = compute(3493);';

export async function setStage(upstream: string): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'headroom-agent-'));
  const [home, work] = [join(root, 'home'), join(root, 'work')];
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(home);
  write('work/orders.json', ORDERS_TEXT);
  write('work/many-orders.json', MANY_ORDERS_TEXT);
  write('work/charge.ts', SOURCE_TEXT);
  write('work/hits.txt', HITS_TEXT);
  write('work/search.sh', 'sed s/@/:/ < hits.txt\n');
  execFileSync('git', ['init', '--quiet', work]);
  const proxy = await startProxyProcess({ upstream });
  const tap = await startTap(proxy.url);
  return {
    url: tap.url,
    sent: tap.sent,
    home,
    work,
    proxy,
    write,
    run: (program, words, variables) => run(program, words, work, { ...environment(home), ...variables }),
    async [Symbol.asyncDispose]() {
      tap.close();
      await proxy[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    TERM: 'xterm-256color',
    NO_COLOR: '1',
    CI: '1',
    // Port 9 answers nobody: what is not loopback fails at once.
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    NO_PROXY: 'localhost,127.0.0.1',
    DO_NOT_TRACK: '1',
    IS_SANDBOX: '1',
  };
}

async function run(program: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Finished> {
  const path = program.includes('/') ? program : resolve(import.meta.dirname, 'node_modules/.bin', program);
  const child = spawn(path, words, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** Records bodies on their way and changes nothing. */
async function startTap(target: string): Promise<{ url: string; sent: Exchange[]; close: () => void }> {
  const sent: Exchange[] = [];
  const server = createServer((incoming, client) => {
    const chunks: Buffer[] = [];
    const outgoing = request(
      target + incoming.url!,
      { method: incoming.method!, headers: incoming.rawHeaders },
      (response) => {
        client.writeHead(response.statusCode!, response.rawHeaders);
        client.flushHeaders();
        response.pipe(client);
      },
    );
    outgoing.on('error', () => client.destroy());
    client.on('close', () => client.writableFinished || outgoing.destroy());
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => sent.push({ method: incoming.method!, url: incoming.url!, body: Buffer.concat(chunks) }));
    incoming.pipe(outgoing);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent, close };
}

export interface Pair {
  readonly sent: Exchange;
  readonly arrived: Exchange;
}

/**
 * Each request that the agent sent, with the one that arrived for it: equal but for texts of tool results.
 * Agents send some at the same time, so the order of arrival says nothing.
 */
export function pairUp(sent: readonly Exchange[], arrived: readonly Exchange[]): readonly Pair[] {
  const left = [...arrived];
  const pairs = sent.map((one) => {
    const index = left.findIndex(
      (other) => other.method === one.method && other.url === one.url && rest(other.body) === rest(one.body),
    );
    expect(index, `${one.method} ${one.url} did not arrive as it was sent`).not.toBe(-1);
    return { sent: one, arrived: left.splice(index, 1)[0]! };
  });
  expect(left).toEqual([]);
  return pairs;
}

function rest(body: Buffer): string {
  try {
    return aroundResults(withoutTool(body).body);
  } catch {
    return body.toString('latin1');
  }
}

/** The pairs of the conversation itself: titles and other side requests have no tools. */
export function workOf(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.filter(({ sent }) => {
    const text = sent.body.toString();
    return text.startsWith('{') && ((JSON.parse(text) as { tools?: unknown[] }).tools?.length ?? 0) > 0;
  });
}

/** @throws when what two turns share, for the client, went out differently. */
export function expectStable(pairs: readonly Pair[]): void {
  const marks = (text: string): string => text.replaceAll(/,?"cache_control":\{[^}]*\}/g, '');
  let shared = 0;
  pairs.slice(1).forEach((now, index) => {
    const before = pairs[index]!;
    const [wasSent, isSent] = [messagesOf(before.sent.body).map(marks), messagesOf(now.sent.body).map(marks)];
    const [was, is] = [messagesOf(before.arrived.body).map(marks), messagesOf(now.arrived.body).map(marks)];
    isSent.forEach((message, place) => {
      if (message !== wasSent[place]) return;
      shared += 1;
      expect(is[place], `message ${place} of turn ${index + 1}`).toBe(was[place]);
    });
  });
  expect(shared).toBeGreaterThan(0);
}

/** What the last turn's results were for the agent, and what became of them. */
export function lastResults(pairs: readonly Pair[]): readonly (readonly [sent: string, arrived: string])[] {
  const { sent, arrived } = pairs.at(-1)!;
  const texts = resultTexts(arrived.body);
  return resultTexts(sent.body).map((text, index) => [text, texts[index]!] as const);
}
