/** For tests of the proxy: an upstream and a proxy on loopback, a scripted optimizer, and a client that sees raw bytes. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Job, Verdict } from '../pipeline/engine.ts';
import type { Optimizer } from '../pipeline/pool.ts';
import { type ProxyOptions, type ProxyParts, type RunningProxy, startProxy } from './server.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn. */
  readonly raw: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface TestUpstream {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  close(): Promise<void>;
}

/** Records every request whole, then lets `reply` answer; a plain 200 when left out. */
export async function startUpstream(
  reply: (client: http.ServerResponse, request: Received) => void = ok,
): Promise<TestUpstream> {
  const received: Received[] = [];
  const upstream = await serve((incoming, client) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', rawHeaders: raw, headers } = incoming;
      const request = { method, url, raw, headers, body: Buffer.concat(chunks) };
      received.push(request);
      reply(client, request);
    });
  });
  return { ...upstream, received };
}

/** An upstream that is given the raw exchange. */
export async function serve(
  listener: http.RequestListener,
): Promise<Omit<TestUpstream, 'received'> & { server: http.Server }> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, port, server, close };
}

function ok(client: http.ServerResponse): void {
  client.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

export interface FakeOptimizer extends Optimizer {
  readonly jobs: Job[];
}

/** @param decide what becomes of a body; left alone when it says nothing. */
export function fakeOptimizer(
  decide: (job: Job) => Partial<Verdict> | undefined = () => undefined,
  originals: ReadonlyMap<string, string> = new Map(),
): FakeOptimizer {
  const jobs: Job[] = [];
  return {
    jobs,
    ready: Promise.resolve(),
    close: () => Promise.resolve(),
    status: () => Promise.resolve(undefined),
    advance: () => Promise.resolve(undefined),
    mend: () => Promise.resolve(undefined),
    kept: () => Promise.resolve(undefined),
    original: (tenant, key) => Promise.resolve(originals.get(`${tenant} ${key}`)),
    run(job) {
      jobs.push(job);
      return Promise.resolve({ ...LEFT_ALONE, format: job.format, ...decide(job) });
    },
  };
}

const LEFT_ALONE: Verdict = {
  body: undefined,
  format: undefined,
  model: 'm',
  notes: [],
  parts: [],
  totals: undefined,
  isOffered: false,
  problem: undefined,
};

/** What an optimizer decides: an upper-case body stands for a shorter one. */
export function shout({ body }: Job): Partial<Verdict> {
  return { body: Buffer.from(Buffer.from(body).toString().toUpperCase()) };
}

export function startTestProxy(
  upstreamUrl: string,
  options: Partial<ProxyOptions> = {},
  parts: ProxyParts = {},
): Promise<RunningProxy> {
  const all: ProxyOptions = {
    host: '127.0.0.1',
    port: 0,
    upstreams: { anthropic: upstreamUrl, openai: upstreamUrl, gemini: upstreamUrl },
    profile: 'balanced',
    token: undefined,
    storePath: undefined,
    maxBodyBytes: 64 * 1024 * 1024,
    deadlineMs: 2000,
    workers: 1,
    connectTimeoutMs: 2000,
    responseTimeoutMs: 0,
    logLevel: 'silent',
    warn: () => undefined,
    ...options,
  };
  return startProxy(all, { openOptimizer: () => fakeOptimizer(), environment: {}, ...parts });
}

export interface Call {
  readonly method?: string;
  readonly path?: string;
  /** Names and values in turn; repeats are sent as they stand. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
}

export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly raw: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own. */
export function call(
  port: number,
  { method = 'POST', path = '/v1/messages', headers = [], body }: Call = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    const hasHost = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
    const host = hasHost ? [] : ['Host', `127.0.0.1:${port}`];
    const request = http.request({
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: [...host, ...headers, ...length],
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, statusMessage: reason = '', rawHeaders: raw, headers: fields } = response;
        resolve({ status, reason, raw, headers: fields, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}

/** The values of a header in a raw list, in order. */
export function valuesOf(raw: readonly string[], name: string): string[] {
  return raw.filter((_value, index) => index % 2 === 1 && raw[index - 1]!.toLowerCase() === name.toLowerCase());
}

/** Waits until it is so; the test's own time limit ends a wait for what never comes. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
