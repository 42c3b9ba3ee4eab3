/** The replay of conversations: prices, timing, what clients mark, and what it says of ways that do harm. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BILL_CLIENTS } from '../../bench/bill/clients.ts';
import { answered, type Conversation } from '../../bench/bill/conversations.ts';
import { cachedShare, DYNAMIC_CASES, dynamicSystem, dynamicUsage } from '../../bench/bill/dynamic-prompt.ts';
import { excess, type Outcome, replay, TOOL_TOKENS } from '../../bench/bill/replay.ts';
import { arrivals } from '../../bench/bill/timing.ts';
import { dollars, plus, ratesOf } from '../../bench/bill/usage.ts';
import { direct, engineWay, type Way } from '../../bench/bill/ways.ts';
import { asList, identity, type Json, type JsonMap, o200kCount, wording } from '../../bench/bill/wording.ts';
import { MINUTE, usage } from './sizes.ts';

const [marking, plain, openai] = BILL_CLIENTS as [
  (typeof BILL_CLIENTS)[0],
  (typeof BILL_CLIENTS)[0],
  (typeof BILL_CLIENTS)[0],
];
const length = (text: string): number => text.length;

function result(id: string, content: string): JsonMap {
  return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] };
}

function call(id: string, input: JsonMap = {}): JsonMap {
  return { role: 'assistant', content: [{ type: 'tool_use', id, name: 'Read', input }] };
}

/** Reads a file, thinks, edits a line of it, later names what it read. */
const CONVERSATION: Conversation = {
  id: 'made/1',
  set: 'made',
  api: 'anthropic-messages',
  tools: undefined,
  refs: [{ text: 'needle-77', usedAt: 7 }],
  messages: [
    { role: 'user', content: 'Go.' },
    call('t1'),
    result('t1', 'alpha line\nneedle-77 line\nomega line'),
    call('t2', { old_string: 'alpha line', new_string: 'beta line' }),
    result('t2', 'done'),
    call('t3', { old_string: 'was never read', new_string: 'x' }),
    result('t3', 'not found'),
    { role: 'assistant', content: [{ type: 'text', text: 'It is needle-77.' }] },
  ],
};

function altered(
  name: string,
  alter: (body: JsonMap) => JsonMap,
  originals: Readonly<Record<string, string>> = {},
): Way {
  return {
    name,
    send: (body) => Promise.resolve(alter(body)),
    original: (handle) => Promise.resolve(originals[handle] ?? ''),
    close: () => Promise.resolve(),
  };
}

function replaced(
  from: string,
  to: string,
  isDue: (body: JsonMap) => boolean = () => true,
): (body: JsonMap) => JsonMap {
  return (body) => (isDue(body) ? (JSON.parse(JSON.stringify(body).replaceAll(from, to)) as JsonMap) : body);
}

async function through(way: Way, client: typeof marking = marking): Promise<readonly [own: Outcome, plain: Outcome]> {
  const [straight, own] = await replay(CONVERSATION, client, [direct, way], length);
  return [own!, straight!];
}

describe('money', () => {
  test('each class has its price', () => {
    const used = usage({ uncached: 1000, write5m: 2000, write1h: 3000, read: 40_000 });
    // sonnet 4.5: 3 dollars a million * (1000 + 2000 * 1.25 + 3000 * 2 + 40000 * 0.1) = 3 * 13500 / 1e6
    expect(dollars(used, ratesOf('claude-sonnet-4-5'))).toBeCloseTo(0.0405, 12);
    // opus 5.5: 4 * (1000 + 2500 + 6000 + 40000 * 0.05)
    expect(dollars(used, ratesOf('claude-opus-5-5'))).toBeCloseTo(0.046, 12);
    // gpt-5: 1.25 * (10000 + 40000 * 0.1)
    expect(dollars(usage({ uncached: 10_000, read: 40_000 }), ratesOf('gpt-5'))).toBeCloseTo(0.0175, 12);
  });

  test('usage adds up by class', () => {
    expect(plus(usage({ read: 1, write5m: 2 }), usage({ read: 3, uncached: 4 }))).toEqual(
      usage({ read: 4, write5m: 2, uncached: 4 }),
    );
  });
});

describe('time', () => {
  test('requests arrive by the conversation alone, most within 40 seconds, a few after more than five minutes', () => {
    expect(arrivals('a', 50)).toEqual(arrivals('a', 50));
    expect(arrivals('a', 50)).not.toEqual(arrivals('b', 50));
    expect(arrivals('a', 9)).toEqual(arrivals('a', 50).slice(0, 9));
    const gaps = Array.from({ length: 100 }, (_, id) => arrivals(String(id), 51)).flatMap((times) =>
      times.slice(1).map((time, index) => time - times[index]!),
    );
    const share = (test: (gap: number) => boolean): number => gaps.filter(test).length / gaps.length;
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
    expect(share((gap) => gap <= 40_000)).toBeCloseTo(0.92, 1);
    expect(share((gap) => gap > 5 * MINUTE)).toBeCloseTo(0.03, 1);
    expect(gaps.some((gap) => gap > 5 * MINUTE)).toBe(true);
  });
});

describe('clients', () => {
  const marks = (value: Json): number => JSON.stringify(value).split('"cache_control"').length - 1;

  test('one marks the last tool, the system prompt and the last two user turns', () => {
    const body = marking.body(CONVERSATION, 7);
    expect(marks(body)).toBe(4);
    expect([asList(body['tools']).at(-1)!, asList(body['system']).at(-1)!].map(marks)).toEqual([1, 1]);
    expect(asList(body['messages']).map(marks)).toEqual([0, 0, 0, 0, 1, 0, 1]);
  });

  test('the other sends the same content without marks', () => {
    expect(marks(plain.body(CONVERSATION, 7))).toBe(0);
    expect(wording(plain.body(CONVERSATION, 7))).toBe(wording(marking.body(CONVERSATION, 7)));
  });

  test('each answered message is a request with what stands before it', () => {
    expect(answered(CONVERSATION)).toEqual([1, 3, 5, 7]);
    expect(asList(openai.body({ ...CONVERSATION, api: 'openai-chat' }, 5)['messages'])).toHaveLength(5);
  });
});

describe('what the replay says of a way', () => {
  test('one that changes nothing costs what direct costs', async () => {
    const [own, straight] = await through(altered('same', (body) => body));
    expect(own).toEqual({ ...straight, way: 'same' });
    expect(own).toMatchObject({ requests: 4, busts: 0, tooShort: 0 });
    expect(own.evidence).toEqual({ refsInText: 1, refsByRetrieval: 0, refsLost: 0, editsExact: 1, editsDamaged: 0 });
    expect(own.usage.read).toBeGreaterThan(0);
  });

  test('one that rewrites history later on loses the cached prefix, once, and is dearer', async () => {
    const isLate = (body: JsonMap): boolean => asList(body['messages']).length > 4;
    const [own, straight] = await through(altered('late', replaced('Go.', 'Go!', isLate)));
    expect(own).toMatchObject({ busts: 1, tooShort: 0 });
    expect(excess(own, straight)).toBeGreaterThan(0);
  });

  test('one that rewrites at first sight loses nothing', async () => {
    const [own] = await through(altered('early', replaced('omega line', 'o')));
    expect(own).toMatchObject({ busts: 0, tooShort: 0 });
  });

  test('one that leaves too little to be cached is told apart', async () => {
    const short = altered('short', (body) => ({ ...body, tools: [], system: [] }));
    const [own] = await through(short);
    expect(own).toMatchObject({ busts: 0, tooShort: 3 });
  });

  test('a tool of the allowed size is not held against it', async () => {
    const tool = (size: number): Way =>
      altered('tool', (body) => ({
        ...body,
        tools: [...asList(body['tools']), { name: 'x'.repeat(size - 'name: '.length) }],
      }));
    const [own, straight] = await through(tool(TOOL_TOKENS));
    expect(own.dollars).toBeGreaterThan(straight.dollars);
    expect(excess(own, straight)).toBeCloseTo(0, 12);
    expect(excess(...(await through(tool(TOOL_TOKENS + 1))))).toBeGreaterThan(0);
  });

  test('what is missing is lost, unless a handle brings it back', async () => {
    const handle = 'a1b2c3d4e5f6a1b2c3d4e5f6';
    const cut = replaced('needle-77 line', `hash=${handle}`);
    const [lost] = await through(altered('lost', cut));
    expect(lost.evidence).toMatchObject({ refsInText: 0, refsByRetrieval: 0, refsLost: 1, editsExact: 1 });
    const [kept] = await through(altered('kept', cut, { [handle]: 'the needle-77 line' }));
    expect(kept.evidence).toMatchObject({ refsInText: 0, refsByRetrieval: 1, refsLost: 0 });
  });

  test('an edit whose old text is gone is damaged', async () => {
    const [own] = await through(altered('cut', replaced('alpha line', 'alpha')));
    expect(own.evidence).toMatchObject({ editsExact: 0, editsDamaged: 1 });
  });
});

describe('the dynamic system prompt', () => {
  test('differs in each call, and only in its values', () => {
    const calls = Array.from({ length: 20 }, (_, index) => dynamicSystem(index));
    expect(new Set(calls).size).toBe(20);
    const lines = calls.map((one) =>
      one.split('\n').filter((line) => !/^(?:Current date|Request ID| [AM] )/.test(line)),
    );
    expect(new Set(lines.map((one) => one.join('\n'))).size).toBe(1);
  });

  test.each(DYNAMIC_CASES)('$name: directly under 5 % is read from the cache', async (one) => {
    expect(cachedShare(await dynamicUsage(one, direct, o200kCount()))).toBeLessThan(0.05);
  });

  test('with constant values and marks over 90 % would be', async () => {
    const [anthropic] = DYNAMIC_CASES;
    const fixed = altered('fixed', (body) => ({
      ...body,
      system: dynamicSystem(0),
      cache_control: { type: 'ephemeral' },
    }));
    expect(cachedShare(await dynamicUsage(anthropic!, fixed, o200kCount()))).toBeGreaterThan(0.9);
  });
});

test('bytes that are no text are compared, not counted', () => {
  const image = (data: string): JsonMap => ({
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data },
  });
  expect(wording(image('AAAA'))).toBe(wording(image('BBBB')));
  expect(identity(image('AAAA'))).not.toBe(identity(image('BBBB')));
});

test('through the engine, what reaches the provider is what the product sends', async () => {
  const way = await engineWay('lossless');
  const rows = Array.from({ length: 80 }, (_, id) => ({ id, state: 'waiting', owner: 'nobody', place: 'queue' }));
  const long: Conversation = {
    ...CONVERSATION,
    messages: [
      { role: 'user', content: 'Go.' },
      call('t1'),
      result('t1', JSON.stringify(rows)),
      call('t2'),
      result('t2', 'ok'),
      call('t3'),
    ],
  };
  const [straight, own] = await replay(long, marking, [direct, way], o200kCount());
  await way.close();
  expect(own!.dollars).toBeLessThan(straight!.dollars);
  expect(own!.busts).toBe(0);
});

test('the rules know nothing of the product: only the ways to send import it', () => {
  const folder = resolve(import.meta.dirname, '../../bench/bill');
  const knowing = readdirSync(folder).filter((file) =>
    /from '[^']*\/src\//.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(knowing).toEqual(['ways.ts']);
});
