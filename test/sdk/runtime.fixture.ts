/**
 * What a program of any runtime does with the library; prints all that came of it, to be compared between runtimes.
 * Its arguments: the library's root file, the address of a provider, a folder for the store.
 */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type * as Library from '../../src/index.ts';

const [entry = '', provider = '', folder = ''] = process.argv.slice(2);
const { compress, Headroom, headroomOf, outline, retrieve, withHeadroom } = (await import(entry)) as typeof Library;

/** What came of each part of the program. */
export interface Seen {
  store?: unknown;
  [part: string]: unknown;
}
const seen: Seen = {};

const log = Array.from(
  { length: 300 },
  (_, n) => `2026-01-01T00:00:${n % 60} INFO worker-${n % 4} job ${n} dönе 🚀`,
).join('\n');
const rows = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, state: 'active', owner: `user ${id}` })));
const page = `<html><body><nav><a href="/">home</a></nav>${'<p class="x">Some words of a page.</p>'.repeat(80)}</body></html>`;
const body = Array.from({ length: 12 }, (_, n) => `  const b${n} = a * ${n};\n  console.log(b${n});\n`).join('');
const code = Array.from({ length: 9 }, (_, n) => `export function f${n}(a: number): void {\n${body}}\n`).join('\n');

const texts = { log, rows, page };
for (const [name, text] of Object.entries(texts)) {
  const short = await compress(text, { offersRetrieval: true });
  const { tokensBefore, tokensAfter, transformsApplied, hashes, reason } = short;
  const isBack = (await retrieve(short)) === text;
  seen[name] = { text: short.text, tokensBefore, tokensAfter, transformsApplied, hashes, reason, isBack };
}

const messages = [
  { role: 'user', content: 'who owns 42?' },
  { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'list', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: 'c1', content: rows },
];
const said = await compress(messages, { model: 'gpt-4o' });
seen['messages'] = { ...said, isBack: (await retrieve(said)) === rows };

seen['outline'] = await outline(code, 'typescript').catch((error: unknown) => String(error));

const warnings: string[] = [];
const options = { store: `${folder}/headroom.db`, tenant: 'one', warn: (text: string) => warnings.push(text) };
const first = new Headroom(options);
const kept = await first.compress(rows);
await first.close();
const second = new Headroom(options);
seen.store = { isKept: (await second.retrieve(kept.text)) === rows, warnings };
await second.close();

const tools = [{ name: 'run', description: 'runs', input_schema: { type: 'object' as const } }];
const anthropic = withHeadroom(new Anthropic({ apiKey: 'sk-ant-api03-dummy', baseURL: provider, maxRetries: 0 }));
const events: unknown[] = [];
const stream = anthropic.messages.stream({
  model: 'claude-opus-5-5',
  max_tokens: 64,
  tools,
  messages: [
    { role: 'user', content: 'who owns 42?' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'run', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: log }] },
  ],
});
stream.on('streamEvent', (event) => events.push(structuredClone(event)));
seen['anthropic'] = { answer: await stream.finalMessage(), events, savings: headroomOf(anthropic)?.savings };

const openai = withHeadroom(new OpenAI({ apiKey: 'sk-dummy', baseURL: `${provider}/v1`, maxRetries: 0 }));
const chunks: unknown[] = [];
const request = { model: 'gpt-4o', messages: messages as OpenAI.ChatCompletionMessageParam[] };
for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) chunks.push(chunk);
seen['openai'] = { chunks, savings: headroomOf(openai)?.savings };
// A program without a model goes on where one is gone.
const gone = withHeadroom(new OpenAI({ apiKey: 'sk-dummy', baseURL: 'http://127.0.0.1:1/v1', maxRetries: 0 }));
seen['gone'] = await gone.chat.completions.create(request).catch((error: Error) => error.constructor.name);

console.log(JSON.stringify(seen));
