/** The simulated Anthropic account, rule by rule, each case added up by hand. R-6: costs need the right classes. */
import { describe, expect, test } from 'vitest';
import { type Account, Refusal } from '../../bench/bill/account.ts';
import { openAccount } from '../../bench/bill/provider-cache.ts';
import type { Usage } from '../../bench/bill/usage.ts';
import type { JsonMap } from '../../bench/bill/wording.ts';
import { assistant, HOUR, HOUR_MARK, MARK, MINUTE, said, SECOND, text, usage, user } from './sizes.ts';

/** Caches from 1024 tokens on. */
const SONNET = 'claude-sonnet-4-5';

function account(): Account {
  return openAccount('anthropic-messages', { count: said });
}

interface Parts {
  readonly model?: string;
  readonly tools?: readonly JsonMap[];
  readonly system?: readonly JsonMap[] | string;
  readonly messages?: readonly JsonMap[];
  readonly [more: string]: unknown;
}

function body(parts: Parts): JsonMap {
  return { model: SONNET, messages: [user(text('go'))], ...parts } as JsonMap;
}

/** Sends the bodies a second apart, unless told when, and says what each used. */
function settle(bodies: readonly Parts[], times: readonly number[] = [], on: Account = account()): Usage[] {
  return bodies.map((parts, index) => on.settle({ body: body(parts), at: times[index] ?? index * SECOND }).usage);
}

const TOOL: JsonMap = { name: 'Read', description: '#300' };
const SYSTEM = text('#900');

describe('breakpoints', () => {
  test('without a mark nothing is cached', () => {
    const parts = { system: [text('#5000')], messages: [user(text('#100'))] };
    // 5000 + 100, twice
    expect(settle([parts, parts])).toEqual([usage({ uncached: 5100 }), usage({ uncached: 5100 })]);
  });

  test('what stands up to a mark is written, what follows is not; the second time it is read', () => {
    const parts = { tools: [TOOL], system: [{ ...SYSTEM, ...MARK }], messages: [user(text('#50'))] };
    expect(settle([parts, parts])).toEqual([
      usage({ write5m: 300 + 900, uncached: 50 }),
      usage({ read: 300 + 900, uncached: 50 }),
    ]);
  });

  test('of a longer prompt the old prefix is read and only what is new is written', () => {
    const first = { system: [SYSTEM], messages: [user(text('#200', MARK))] };
    const second = {
      system: [SYSTEM],
      messages: [user(text('#200')), assistant(text('#30')), user(text('#400', MARK))],
    };
    expect(settle([first, second])).toEqual([
      usage({ write5m: 900 + 200 }),
      // the entry ends two blocks before the mark: 1100 read, 30 + 400 written
      usage({ read: 1100, write5m: 430 }),
    ]);
  });

  test('prefixes that end where no mark stood were never written', () => {
    const first = { system: [SYSTEM, text('#300')], messages: [user(text('#100', MARK))] };
    const second = { system: [SYSTEM, text('#300', MARK)], messages: [user(text('other #100'))] };
    // 1200 tokens of the second are the same, but the only entry ends at 1300, with another message in it
    expect(settle([first, second])[1]).toEqual(usage({ write5m: 1200, uncached: 100 }));
  });

  test('several marks: the longest prefix that is known is read', () => {
    const prompt = (last: string): Parts => ({
      system: [text('#1100', MARK), text('#200', MARK)],
      messages: [user(text(last, MARK))],
    });
    expect(settle([prompt('a #70'), prompt('b #80')])).toEqual([
      usage({ write5m: 1100 + 200 + 70 }),
      usage({ read: 1300, write5m: 80 }),
    ]);
  });

  test('a mark within what is read costs nothing and leaves an entry', () => {
    const first = { system: [text('#1100'), text('#200', MARK)] };
    const second = { system: [text('#1100', MARK), text('#200', MARK)] };
    const third = { system: [text('#1100', MARK), text('other #300', MARK)] };
    expect(settle([first, second, third])).toEqual([
      usage({ write5m: 1300 }),
      usage({ read: 1300 }),
      usage({ read: 1100, write5m: 300 }),
    ]);
  });
});

describe('order: tools, system, messages', () => {
  const before: Parts = {
    tools: [{ ...TOOL, description: '#1100', ...MARK }],
    system: [text('#200', MARK)],
    messages: [user(text('#40', MARK))],
  };
  test.each<[string, Parts, Usage]>([
    [
      'tools: all is written again',
      { tools: [{ ...TOOL, description: 'x #1100', ...MARK }] },
      usage({ write5m: 1340 }),
    ],
    ['system: the tools are read', { system: [text('x #200', MARK)] }, usage({ read: 1100, write5m: 240 })],
    [
      'messages: tools and system are read',
      { messages: [user(text('x #40', MARK))] },
      usage({ read: 1300, write5m: 40 }),
    ],
    ['model: all is written again', { model: 'claude-sonnet-4-6' }, usage({ write5m: 1340 })],
    ['speed: the tools are read', { speed: 'fast' }, usage({ read: 1100, write5m: 240 })],
    ['tool_choice: tools and system are read', { tool_choice: { type: 'any' } }, usage({ read: 1300, write5m: 40 })],
    ['thinking: tools and system are read', { thinking: { type: 'adaptive' } }, usage({ read: 1300, write5m: 40 })],
    ['effort: tools and system are read', { output_config: { effort: 'low' } }, usage({ read: 1300, write5m: 40 })],
    [
      'an image behind the last mark: tools and system are read',
      { messages: [user(text('#40', MARK)), user({ type: 'image', source: { type: 'url', url: 'x' } })] },
      usage({ read: 1300, write5m: 40 }),
    ],
    ['max_tokens: all is read', { max_tokens: 7 }, usage({ read: 1340 })],
    ['nothing: all is read', {}, usage({ read: 1340 })],
  ])('a change of %s', (_, change, expected) => {
    expect(settle([before, { ...before, ...change }])[1]).toEqual(expected);
  });

  test('the order of keys in a schema is content', () => {
    const tool = (input_schema: JsonMap): Parts => ({
      tools: [{ name: 'a', description: '#1500', input_schema, ...MARK }],
    });
    const [, second] = settle([tool({ type: 'object', title: 't' }), tool({ title: 't', type: 'object' })]);
    expect(second).toEqual(usage({ write5m: 1500 }));
  });

  test('the same words in another role are other content', () => {
    const [, second] = settle([
      { messages: [user(text('#1500', MARK))] },
      { messages: [assistant(text('#1500', MARK))] },
    ]);
    expect(second).toEqual(usage({ write5m: 1500 }));
  });
});

test("a client's billing line at the head of the system prompt is taken out; elsewhere it is content", () => {
  const line = (call: number): JsonMap => text(`x-anthropic-billing-header: call ${call} #60`);
  const first = { system: [line(1), text('#1500', MARK)] };
  const second = { system: [line(2), text('#1500', MARK)] };
  const third = { system: [text('#1500', MARK), line(3)] };
  expect(settle([first, second, third])).toEqual([
    usage({ write5m: 1500 }),
    usage({ read: 1500 }),
    usage({ read: 1500, uncached: 60 }),
  ]);
});

describe('marks are no content', () => {
  test('where the mark moves on, the prefix is still the same', () => {
    const first = { messages: [user(text('#1500', HOUR_MARK))] };
    const second = { messages: [user(text('#1500')), assistant(text('#10', MARK))] };
    expect(settle([first, second])[1]).toEqual(usage({ read: 1500, write5m: 10 }));
  });

  test('a string and its one block of text are the same, in messages, system and results', () => {
    const result = (content: unknown, mark = {}): JsonMap =>
      ({ type: 'tool_result', tool_use_id: 't', content, ...mark }) as JsonMap;
    const first = { system: [text('#900')], messages: [user(text('#100')), user(result([text('#200')], MARK))] };
    const second = {
      system: '#900',
      messages: [{ role: 'user', content: '#100' }, user(result('#200')), user(text('#5', MARK))],
    };
    expect(settle([first, second])[1]).toEqual(usage({ read: 1200, write5m: 5 }));
  });
});

describe('lookback', () => {
  const many = (blocks: number): readonly JsonMap[] =>
    Array.from({ length: blocks }, (_, index) => text(`n${index} #10`));
  const first = { system: [text('#2000', MARK)] };

  test('the 20th block back, the marked one counted, is still seen', () => {
    // positions 1 (the entry) .. 20 (the mark): 19 blocks of 10 after the entry
    const [, second] = settle([first, { system: [text('#2000'), ...many(18), text('last #10', MARK)] }]);
    expect(second).toEqual(usage({ read: 2000, write5m: 190 }));
  });

  test('the 21st is not', () => {
    const [, second] = settle([first, { system: [text('#2000'), ...many(19), text('last #10', MARK)] }]);
    expect(second).toEqual(usage({ write5m: 2200 }));
  });

  test('a second mark on the way sees further', () => {
    const row = [text('#2000'), ...many(10), text('half #10', MARK), ...many(15), text('last #10', MARK)];
    // 10 + 1 + 15 + 1 blocks of 10 behind the entry
    expect(settle([first, { system: row }])[1]).toEqual(usage({ read: 2000, write5m: 270 }));
  });
});

describe('minimum', () => {
  test.each([
    ['claude-opus-5', 512],
    ['claude-opus-5-5', 512],
    ['claude-fable-5-1', 512],
    ['claude-opus-4-8', 1024],
    ['claude-sonnet-4-5-20250929', 1024],
    ['claude-sonnet-5', 1024],
    ['claude-opus-4-7', 2048],
    ['claude-opus-4-6', 4096],
    ['claude-opus-4-5', 4096],
    ['claude-haiku-4-5', 4096],
  ])('%s caches from %i tokens on', (model, minimum) => {
    const prompt = (tokens: number): Parts => ({
      model,
      system: [text(`#${tokens}`, MARK)],
      messages: [user(text('#7'))],
    });
    expect(settle([prompt(minimum), prompt(minimum)])).toEqual([
      usage({ write5m: minimum, uncached: 7 }),
      usage({ read: minimum, uncached: 7 }),
    ]);
    expect(settle([prompt(minimum - 1), prompt(minimum - 1)])[1]).toEqual(usage({ uncached: minimum - 1 + 7 }));
  });

  test('a mark too early is as if it were not there: its tokens are written with the next', () => {
    const parts = { tools: [{ ...TOOL, ...HOUR_MARK }], system: [{ ...SYSTEM, ...MARK }] };
    // 300 is too short for an hour, 300 + 900 is long enough for five minutes
    expect(settle([parts])).toEqual([usage({ write5m: 1200 })]);
  });
});

describe('lifetime', () => {
  const five = { system: [text('#2000', MARK)] };
  const hour = { system: [text('#2000', HOUR_MARK)] };
  const written = usage({ write5m: 2000 });
  const read = usage({ read: 2000 });

  test('five minutes: a moment before it is read, then it is gone', () => {
    expect(settle([five, five], [0, 5 * MINUTE - 1])[1]).toEqual(read);
    expect(settle([five, five], [0, 5 * MINUTE])[1]).toEqual(written);
  });

  test('each read begins it anew', () => {
    expect(settle([five, five, five, five], [0, 4 * MINUTE, 8 * MINUTE, 14 * MINUTE])).toEqual([
      written,
      read,
      read,
      written,
    ]);
  });

  test('an hour, where the mark says so', () => {
    const times = [0, HOUR - 1, 2 * HOUR - 2, 3 * HOUR - 2];
    const writtenLong = usage({ write1h: 2000 });
    expect(settle([hour, hour, hour, hour], times)).toEqual([writtenLong, read, read, writtenLong]);
  });

  test('reading what is longer keeps what it begins with', () => {
    const long = { system: [text('#2000', MARK)], messages: [user(text('#100', MARK))] };
    const tail = { system: [text('#2000')], messages: [user(text('#100', MARK))] };
    const other = { system: [text('#2000', MARK)], messages: [user(text('other #100'))] };
    // at 8 minutes the system prompt's entry is 8 minutes old, but was part of what was read at 4
    expect(settle([long, tail, other], [0, 4 * MINUTE, 8 * MINUTE])[2]).toEqual(usage({ read: 2000, uncached: 100 }));
  });

  test('an entry keeps the lifetime that was paid for', () => {
    const times = [0, MINUTE, 10 * MINUTE];
    expect(settle([five, hour, hour], times)).toEqual([written, read, usage({ write1h: 2000 })]);
    // The second leaves an entry at the end of #2000 for nothing: it is no better than the one that was read.
    const within = [
      { system: [text('#2000'), text('#100', MARK)] },
      { system: [text('#2000', HOUR_MARK), text('#100', MARK)] },
      hour,
    ];
    expect(settle(within, times)).toEqual([usage({ write5m: 2100 }), usage({ read: 2100 }), usage({ write1h: 2000 })]);
  });

  test('what is being written can be read only once the answer has begun', () => {
    const slow = openAccount('anthropic-messages', { count: said, readableAfterMs: 2 * SECOND });
    expect(settle([five, five, five], [0, SECOND, 2 * SECOND], slow)).toEqual([written, written, read]);
  });
});

describe('both lifetimes in one request', () => {
  const mixed = (last: string): Parts => ({
    tools: [{ ...TOOL, description: '#1100', ...HOUR_MARK }],
    system: [text('#200', HOUR_MARK)],
    messages: [user(text(last, MARK)), user(text('#9'))],
  });

  test('up to the last 1h mark for an hour, from there for five minutes', () => {
    expect(settle([mixed('a #40')])).toEqual([usage({ write1h: 1300, write5m: 40, uncached: 9 })]);
  });

  test('after ten minutes the hour is read, the rest is written again', () => {
    const times = [0, 10 * MINUTE];
    expect(settle([mixed('a #40'), mixed('a #40')], times)[1]).toEqual(usage({ read: 1300, write5m: 40, uncached: 9 }));
  });

  test('1h after 5m is refused', () => {
    const wrong = { system: [text('#2000', MARK)], messages: [user(text('#1', HOUR_MARK))] };
    expect(() => settle([wrong])).toThrow("messages.0.content.0.cache_control.ttl: a ttl='1h'");
  });
});

describe('what is refused', () => {
  const marked = (count: number): readonly JsonMap[] =>
    Array.from({ length: count }, (_, index) => text(`m${index} #2000`, MARK));

  test('four marks are taken, five are not, wherever they stand', () => {
    expect(settle([{ system: marked(4) }])).toEqual([usage({ write5m: 8000 })]);
    const five = { tools: [{ ...TOOL, ...MARK }], system: marked(2), messages: [user(...marked(2))] };
    expect(() => settle([five])).toThrow('A maximum of 4 blocks with cache_control may be provided. Found 5.');
  });

  test('marks within results count', () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: [text('a', MARK)] };
    expect(() => settle([{ system: marked(4), messages: [user(result)] }])).toThrow('Found 5.');
  });

  test('the refusal has the shape of the API, and leaves no trace', () => {
    const on = account();
    const good = { system: [text('m0 #2000', MARK)] };
    let refusal: unknown;
    try {
      on.settle({ body: body({ system: marked(5) }), at: 0 });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: 400, body: { type: 'error', error: { type: 'invalid_request_error' } } });
    expect(settle([good], [SECOND], on)).toEqual([usage({ write5m: 2000 })]);
  });

  test.each<[string, JsonMap, string]>([
    ['thinking', { type: 'thinking', thinking: '', signature: 's', ...MARK }, 'thinking.cache_control'],
    ['redacted thinking', { type: 'redacted_thinking', data: 'x', ...MARK }, 'thinking.cache_control'],
    ['empty text', text('', MARK), 'cannot be set for empty text blocks'],
    ['an unknown lifetime', text('a', { cache_control: { type: 'ephemeral', ttl: '2h' } }), 'ttl'],
  ])('a mark on %s', (_, block, message) => {
    expect(() => settle([{ messages: [user(text('#2000')), assistant(block)] }])).toThrow(message);
  });

  test('a model without a price', () => {
    expect(() => settle([{ model: 'nobody-1' }])).toThrow('no price');
  });
});

describe('cache_control of the whole request', () => {
  test('marks the last block, and moves on with the conversation', () => {
    const first = { ...MARK, messages: [user(text('#1500'))] };
    const second = { ...MARK, messages: [user(text('#1500')), assistant(text('#20')), user(text('#60'))] };
    expect(settle([first, second])).toEqual([usage({ write5m: 1500 }), usage({ read: 1500, write5m: 80 })]);
  });

  test('passes over what cannot be marked', () => {
    const thinking = { type: 'thinking', thinking: '#30', signature: 's' };
    const parts = { ...MARK, messages: [user(text('#1500')), assistant(thinking, text(''))] };
    expect(settle([parts])).toEqual([usage({ write5m: 1500, uncached: 30 })]);
  });

  test('needs one of the four, unless the last block has the same mark', () => {
    const four = [text('a #2000', MARK), text('b #1', MARK), text('c #1', MARK)];
    const own = { ...MARK, system: four, messages: [user(text('d #1', MARK))] };
    expect(settle([own])).toEqual([usage({ write5m: 2003 })]);
    const fifth = { ...own, messages: [user(text('d #1', MARK), text('e #1'))] };
    expect(() => settle([fifth])).toThrow('Found 5.');
  });

  test('is refused beside another lifetime on the last block, and after a shorter one', () => {
    expect(() => settle([{ ...HOUR_MARK, messages: [user(text('#2000', MARK))] }])).toThrow("ttl of '5m'");
    const late = { ...HOUR_MARK, system: [text('#2000', MARK)], messages: [user(text('#1'))] };
    expect(() => settle([late])).toThrow("ttl='1h'");
  });
});

test('reach counts the blocks after the tools that were read, upTo the tokens to each', () => {
  const on = account();
  const parts = { tools: [TOOL], system: [SYSTEM], messages: [user(text('#20'), text('#3', MARK)), user(text('#4'))] };
  on.settle({ body: body(parts), at: 0 });
  const { reach, upTo } = on.settle({ body: body(parts), at: SECOND });
  // tools 300; system + 900; + 20; + 3 (read up to here); + 4
  expect({ reach, upTo }).toEqual({ reach: 3, upTo: [300, 1200, 1220, 1223, 1227] });
});
