/**
 * Holds the ledger's account against the one of the bench, which shares no code with it: for the same requests at the same
 * times, each class of tokens is the same to the token.
 */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BILL_CLIENTS } from '../bench/bill/clients.ts';
import { answered, type Conversation, conversations } from '../bench/bill/conversations.ts';
import { openAccount } from '../bench/bill/provider-cache.ts';
import { arrivals } from '../bench/bill/timing.ts';
import { ratesOf } from '../bench/bill/usage.ts';
import { conversationKeyOf } from '../src/core/conversation-key.ts';
import { JsonDocument } from '../src/core/json/document.ts';
import type { CacheRules } from '../src/core/model.ts';
import { formats } from '../src/formats/index.ts';
import { account } from '../src/ledger/account.ts';
import { usualRules } from '../src/ledger/cache.ts';
import { Sizer } from '../src/ledger/sizes.ts';
import { createModelTable } from '../src/models/table.ts';
import { memoryLedger } from '../src/stores/ledger-memory.ts';
import { o200k } from '../src/tokenizers/o200k.ts';

const DATA = process.env.HEADROOM_DATA ?? '';
const hasData = DATA !== '' && existsSync(DATA);
const OF_EACH_SET = 3;
/** The bench's conversations begin at 0, and nothing can be read before then. */
const START = Date.parse('2026-11-20T00:00:00Z');
const MINUTE = 60_000;
const models = createModelTable();

interface Sent {
  readonly body: object;
  readonly at: number;
}

/** For each request what the bench's account says, and what ours does. */
function bothAccounts(api: Conversation['api'], requests: readonly Sent[]): readonly (readonly [object, object])[] {
  const format = formats.find(({ name }) => name === api)!;
  const theirs = openAccount(api);
  const memory = memoryLedger();
  const sizer = new Sizer(o200k);
  return requests.map(({ body, at }) => {
    const model = (body as { model: string }).model;
    const { usage } = theirs.settle({ body: body as never, at });
    const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)));
    const prompt = format.segments(document);
    const known = models.find(model)!;
    // The rules are ours, the numbers the bench's.
    const usual = usualRules(known.cache.kind);
    const cache: CacheRules = { ...known.cache, minimumTokens: ratesOf(model).minimum, ttlSeconds: usual.ttlSeconds };
    const {
      entry,
      prompt: remembered,
      replaced,
    } = account(
      {
        at,
        tenant: 't',
        project: undefined,
        format: api,
        model,
        conversation: conversationKeyOf(format.read(document), format.volatileKeys),
        road: 'shortened',
        complete: true,
        saved: [],
        received: prompt,
        sent: prompt,
        usages: [],
      },
      { memory, facts: { ...known, cache }, cacheKind: format.cacheKind, sizer },
    );
    memory.record(entry, remembered, replaced);
    const {
      inputTokens: uncached,
      cacheWriteTokens: write5m,
      cacheWrite1hTokens: write1h,
      cacheReadTokens: read,
    } = entry.with;
    return [usage, { uncached, write5m, write1h, read }] as const;
  });
}

function expectEqual(api: Conversation['api'], requests: readonly Sent[]): void {
  for (const [index, [theirs, ours]] of bothAccounts(api, requests).entries())
    expect(ours, `request ${index}`).toEqual(theirs);
}

const mark = (ttl?: string): object => ({ cache_control: { type: 'ephemeral', ...(ttl && { ttl }) } });
const text = (name: string, words: number, more: object = {}): object => ({
  type: 'text',
  text: `${name} `.repeat(words).trim(),
  ...more,
});
const tool = (words: number, more: object = {}): object => ({
  name: 'Bash',
  description: 'run '.repeat(words),
  input_schema: { type: 'object' },
  ...more,
});
const user = (...content: object[]): object => ({ role: 'user', content });
const assistant = (...content: object[]): object => ({ role: 'assistant', content });

describe('rule by rule, for Anthropic', () => {
  const request = (minute: number, body: object): Sent => ({
    at: START + minute * MINUTE,
    body: { model: 'claude-sonnet-4-5', max_tokens: 9, ...body },
  });
  const blocks = (count: number): object[] => Array.from({ length: count }, (_, at) => text(`n${at}`, 5));

  test.each<[string, readonly Sent[]]>([
    [
      'a conversation that grows',
      [
        request(0, { tools: [tool(900)], system: 'be kind '.repeat(500), messages: [user(text('a', 400, mark()))] }),
        request(1, {
          tools: [tool(900)],
          system: 'be kind '.repeat(500),
          messages: [user(text('a', 400, mark())), assistant(text('b', 50)), user(text('c', 80, mark()))],
        }),
        request(7, {
          tools: [tool(900)],
          system: 'be kind '.repeat(500),
          messages: [user(text('a', 400)), assistant(text('b', 50)), user(text('c', 80, mark()))],
        }),
      ],
    ],
    [
      'two lifetimes',
      [
        request(0, { tools: [tool(2000, mark('1h'))], messages: [user(text('a', 1500, mark()))] }),
        request(20, { tools: [tool(2000, mark('1h'))], messages: [user(text('a', 1500, mark()))] }),
        request(79, { tools: [tool(2000, mark('1h'))], messages: [user(text('x', 1500, mark()))] }),
        request(140, { tools: [tool(2000, mark('1h'))], messages: [user(text('x', 1500, mark()))] }),
      ],
    ],
    [
      'the lookback',
      [
        request(0, { messages: [user(text('a', 2000, mark()))] }),
        request(1, { messages: [user(text('a', 2000), ...blocks(18), text('z', 5, mark()))] }),
        request(2, { messages: [user(text('a', 2000), ...blocks(60), text('z', 5, mark()))] }),
      ],
    ],
    [
      'a mark of the whole request',
      [
        request(0, { cache_control: { type: 'ephemeral' }, messages: [user(text('a', 2000))] }),
        request(1, {
          cache_control: { type: 'ephemeral' },
          messages: [user(text('a', 2000)), assistant(text('b', 10)), user(text('c', 10))],
        }),
      ],
    ],
    [
      'another choice of tools',
      [
        request(0, { tools: [tool(1500, mark())], messages: [user(text('a', 2000, mark()))] }),
        request(1, {
          tools: [tool(1500, mark())],
          tool_choice: { type: 'any' },
          messages: [user(text('a', 2000, mark()))],
        }),
      ],
    ],
    [
      'too little',
      [
        request(0, { messages: [user(text('a', 200, mark()))] }),
        request(1, { messages: [user(text('a', 200, mark()))] }),
      ],
    ],
  ])('%s', (_name, requests) => expectEqual('anthropic-messages', requests));
});

test('for a provider that caches of its own accord', () => {
  const request = (minute: number, ...words: string[]): Sent => ({
    at: START + minute * MINUTE,
    body: {
      model: 'gpt-5',
      messages: words.map((word, at) => ({
        role: at % 2 === 0 ? 'user' : 'assistant',
        content: `${word} `.repeat(600),
      })),
    },
  });
  expectEqual('openai-chat', [
    request(0, 'a', 'b', 'c'),
    request(1, 'a', 'b', 'c', 'd', 'e'),
    request(2, 'a', 'b', 'x'),
    request(9, 'a', 'y'),
    request(20, 'a', 'b', 'c'),
  ]);
});

const recorded = hasData
  ? BILL_CLIENTS.flatMap((client) => {
      const sets = Map.groupBy(
        [...conversations(DATA)].filter(({ api }) => api === client.api),
        ({ set }) => set,
      );
      return [...sets.values()]
        .flatMap((set) => set.slice(0, OF_EACH_SET))
        .map((one) => [`${client.name}: ${one.id}`, client, one] as const);
    })
  : [];

describe.skipIf(!hasData)('in recorded conversations (skipped without HEADROOM_DATA)', () => {
  test.each(recorded)('%s', (_name, client, conversation) => {
    const turns = answered(conversation);
    const times = arrivals(conversation.id, turns.length);
    expectEqual(
      client.api,
      turns.map((index, at) => ({ at: START + times[at]!, body: client.body(conversation, index) })),
    );
  });
});
