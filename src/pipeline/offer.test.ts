import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../core/deadline.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { Stores } from '../core/stores.ts';
import type { Policy } from '../core/transform.ts';
import { formats } from '../formats/index.ts';
import { openStores } from '../stores/index.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { type Held, keepAnswer } from './hidden.ts';
import { policyFor } from './offer.ts';

const messages = formats.find(({ name }) => name === 'anthropic-messages')!;
const chat = formats.find(({ name }) => name === 'openai-chat')!;
const open = (): Stores => openStores({ path: undefined, warn: () => undefined });

interface Asked {
  readonly format?: typeof messages;
  readonly level?: Policy['level'];
  readonly stores?: Stores;
  readonly tenant?: string;
  readonly isSent?: boolean;
}

function offered(body: JsonValue, asked: Asked = {}): 'tool and views' | 'views' | 'neither' {
  const { format = messages, level = 'balanced', stores = open(), tenant = 't', isSent = true } = asked;
  const conversation = format.read(JsonDocument.parse(Buffer.from(JSON.stringify(body))));
  const { allowLoss, allowTools } = policyFor(conversation, format, {
    tenant,
    isSent,
    originals: stores.originals(tenant),
    sentLog: stores.sentLog(tenant),
    tokenizer: o200k,
    deadline: NO_DEADLINE,
    policy: { level, tools: [], allowLoss: false, allowTools: true },
  });
  return allowTools ? 'tool and views' : allowLoss ? 'views' : 'neither';
}

const responses = formats.find(({ name }) => name === 'openai-responses')!;
const tool = (name: string): JsonValue => ({ name, input_schema: {} });
const first = [{ role: 'user', content: 'go' }];
const thought = { type: 'thinking', thinking: 'hm', signature: 's' };
const later = [...first, { role: 'assistant', content: [thought] }, { role: 'user', content: 'on' }];

describe('R-21 views only where this client’s model can fetch', () => {
  test.each<[string, JsonValue, Asked, string]>([
    ['an agent with tools', { tools: [tool('Read')], messages: first }, {}, 'tool and views'],
    ['no tools', { messages: first }, {}, 'neither'],
    ['an empty list of tools', { tools: [], messages: first }, {}, 'neither'],
    ['a tool of ours by MCP', { tools: [tool('mcp__headroom__headroom_retrieve')], messages: first }, {}, 'views'],
    ['a tool of that very name', { tools: [tool('headroom_retrieve')], messages: first }, {}, 'neither'],
    ['the profile lossless', { tools: [tool('Read')], messages: first }, { level: 'lossless' }, 'neither'],
    [
      'a thread of which only the end is shown',
      { tools: [tool('Read')], thread: { type: 'continue' }, messages: first },
      {},
      'neither',
    ],
    ['a thread that begins', { tools: [tool('Read')], thread: { type: 'create' }, messages: first }, {}, 'neither'],
    ['a body bound to a credit', { tools: [tool('Read')], fallback_credit_token: 'x', messages: first }, {}, 'neither'],
    [
      'several answers at once',
      { tools: [{ function: tool('Read') }], n: 2, messages: first },
      { format: chat },
      'neither',
    ],
    ['legacy functions', { functions: [tool('Read')], messages: first }, { format: chat }, 'neither'],
    [
      'a chat with tools',
      { tools: [{ type: 'function', function: tool('Read') }], messages: first },
      { format: chat },
      'tool and views',
    ],
  ])('%s', (_name, body, asked, expected) => {
    expect(offered(body, asked)).toBe(expected);
  });
});

describe('a conversation has the tool from its first request on, or never', () => {
  const body = (turns: JsonValue): JsonValue => ({ tools: [tool('Read')], messages: turns });

  test('signed history that was never seen here has no tool', () => {
    expect(offered(body(later))).toBe('neither');
  });

  test('signed history that began here has it, also after the client’s token was renewed', () => {
    const stores = open();
    expect(offered(body(first), { stores })).toBe('tool and views');
    expect(offered(body(later), { stores })).toBe('tool and views');
    expect(offered(body(later), { stores, tenant: 'renewed' })).toBe('tool and views');
  });

  describe('where the provider holds what was said (R-21)', () => {
    const WARM = { input: [], generate: false };
    const QUESTION = { role: 'user', content: 'go' };
    const brought = { type: 'additional_tools', tools: [{ type: 'function', name: 'Read' }] };
    const on = (id: string, ...input: JsonValue[]): JsonValue => ({ previous_response_id: id, input });
    const keeping = (stores: Stores): Parameters<typeof keepAnswer>[1] => ({
      tenant: 't',
      upstream: undefined,
      sentLog: stores.sentLog('t'),
    });
    const answered = (id: string, held: Held | undefined, stores: Stores): void =>
      keepAnswer([{ id, pieces: [], hidden: [], results: [] }], keeping(stores), held);
    const has = (body: JsonValue, stores: Stores, level: Policy['level'] = 'balanced'): boolean =>
      offered(body, { format: responses, stores, level }) === 'tool and views';

    test('tools that an item brought are there in all that goes on from it; tools beside the items are not', () => {
      const stores = open();
      answered('a', { hasTools: true, isWarm: false }, stores);
      answered('b', undefined, stores);
      expect([has(on('a', QUESTION), stores), has(on('b', QUESTION), stores)]).toEqual([true, false]);
      expect(has(on('never', QUESTION), stores)).toBe(false);
    });

    test('a request that only warms up has it before there are tools; what goes on from it without any has not', () => {
      const stores = open();
      expect([has(WARM, stores, 'lossless'), has(WARM, stores)]).toEqual([false, true]);
      answered('w', { hasTools: false, isWarm: true }, stores);
      expect([has(on('w', QUESTION), stores), has(on('w', brought, QUESTION), stores)]).toEqual([false, true]);
      // The same history comes whole, without what was warmed up.
      const thought = { type: 'reasoning', summary: [], encrypted_content: 's' };
      expect(has({ input: [brought, QUESTION, thought] }, stores)).toBe(true);
      expect(has({ input: [brought, { role: 'user', content: 'elsewhere' }, thought] }, stores)).toBe(false);
      expect(has(on('w', brought, { role: 'user', content: 'elsewhere' }, thought), stores)).toBe(false);
    });
  });

  test('what only asks decides nothing', () => {
    const stores = open();
    expect(offered(body(first), { stores, isSent: false })).toBe('tool and views');
    expect(offered(body(later), { stores, isSent: false })).toBe('neither');
  });
});
