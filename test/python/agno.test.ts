/** programs with Agno do the same with Headroom inside, and their providers are sent less. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RETRIEVAL_TOOL } from '../../src/retrieval/tool.ts';
import {
  type RecordedRequest,
  type ScriptedProvider,
  startScriptedProvider,
} from '../../src/testing/scripted-provider.ts';
import { bareEnvironment, type ProxyProcess, startProxyProcess } from '../e2e/proxy-process.ts';
import { HITS } from '../e2e/retrieving-agent.ts';
import { type Asked, type Programs, startPrograms, type Told } from './agno-programs.ts';
import { preparePython } from './environment.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- bodies of four APIs

const environment = await preparePython();
const isThere = typeof environment !== 'string';
if (!isThere) test.skip(`Agno: ${environment}`);

// Python loads for a long time where other tests run beside it.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ROWS = Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active', admin: id % 9 === 0 }));
const PROMPTS = ['how many rows?', 'and the seventh?', 'thanks'];

let provider: ScriptedProvider;
let proxy: ProxyProcess;
let programs: Programs;
beforeAll(async () => {
  if (!isThere) return;
  provider = await startScriptedProvider(scriptFor);
  // Decisions may take as long as a busy machine needs.
  proxy = await startProxyProcess({ upstream: provider.url, flags: ['--deadline-ms', '20000'] });
  programs = startPrograms(environment);
  await programs.ask('ready');
});
afterAll(async () => {
  await programs?.close();
  await proxy?.[Symbol.asyncDispose]();
  await provider?.close();
  if (isThere) environment.remove();
});

/** Asks for rows, fetches what is not shown where it can, asks for more, and answers. */
function scriptFor({ body }: RecordedRequest): object {
  const text = body.toString();
  const hash = /headroom_retrieve hash=([0-9a-f]{24})/.exec(text)?.[1];
  const fetches = hash === undefined ? [] : [{ tool: /^headroom_retrieve$/, input: { hash, lines: '7' } }];
  const calls = [
    { tool: /list_rows/, input: { table: 'users' } },
    ...fetches,
    [{ tool: /count_rows/, input: { table: 'users' } }, ...fetches],
  ];
  // Agno sends calls to Gemini without the ids by which a script knows its own.
  const behind = (JSON.parse(text).contents ?? []).filter(({ parts }: Json) =>
    parts.some((part: Json) => part.functionCall),
  );
  return { call: calls.slice(behind.length), text: 'There are 12 rows, all of them active.' };
}

interface Outcome extends Told {
  readonly requests: readonly Json[];
  readonly bytes: number;
}

async function outcomeOf(asked: Omit<Asked, 'provider' | 'headroom' | 'prompts'>): Promise<Outcome> {
  const before = provider.requests.length;
  const told = await programs.converse({ prompts: PROMPTS, ...asked, provider: provider.url, headroom: proxy.url });
  const bodies = provider.requests
    .slice(before)
    .map(({ body }) => body.toString().replaceAll(/scripted_\d+/g, 'scripted'));
  return { ...told, requests: bodies.map((body) => JSON.parse(body)), bytes: bodies.join('').length };
}

const historyOf = ({ messages, input, contents }: Json): readonly Json[] => messages ?? input ?? contents;

const MATRIX = (['openai', 'claude', 'gemini', 'responses'] as const).flatMap((vendor) =>
  (['sync', 'async', 'stream', 'astream'] as const).map((way) => [vendor, way] as const),
);

describe.skipIf(!isThere).each(MATRIX)('%s, %s', (vendor, way) => {
  test('the same answers, tool calls, events and memory, from requests that are smaller and only grow', async () => {
    const result = HITS.join('\n');
    const plain = await outcomeOf({ vendor, way, result });
    const wrapped = await outcomeOf({ vendor, way, result, how: 'wrapped' });
    for (const part of ['content', 'status', 'tools', 'events', 'memory'] as const) {
      expect(wrapped.runs.map((run) => run[part])).toEqual(plain.runs.map((run) => run[part]));
    }
    expect(wrapped.class).toBe(plain.class);
    expect(wrapped.warned).toEqual([]);
    // What was fetched is paid for, too; and Headroom's calls, alone and beside the program's, were answered inside.
    expect(wrapped.requests).toHaveLength(plain.requests.length + 1);
    expect(wrapped.bytes).toBeLessThan(plain.bytes / 4);
    for (const [index, { tools, system, systemInstruction, ...request }] of wrapped.requests.entries()) {
      const next = wrapped.requests[index + 1];
      if (!next) break;
      expect([next.tools, next.system, next.systemInstruction]).toEqual([tools, system, systemInstruction]);
      const sent = historyOf(request);
      expect(historyOf(next).slice(0, sent.length)).toEqual(sent);
    }
    expect(wrapped.savings!.total_tokens_saved).toBeGreaterThan(10_000);
    expect(wrapped.savings!.total_requests).toBe(plain.requests.length);
    // All requests of a turn are counted in what the program is told that it cost.
    expect(wrapped.runs[0]!.inputTokens).toBeLessThan(plain.runs[0]!.inputTokens! / 2);
  });
});

describe.skipIf(!isThere)('a wrapped model', () => {
  test('is what it wraps to Agno, and has the published surface', async () => {
    const { tool, refused, ...told } = await programs.ask('surface');
    expect(told).toEqual({
      isClaude: true,
      isWrapped: true,
      name: ['Claude', 'claude-opus-5-5', 'Claude', 'Anthropic', 'Anthropic'],
      underlying: true,
      maxTokens: 99,
      copies: ['other', 'claude-opus-5-5', 'other', 'claude-opus-5-5'],
      thinking: [{ type: 'enabled', budget_tokens: 1024 }, true],
      flags: 'high',
      structured: true,
      again: true,
      byName: expect.stringMatching(/^OpenAI/),
      deprecated: ['DeprecationWarning'],
    });
    expect(tool).toEqual(RETRIEVAL_TOOL);
    expect(refused).toContain('wraps an Agno model');
  });

  test('reads what a tool returned as JSON where Agno spelt it as Python', async () => {
    const asked = { vendor: 'openai', way: 'sync', result: ROWS } as const;
    const [plain, wrapped] = [await outcomeOf(asked), await outcomeOf({ ...asked, how: 'wrapped' })];
    expect(plain.runs[0]!.memory[3]![1]).toContain("'admin': True");
    expect(wrapped.runs.map(({ memory }) => memory)).toEqual(plain.runs.map(({ memory }) => memory));
    expect(wrapped.bytes).toBeLessThan(plain.bytes / 3);
  });

  test('leaves results alone that are short, and programs without tools without one', async () => {
    const asked = { vendor: 'openai', way: 'sync', result: 'twelve', prompts: ['hi'] } as const;
    const plain = await outcomeOf({ ...asked });
    const wrapped = await outcomeOf({ ...asked, how: 'wrapped' });
    const withoutOurs = wrapped.requests.map(({ tools, ...rest }: Json) => ({
      ...rest,
      tools: tools.filter((tool: Json) => tool.function.name !== 'headroom_retrieve'),
    }));
    expect(withoutOurs).toEqual(plain.requests);
    const bare = { ...asked, tools: false } as const;
    expect((await outcomeOf({ ...bare, how: 'wrapped' })).requests).toEqual((await outcomeOf(bare)).requests);
  });
});

test.skipIf(!isThere)('the hooks put Headroom into the model of their agent, and say what runs cost', async () => {
  const {
    hooks,
    class: name,
    bytes,
  } = await outcomeOf({
    vendor: 'openai',
    way: 'sync',
    result: HITS.join('\n'),
    how: 'hooks',
  });
  expect(name).toBe('OpenAIChat');
  expect(bytes).toBeLessThan(HITS.join('\n').length * 2);
  expect(hooks!.saved).toBeGreaterThan(10_000);
  expect([hooks!.total_requests, hooks!.said.length]).toEqual([PROMPTS.length, PROMPTS.length]);
});

test.skipIf(!isThere)('optimize_messages shortens results of messages and dicts, and leaves nothing out', async () => {
  const call = { id: 'c1', type: 'function', function: { name: 'list_rows', arguments: '{}' } };
  const messages = [
    { role: 'user', content: 'how many?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: JSON.stringify(ROWS) },
  ];
  const { dicts, metrics, contents, untouched } = await programs.ask('shorten', { messages, headroom: proxy.url });
  expect(dicts.slice(0, 2)).toEqual(messages.slice(0, 2));
  expect(dicts[2].content.length).toBeLessThan(messages[2]!.content!.length / 2);
  expect(dicts[2].content).not.toContain('headroom_retrieve');
  expect([contents[2], untouched]).toEqual([dicts[2].content, true]);
  expect(metrics.tokens_saved).toBe(metrics.tokens_before - metrics.tokens_after);
  expect(metrics.tokens_saved).toBeGreaterThan(1000);
});

const ROOT = join(import.meta.dirname, '../..');
const BLOCKS = ['python/README.md', 'README.md', 'docs/library.md'].flatMap((file) => {
  const blocks = readFileSync(join(ROOT, file), 'utf8').matchAll(/^```python\n(.*?)^```/gms);
  return Array.from(blocks, ([, code = ''], index) => [`${file}, program ${index + 1}`, code] as const);
});

test.skipIf(!isThere).each(BLOCKS)('%s in Python runs as it stands there', async (_name, code) => {
  if (!isThere) return;
  const env = {
    ...bareEnvironment(programs.home),
    PYTHONPATH: environment.packages,
    AGNO_TELEMETRY: 'false',
    OPENAI_API_KEY: 'sk-dummy',
    OPENAI_BASE_URL: `${provider.url}/v1`,
    HEADROOM_BASE_URL: proxy.url,
  };
  const { stdout } = await promisify(execFile)(environment.python, ['-B', '-c', code], { env, timeout: 100_000 });
  expect(stdout).toMatch(/total_requests/);
});
