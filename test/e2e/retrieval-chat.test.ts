/** Hidden calls over Chat Completions: the client's final message is what a provider that never called would have sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatChunks, chatCompletion, type Reply } from '../../src/testing/scripted-replies.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- requests of any shape are looked into

const HITS = Array.from(
  { length: 600 },
  (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
);
const SEARCH = HITS.join('\n');
const TOOL = { type: 'function' as const, function: { name: 'Grep', parameters: { type: 'object', properties: {} } } };
let ids = 0;
const grep = (): Reply['calls'][number] => ({ id: `call_${++ids}`, name: 'Grep', input: { pattern: 'x' } });
const fetch = (body: Json): Reply['calls'][number] => ({
  id: `call_${++ids}`,
  name: 'headroom_retrieve',
  input: { hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(body.messages))?.[1] ?? 'none' },
});
type Plan = readonly ((body: Json) => Partial<Reply>)[];

/** Refuses what the API refuses: a call without its answer, or an answer without its call. */
interface Provider {
  readonly url: string;
  readonly requests: Json[];
  readonly problems: string[];
  reset(plan: Plan): void;
  close(): void;
}

async function startProvider(): Promise<Provider> {
  const [requests, problems]: [Json[], string[]] = [[], []];
  let plan: Plan = [];
  const server = createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const body = JSON.parse(text);
    body.messages.forEach((message: Json, index: number) => {
      const asked = (message.tool_calls ?? []).map(({ id }: Json) => id);
      const answered = body.messages.slice(index + 1, index + 1 + asked.length).map((one: Json) => one.tool_call_id);
      if (asked.toSorted().join(' ') !== answered.toSorted().join(' '))
        problems.push(`calls ${asked}, answers ${answered}`);
    });
    const reply = { calls: [], text: '', ...(plan[requests.push(body) - 1]?.(body) ?? { text: 'nothing more' }) };
    const usage = { inputTokens: 100 * requests.length, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const shape = { reply, model: 'm', number: requests.length, usage };
    outgoing.writeHead(200, { 'content-type': body.stream ? 'text/event-stream' : 'application/json' });
    if (!body.stream) return void outgoing.end(JSON.stringify(chatCompletion(shape)));
    const wantsUsage = body.stream_options?.include_usage === true;
    const chunks = chatChunks(shape, wantsUsage).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    outgoing.end(`${chunks.join('')}data: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const reset = (next: Plan): void => {
    plan = next;
    requests.length = 0;
    problems.length = 0;
  };
  return { url, requests, problems, reset, close: () => void server.close() };
}

async function converse(url: string, isStreaming: boolean): Promise<Json[]> {
  const client = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
  const messages: Json[] = [];
  const answers: Json[] = [];
  for (const question of ['search', 'and now?']) {
    messages.push({ role: 'user', content: question });
    for (let turn = 0; turn < 6; turn++) {
      const request = { model: 'gpt-4o', messages, tools: [TOOL] };
      const answer: Json = isStreaming
        ? await client.chat.completions
            .stream({ ...request, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : await client.chat.completions.create(request);
      const { message } = answer.choices[0];
      answers.push(answer);
      messages.push({
        role: 'assistant',
        content: message.content,
        ...(message.tool_calls && { tool_calls: message.tool_calls }),
      });
      if (!message.tool_calls?.length) break;
      for (const { id } of message.tool_calls) messages.push({ role: 'tool', tool_call_id: id, content: SEARCH });
    }
  }
  return answers;
}

const CASES: [string, Plan][] = [
  ['first', [() => ({ calls: [grep()] }), (body) => ({ calls: [fetch(body)] }), () => ({ text: 'found' })]],
  [
    'last, after words',
    [
      () => ({ calls: [grep()] }),
      (body) => ({ text: 'let me look. ', calls: [fetch(body)] }),
      () => ({ text: 'found' }),
    ],
  ],
  [
    'before a call',
    [
      () => ({ calls: [grep()] }),
      (body) => ({ calls: [fetch(body)] }),
      () => ({ text: 'x', calls: [grep()] }),
      () => ({ text: 'done' }),
    ],
  ],
  ['mixed', [() => ({ calls: [grep()] }), (body) => ({ calls: [fetch(body), grep()] }), () => ({ text: 'done' })]],
  [
    'mixed, ours last',
    [() => ({ calls: [grep()] }), (body) => ({ calls: [grep(), fetch(body)] }), () => ({ text: 'done' })],
  ],
  [
    'two at once, twice',
    [
      () => ({ calls: [grep()] }),
      (body) => ({ calls: [fetch(body), fetch(body)] }),
      (body) => ({ calls: [fetch(body)] }),
      () => ({ text: 'done' }),
    ],
  ],
];

let provider: Provider;
let proxy: ProxyProcess;
beforeAll(async () => {
  provider = await startProvider();
  proxy = await startProxyProcess({ upstream: provider.url });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  provider.close();
});

describe.each([
  ['streaming', true],
  ['whole', false],
])('openai 7, %s', (_name, isStreaming) => {
  test.each(CASES)('a hidden call %s', async (_case, plan) => {
    provider.reset([...plan, () => ({ text: 'and the second answer' })]);
    const answers = await converse(proxy.url, isStreaming);
    expect(provider.problems).toEqual([]);
    const planned = provider.requests.map(
      (body, index) => [...plan, () => ({ text: 'and the second answer' })][index]?.(body) ?? {},
    );
    const said = answers.map(({ choices }) => choices[0].message.content ?? '').join('');
    expect(said).toBe(planned.map(({ text }: Partial<Reply>) => text ?? '').join(''));
    const called = answers
      .flatMap(({ choices }) => choices[0].message.tool_calls ?? [])
      .map((call: Json) => call.function.name);
    expect(called).toEqual(
      planned
        .flatMap(({ calls }: Partial<Reply>) => calls ?? [])
        .map(({ name }) => name)
        .filter((name) => name === 'Grep'),
    );
    const seen = provider.requests.map(({ messages }) => messages);
    seen.slice(1).forEach((messages, index) => expect(messages.slice(0, seen[index].length)).toEqual(seen[index]));
    const fetched = seen
      .at(-1)
      .filter((message: Json) => message.role === 'tool' && String(message.content).includes(HITS[1]!));
    expect(fetched.length).toBeGreaterThan(0);
    const last = answers.at(-1);
    expect([last.choices[0].finish_reason, last.usage.prompt_tokens]).toEqual(['stop', 100 * provider.requests.length]);
  });
});
