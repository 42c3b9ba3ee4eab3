/**
 * An agent whose system prompt says the time, the request's id and the state of its working tree: 20 calls of one
 * conversation, each with other values. Written for the purpose.
 */
import { hash } from 'node:crypto';
import { anthropicHead, type BillClient, openaiTools } from './clients.ts';
import { openAccount } from './provider-cache.ts';
import { NOTHING, plus, tokensOf, type Usage } from './usage.ts';
import type { Way } from './ways.ts';
import type { Count, JsonMap } from './wording.ts';

const CALLS = 20;
const START = Date.UTC(2026, 2, 9, 8, 30);
const BETWEEN_MS = 37_000;
const FILES = ['src/pool.ts', 'src/queue.ts', 'src/worker.ts', 'test/pool.test.ts', 'docs/pool.md'];

const RULES = [
  'Read a file before you change it, and change no more than the task asks for.',
  'Run the tests that cover what you changed, and say which you ran.',
  'When a command fails, look at its whole output before you try another.',
  'Keep to the style of the file that you are in; do not format what you did not write.',
  'Never commit and never push unless you are asked to.',
  'Ask when two readings of the task lead to different work; otherwise decide and say so.',
  'Prefer searching with exact words; widen the search only when it finds nothing.',
  'Name files with their path from the root of the project, with the line where it helps.',
  'Do not add packages; if one is needed, say which and why, and wait.',
  'Errors are handled where something can be done about them, not where they are first seen.',
  'A change of behaviour comes with a test that fails without it.',
  'Answer in the language of the question, shortly, with the result first.',
];
const RULE_COUNT = 180;

function uuid(words: string): string {
  const digits = hash('sha256', words);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** The system prompt of a call. */
export function dynamicSystem(call: number): string {
  const now = new Date(START + call * BETWEEN_MS).toISOString();
  const changed = FILES.slice(0, 1 + (call % FILES.length)).map(
    (file, index) => ` ${index === call % 2 ? 'M' : 'A'} ${file}`,
  );
  return [
    'You are a coding agent that works in the terminal of a developer.',
    `Current date and time: ${now}`,
    `Request ID: ${uuid(`request ${call}`)}`,
    '',
    '# Rules',
    ...Array.from({ length: RULE_COUNT }, (_, index) => `${index + 1}. ${RULES[index % RULES.length]}`),
    '',
    '# Environment',
    'Working directory: /home/dev/pool',
    `Session ID: ${uuid('session')}`,
    'Git branch: feature/bounded-queue',
    'Git status:',
    ...changed,
    '',
    'Think before you act, and stop when the task is done.',
  ].join('\n');
}

function output(step: number): string {
  const lines = Array.from({ length: 24 }, (_, line) => {
    const ran = hash('sha256', `${step} ${line}`).slice(0, 6);
    return `test ${ran} of the bounded queue, case ${step * 24 + line}: passed after ${(step * 7 + line * 13) % 90} ms`;
  });
  return lines.join('\n');
}

function anthropicCall(call: number): JsonMap {
  const messages: JsonMap[] = [{ role: 'user', content: 'Bound the queue of the worker pool and test it.' }];
  for (let step = 0; step < call; step++) {
    const id = `toolu_${step}`;
    const use = { type: 'tool_use', id, name: 'Bash', input: { command: `npm test -- --shard ${step + 1}` } };
    messages.push({ role: 'assistant', content: [{ type: 'text', text: `Shard ${step + 1}.` }, use] });
    messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: output(step) }] });
  }
  return { ...anthropicHead(), system: dynamicSystem(call), messages };
}

function openaiCall(call: number): JsonMap {
  const messages: JsonMap[] = [
    { role: 'system', content: dynamicSystem(call) },
    { role: 'user', content: 'Bound the queue of the worker pool and test it.' },
  ];
  for (let step = 0; step < call; step++) {
    const id = `call_${step}`;
    const input = JSON.stringify({ command: `npm test -- --shard ${step + 1}` });
    const asked = { id, type: 'function', function: { name: 'Bash', arguments: input } };
    messages.push({ role: 'assistant', content: `Shard ${step + 1}.`, tool_calls: [asked] });
    messages.push({ role: 'tool', tool_call_id: id, content: output(step) });
  }
  return { model: 'gpt-5', messages, tools: openaiTools() };
}

export interface DynamicCase extends Pick<BillClient, 'name' | 'api' | 'path'> {
  body(call: number): JsonMap;
}

export const DYNAMIC_CASES: readonly DynamicCase[] = [
  { name: 'Anthropic, plain library', api: 'anthropic-messages', path: '/v1/messages', body: anthropicCall },
  { name: 'OpenAI, plain library', api: 'openai-chat', path: '/v1/chat/completions', body: openaiCall },
];

/** Input tokens of the 20 calls by class. */
export async function dynamicUsage(one: DynamicCase, way: Way, count: Count): Promise<Usage> {
  const account = openAccount(one.api, { count });
  let usage = NOTHING;
  for (let call = 0; call < CALLS; call++) {
    const body = await way.send(one.body(call), one, `dynamic-${one.api}`, call * BETWEEN_MS);
    usage = plus(usage, account.settle({ body, at: call * BETWEEN_MS }).usage);
  }
  return usage;
}

export function cachedShare(usage: Usage): number {
  return usage.read / tokensOf(usage);
}
