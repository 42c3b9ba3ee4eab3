/** The simulated accounts that cache by themselves, OpenAI's and Gemini's, rule by rule, each case added up by hand. */
import { describe, expect, test } from 'vitest';
import type { Account, AccountOptions } from '../../bench/bill/account.ts';
import { type Api, openAccount } from '../../bench/bill/provider-cache.ts';
import type { Usage } from '../../bench/bill/usage.ts';
import type { Json, JsonMap } from '../../bench/bill/wording.ts';
import { HOUR, MINUTE, said, SECOND, usage } from './sizes.ts';

function settle(on: Account, bodies: readonly JsonMap[], times: readonly number[] = []): Usage[] {
  return bodies.map((body, index) => on.settle({ body, at: times[index] ?? index * SECOND }).usage);
}

function account(api: Api, options: AccountOptions = {}): Account {
  return openAccount(api, { count: said, ...options });
}

function chat(messages: readonly string[], more: JsonMap = {}): JsonMap {
  return { model: 'gpt-5', messages: messages.map((content) => ({ role: 'user', content })), ...more };
}

describe('OpenAI', () => {
  test('from 1024 tokens on, in steps of 128', () => {
    const [first, second] = settle(account('openai-chat'), [chat(['#1300']), chat(['#1300', '#200'])]);
    expect(first).toEqual(usage({ uncached: 1300 }));
    // 1300 are the same: 10 * 128 = 1280 read, 1500 - 1280 not
    expect(second).toEqual(usage({ read: 1280, uncached: 220 }));
  });

  test.each([
    [1023, 0],
    [1024, 1024],
    [1151, 1024],
    [1152, 1152],
  ])('of %i equal tokens %i are read', (equal, read) => {
    const [, second] = settle(account('openai-chat'), [chat([`#${equal}`]), chat([`#${equal}`, '#500'])]);
    expect(second).toEqual(usage({ read, uncached: equal + 500 - read }));
  });

  test('the prefix may end within a message', () => {
    const [, second] = settle(account('openai-chat'), [
      chat(['#1100', 'a #300 b #40']),
      chat(['#1100', 'a #300 c #50']),
    ]);
    // 1100 + 300 are the same: 1280 of 1400 read
    expect(second).toEqual(usage({ read: 1280, uncached: 1450 - 1280 }));
  });

  test('a difference at the front loses everything', () => {
    const [, second] = settle(account('openai-chat'), [chat(['x', '#3000']), chat(['y', '#3000'])]);
    expect(second).toEqual(usage({ uncached: 3000 }));
  });

  test('tools and the schema of the answer stand before the messages', () => {
    const tools = [{ type: 'function', function: { name: 'a', description: '#1024' } }];
    const format = { type: 'json_schema' };
    const bodies = [
      chat(['#10'], { tools }),
      chat(['other #10'], { tools }),
      chat(['#10'], { tools, response_format: format }),
    ];
    expect(settle(account('openai-chat'), bodies).map(({ read }) => read)).toEqual([0, 1024, 0]);
  });

  test('another model or another prompt_cache_key is another cache; the same key, or none both times, is the same', () => {
    const key = (prompt_cache_key: string): JsonMap => chat(['#1280'], { prompt_cache_key });
    const bodies = [
      chat(['#1280']),
      chat(['#1280']),
      key('a'),
      key('a'),
      key('b'),
      chat(['#1280'], { model: 'gpt-4.1' }),
    ];
    expect(settle(account('openai-chat'), bodies).map(({ read }) => read)).toEqual([0, 1280, 0, 1280, 0, 0]);
  });

  test('kept for ten minutes without use, at most for an hour, unless told otherwise', () => {
    const read = (times: readonly number[], options?: AccountOptions): number[] =>
      settle(
        account('openai-chat', options),
        times.map(() => chat(['#1280'])),
        times,
      ).map((one) => one.read);
    expect(read([0, 10 * MINUTE - 1])).toEqual([0, 1280]);
    expect(read([0, 10 * MINUTE])).toEqual([0, 0]);
    expect(read([0, 9 * MINUTE, 18 * MINUTE])).toEqual([0, 1280, 1280]);
    // Used every nine minutes: at 54 it is there, at 63 it is older than an hour and written again, at 72 that is there.
    const everyNine = Array.from({ length: 9 }, (_, index) => index * 9 * MINUTE);
    expect(read(everyNine)).toEqual([0, 1280, 1280, 1280, 1280, 1280, 1280, 0, 1280]);
    expect(read([0, 6 * MINUTE], { retention: { idleMs: 5 * MINUTE, oldestMs: HOUR } })).toEqual([0, 0]);
  });

  test('the instructions and items of the Responses API are such a row, too', () => {
    const request = (input: Json): JsonMap => ({ model: 'gpt-5', instructions: '#1000', input });
    const items = [{ role: 'user', content: '#280' }];
    const bodies = [request(items), request([...items, { type: 'function_call_output', output: '#99' }])];
    expect(settle(account('openai-responses'), bodies)[1]).toEqual(usage({ read: 1280, uncached: 99 }));
  });

  test('where writing is charged, the new whole steps are written', () => {
    const rates = { perMillion: 1, write5m: 1.25, write1h: 1.25, read: 0.1, minimum: 1024 };
    const on = account('openai-chat', { ratesOf: () => rates });
    expect(settle(on, [chat(['#1300']), chat(['#1300', '#300']), chat(['short'])])).toEqual([
      // 1300 = 10 * 128 + 20
      usage({ write5m: 1280, uncached: 20 }),
      // 1600 = 12 * 128 + 64; 1280 of it read
      usage({ read: 1280, write5m: 1536 - 1280, uncached: 64 }),
      usage({}),
    ]);
  });

  test('reach counts whole messages', () => {
    const on = account('openai-chat');
    settle(on, [chat(['#1300', 'a #300'])]);
    const { reach, upTo } = on.settle({ body: chat(['#1300', 'b #300', '#5']), at: SECOND });
    expect({ reach, upTo }).toEqual({ reach: 1, upTo: [0, 1300, 1600, 1605] });
  });
});

describe('Gemini', () => {
  const request = (tokens: number, last = '#10'): JsonMap => ({
    systemInstruction: { parts: [{ text: `#${tokens}` }] },
    contents: [{ role: 'user', parts: [{ text: last }] }],
  });
  const read = (model: string, tokens: number, options: AccountOptions = {}, later = SECOND): number => {
    const on = account('gemini', options);
    on.settle({ body: request(tokens), model, at: 0 });
    return on.settle({ body: request(tokens, 'other #10'), model, at: later }).usage.read;
  };

  test.each([
    ['gemini-2.5-flash', 1024],
    ['gemini-2.5-pro', 2048],
    ['gemini-3-pro', 4096],
  ])('%s reads from %i equal tokens on, to the token', (model, minimum) => {
    expect(read(model, minimum - 1)).toBe(0);
    expect(read(model, minimum)).toBe(minimum);
    expect(read(model, minimum + 77)).toBe(minimum + 77);
  });

  test('kept for five minutes, unless told otherwise', () => {
    expect(read('gemini-2.5-flash', 2000, {}, 5 * MINUTE - 1)).toBe(2000);
    expect(read('gemini-2.5-flash', 2000, {}, 5 * MINUTE)).toBe(0);
    const retention = { idleMs: 30 * MINUTE, oldestMs: HOUR };
    expect(read('gemini-2.5-flash', 2000, { retention }, 20 * MINUTE)).toBe(2000);
  });

  test('tools stand before the system prompt and the contents', () => {
    const on = account('gemini');
    const withTool = (description: string): JsonMap => ({
      ...request(2000),
      tools: [{ functionDeclarations: [{ name: 'a', description }] }],
    });
    const model = 'gemini-2.5-flash';
    on.settle({ body: withTool('#500'), model, at: 0 });
    expect(on.settle({ body: withTool('other #500'), model, at: 1 }).usage.read).toBe(0);
  });
});
