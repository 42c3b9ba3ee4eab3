/** The ways of a request to its provider: direct, through the engine alone, through a running proxy on loopback. */
import { createModelTable } from '../../src/models/table.ts';
import { openAccounts } from '../../src/pipeline/account.ts';
import { formats, openEngine, prepareEngine, tokenizer } from '../../src/pipeline/defaults.ts';
import { startProxy } from '../../src/proxy/server.ts';
import { startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { Client } from '../client.ts';
import type { BillClient } from './clients.ts';
import { asMap, asText, type Json, type JsonMap } from './wording.ts';

export type Profile = 'lossless' | 'balanced' | 'aggressive';

export interface Way {
  readonly name: string;
  /** What reaches the provider. */
  send(body: JsonMap, client: Pick<BillClient, 'api' | 'path'>, key: string, at: number): Promise<JsonMap>;
  /** What a handle in a text brings back, as text; empty for what is none. */
  original(handle: string, key: string): Promise<string>;
  close(): Promise<void>;
}

export const direct: Way = {
  name: 'direct',
  send: (body) => Promise.resolve(body),
  original: () => Promise.resolve(''),
  close: () => Promise.resolve(),
};

/** Decisions must not depend on how busy the machine is. */
const DEADLINE_MS = 60_000;
const warn = (message: string): void => console.error(message);

/** @param deepens whether histories are said shorter once their cache has gone, of which only this way can tell the time. */
export async function engineWay(
  profile: Profile,
  deepens: boolean = process.env['BENCH_COLD'] !== 'off',
): Promise<Way> {
  await prepareEngine({ level: profile });
  // As the proxy has it: the lossless profile adds nothing.
  const adds = profile !== 'lossless';
  const engine = openEngine(
    {
      level: profile,
      offersTool: adds,
      aligns: adds,
      fits: adds,
      deepens: adds && deepens,
      storePath: undefined,
      deadlineMs: DEADLINE_MS,
    },
    warn,
  );
  const record = openAccounts({ formats, stores: engine.stores, models: createModelTable(), tokenizer, holdout: 0 });
  return {
    name: profile,
    send: (body, { api }, key, at) => {
      const bytes = Buffer.from(JSON.stringify(body));
      const verdict = engine.run({ body: bytes, format: api, tenant: key, intent: 'send', at });
      if (verdict.problem !== undefined) throw new Error(verdict.problem);
      const job = {
        at,
        endedAt: at,
        tenant: key,
        project: undefined,
        format: api,
        model: '',
        road: 'shortened',
      } as const;
      const { newestAt, body: sent, notes } = verdict;
      if (deepens) record({ ...job, newestAt, received: bytes, sent, complete: true, usages: [], notes });
      return Promise.resolve(verdict.body ? (JSON.parse(Buffer.from(verdict.body).toString()) as JsonMap) : body);
    },
    original: (handle, key) => Promise.resolve(engine.stores.originals(key).get(handle) ?? ''),
    close: () => Promise.resolve(engine.close()),
  };
}

export async function proxyWay(profile: Profile): Promise<Way> {
  const provider = await startScriptedProvider();
  const { url } = provider;
  const proxy = await startProxy({
    host: '127.0.0.1',
    port: 0,
    upstreams: { anthropic: url, openai: url, gemini: url },
    profile,
    aligns: true,
    fits: true,
    token: undefined,
    storePath: undefined,
    maxBodyBytes: 64 * 1_048_576,
    deadlineMs: DEADLINE_MS,
    workers: 1,
    connectTimeoutMs: 10_000,
    responseTimeoutMs: 60_000,
    logLevel: 'silent',
    warn,
  });
  const client = new Client(proxy.url);
  const headers = (key: string): Record<string, string> => ({
    'x-api-key': key,
    authorization: `Bearer ${key}`,
    'anthropic-version': '2023-06-01',
  });
  return {
    name: profile,
    async send(body, { path }, key) {
      // One request at a time is under way, and it is not kept: the bodies of a whole run are gigabytes.
      (provider.requests as unknown[]).length = 0;
      const { status } = await client.post({ path, headers: headers(key), body: Buffer.from(JSON.stringify(body)) });
      const [received] = provider.requests;
      if (status !== 200 || !received) throw new Error(`answered ${status}`);
      return JSON.parse(received.body.toString()) as JsonMap;
    },
    async original(handle, key) {
      const answer = await fetch(`${proxy.url}/v1/retrieve/${handle}`, { headers: headers(key) });
      const said = asMap((await answer.json()) as Json);
      return asText(said['original_content']);
    },
    async close() {
      await client.close();
      await proxy.close();
      await provider.close();
    },
  };
}
