import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gemini } from './format.ts';
import {
  TOOL,
  ours,
  theirs,
  say,
  chunk,
  WAYS,
  spelt,
  valuesOf,
  splicerFor,
  splice,
  visible,
  partsIn,
  type Json,
} from './responses.fixture.ts';

describe('a response in which nothing is hidden goes on byte for byte', () => {
  const folder = new URL('../../../fixtures/formats/gemini/', import.meta.url);
  const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const table: [name: string, type: string, text: string][] = [
    ...['stream', 'vertex', 'cloud-code', 'error-chunk', 'no-last-blank-line', 'broken-off', 'blocked-stream'].map(
      (name): [string, string, string] => [name, 'text/event-stream', read(`${name}.response.sse`)],
    ),
    ...['array', 'generate', 'error-in-array', 'blocked', 'error'].map((name): [string, string, string] => [
      name,
      'application/json',
      read(`${name}.response.json`),
    ]),
    [
      'comments and other ends of line',
      'text/event-stream',
      `: hi\n\ndata:{"a":1.0}\n\n\rdata: ${JSON.stringify(chunk(1, { parts: [theirs()], finish: 'STOP' }))}\r\r`,
    ],
    ['what is no JSON', 'text/event-stream', 'data: [DONE]\r\n\r\ndata: {"a"\r\n\r\n'],
    [
      'an array after white space',
      'application/json',
      ` \n ${spelt('array', [chunk(1, { parts: [say('é€😀')] }), chunk(1, { finish: 'STOP' })])} \n`,
    ],
    ['an array that is cut off', 'application/json', '[{"candidates":[]},\r\n{"candidates":[{"con'],
    ['an empty array', 'application/json', '[]'],
    ['no body', 'application/json', ''],
    ['white space', 'application/json', ' \n'],
  ];
  test.each(table)('%s', (_name, type, text) => {
    for (const size of [1, 2, 3, 7, Infinity]) {
      const { text: out, ends } = splice(gemini.continuation!.splice(type, { toolName: TOOL })!, [text], size);
      expect(out).toBe(text);
      expect(ends[0]!.hidden).toEqual([]);
    }
  });

  test('and at once: a chunk is shown when it is there', () => {
    for (const way of WAYS) {
      const splicer = splicerFor(way);
      const first = spelt(way, [chunk(1, { parts: [say('a')] })]).replace(/\n\]$/, '');
      expect(Buffer.from(splicer.push(Buffer.from(first))).toString()).toBe(first);
    }
  });

  test('other kinds of content cannot be carried on', () => {
    for (const type of ['text/html', '', 'application/x-protobuf'])
      expect(gemini.continuation!.splice(type, { toolName: TOOL })).toBeUndefined();
  });
});

const EXCHANGE: Json[][] = [
  [
    chunk(1, { parts: [{ text: 'hm', thought: true }] }, 3),
    chunk(1, { parts: [say('let me ')] }, 5),
    chunk(1, { parts: [say('look. é€😀')] }, 6),
    chunk(1, { parts: [ours({ thoughtSignature: 's1' })] }, 8),
    chunk(1, { parts: [say('')], finish: 'STOP' }, 10),
  ],
  [chunk(2, { parts: [ours()] }, 4), chunk(2, { finish: 'STOP' }, 7)],
  [
    chunk(3, { parts: [say('found')] }, 1),
    chunk(3, { parts: [{ text: ' it', thoughtSignature: 's3' }] }, 2),
    chunk(3, { parts: [say('')], finish: 'STOP' }, 3),
  ],
];

describe.each(WAYS)('an exchange of several hops, in %s', (way) => {
  test('is one response with one end', () => {
    const values = visible(way, EXCHANGE);
    expect(values.map(({ responseId, modelVersion }) => [responseId, modelVersion])).toEqual(
      values.map(() => ['r1', 'm1']),
    );
    expect(partsIn(values)).toEqual([
      { text: 'hm', thought: true },
      say('let me '),
      say('look. é€😀'),
      say('found'),
      { text: ' it', thoughtSignature: 's3' },
      say(''),
    ]);
    expect(values.map((value) => value.candidates[0].finishReason).filter(Boolean)).toEqual(['STOP']);
    expect(values.at(-1).candidates[0].finishReason).toBe('STOP');
  });

  test('what was written counts over all hops, what was read as the last one says', () => {
    const usages = visible(way, EXCHANGE).map(({ usageMetadata }) => usageMetadata);
    expect(usages.at(-1)).toEqual({
      promptTokenCount: 300,
      candidatesTokenCount: 20,
      totalTokenCount: 335,
      thoughtsTokenCount: 15,
    });
    expect(usages[3]).toEqual({
      promptTokenCount: 300,
      candidatesTokenCount: 18,
      totalTokenCount: 333,
      thoughtsTokenCount: 15,
    });
    expect(usages[0]).toEqual(EXCHANGE[0]![0].usageMetadata);
  });

  test('however the bytes are cut', () => {
    const hops = EXCHANGE.map((hop) => spelt(way, hop));
    const { text, ends } = splice(splicerFor(way), hops);
    for (const size of [1, 2, 3, 5, 7, 64, 1000]) expect(splice(splicerFor(way), hops, size)).toEqual({ text, ends });
    const [first] = hops;
    for (let cut = 0; cut <= Buffer.byteLength(first!); cut++) {
      const splicer = splicerFor(way);
      const bytes = Buffer.from(first!);
      const shown = [splicer.push(bytes.subarray(0, cut)), splicer.push(bytes.subarray(cut))];
      splicer.endHop();
      const rest = splice(splicer, hops.slice(1)).text;
      expect(Buffer.concat(shown).toString() + rest).toBe(text);
    }
  });

  test('the model gets back what it said, in pieces without seams', () => {
    const { ends } = splice(
      splicerFor(way),
      EXCHANGE.map((hop) => spelt(way, hop)),
    );
    expect(ends[0]).toEqual({
      pieces: [{ text: 'hm', thought: true }, say('let me look. é€😀'), ours({ thoughtSignature: 's1' })],
      hidden: [2],
      calls: [{ id: 'o', input: { hash: 'h' } }],
      isMixed: false,
    });
    expect(ends[2]!.pieces).toEqual([say('found'), { text: ' it', thoughtSignature: 's3' }]);
  });

  test('a turn with calls for the client too ends with its own end', () => {
    const hop = [
      chunk(1, { parts: [say('a'), ours({ thoughtSignature: 's' })] }),
      chunk(1, { parts: [theirs(), ours()], finish: 'STOP' }),
    ];
    const { text, ends } = splice(splicerFor(way), [spelt(way, hop)]);
    const values = valuesOf(way, text);
    // The signature is the turn's: the first call that the client sees has it.
    expect(partsIn(values)).toEqual([say('a'), theirs({ thoughtSignature: 's' }), say('')]);
    expect(values.map((value) => value.candidates[0].finishReason)).toEqual([undefined, undefined, 'STOP']);
    expect(ends[0]).toMatchObject({
      isMixed: true,
      hidden: [1, 3],
      pieces: [say('a'), ours({ thoughtSignature: 's' }), theirs(), ours()],
    });
  });

  test('a signature of the client’s own call stays, and no second call gets one', () => {
    const first = [theirs({ thoughtSignature: 't' }), ours({ thoughtSignature: 's' }), theirs()];
    expect(partsIn(visible(way, [[chunk(1, { parts: first, finish: 'STOP' })]])).slice(0, 2)).toEqual([
      theirs({ thoughtSignature: 't' }),
      theirs(),
    ]);
    const second = [ours({ thoughtSignature: 's' }), theirs(), theirs()];
    expect(partsIn(visible(way, [[chunk(1, { parts: second, finish: 'STOP' })]])).slice(0, 2)).toEqual([
      theirs({ thoughtSignature: 's' }),
      theirs(),
    ]);
  });

  test('what is said beside the end of a hop is shown at once, the end is not', () => {
    const splicer = splicerFor(way);
    const hop = spelt(way, [chunk(1, { parts: [ours()] }), chunk(1, { parts: [say('x')], finish: 'STOP' })]);
    const shown = Buffer.from(splicer.push(Buffer.from(hop))).toString();
    expect(shown).toContain('"text":"x"');
    expect(shown).not.toContain('STOP');
    splicer.endHop();
    const after = Buffer.from(
      splicer.push(Buffer.from(spelt(way, [chunk(2, { parts: [say('y')], finish: 'STOP' })]))),
    ).toString();
    expect(after).not.toContain('STOP');
    expect(after).not.toContain('"x"');
  });

  test('a hop that is cut short has no calls to answer, and no end', () => {
    const { text, ends } = splice(splicerFor(way), [
      spelt(way, [chunk(1, { parts: [say('a')] }), chunk(1, { parts: [ours()] })]),
    ]);
    expect(ends[0]!.calls).toEqual([]);
    expect(partsIn(valuesOf(way, text))).toEqual([say('a')]);
  });

  test.each(['MAX_TOKENS', 'MALFORMED_FUNCTION_CALL', 'CONTINUATION'])(
    'a model that stopped for %s waits for nothing',
    (finish) => {
      const hop = [chunk(1, { parts: [ours()] }), chunk(1, { parts: [say('')], finish })];
      const { text, ends } = splice(splicerFor(way), [spelt(way, hop)]);
      expect(ends[0]!.calls).toEqual([]);
      expect(valuesOf(way, text).map((value) => value.candidates[0].finishReason)).toEqual([finish]);
    },
  );

  test('an end may be a number', () => {
    const { ends } = splice(splicerFor(way), [spelt(way, [chunk(1, { parts: [ours()], finish: 1 })])]);
    expect(ends[0]!.calls.length).toBe(1);
  });

  test('every chunk has a part, and nothing at all is still a response', () => {
    const mixed = [
      chunk(1, { parts: [theirs()] }),
      chunk(1, { parts: [ours()] }),
      chunk(1, { parts: [ours()], finish: 'STOP' }),
    ];
    const values = visible(way, [mixed]);
    expect(values.map((value) => value.candidates[0].content.parts)).toEqual([[theirs()], [say('')]]);
    expect(visible(way, [[chunk(1, { parts: [ours()] })]])).toEqual([]);
  });

  test('counts may be spread over the chunks', () => {
    const counted = { ...chunk(1, { parts: [ours()] }, 10) };
    const last = { ...chunk(1, { finish: 'STOP' }), usageMetadata: { candidatesTokenCount: 12 } };
    const values = visible(way, [[counted, last], [chunk(2, { parts: [say('a')], finish: 'STOP' })]]);
    expect(values.at(-1).usageMetadata).toMatchObject({ candidatesTokenCount: 22, thoughtsTokenCount: 10 });
  });

  test('a chunk after the end belongs to it', () => {
    const extra = { usageMetadata: { promptTokenCount: 9 } };
    const values = visible(way, [
      [chunk(1, { parts: [ours()], finish: 'STOP' }), extra],
      [chunk(2, { parts: [say('a')], finish: 'STOP' }), extra],
    ]);
    expect(values.map(({ usageMetadata }) => usageMetadata.promptTokenCount)).toEqual([200, 9]);
  });

  test('an end stays one when more comes after it', () => {
    const extra = { usageMetadata: { promptTokenCount: 9 } };
    const { ends } = splice(splicerFor(way), [spelt(way, [chunk(1, { parts: [ours()], finish: 'STOP' }), extra])]);
    expect(ends[0]!.calls.length).toBe(1);
  });

  test('an error in the stream is shown, and nothing is answered after it', () => {
    const error = { error: { code: 503, message: 'm', status: 'UNAVAILABLE' } };
    const hop = [chunk(1, { parts: [ours()] }), error, chunk(1, { finish: 'STOP' })];
    const { text, ends } = splice(splicerFor(way), [spelt(way, hop)]);
    expect(valuesOf(way, text)[0]).toEqual(error);
    expect(ends[0]!.calls).toEqual([]);
  });

  test('a refused hop ends the response with the provider’s error, or with one that says its status', () => {
    const failed = (status: number, body: string): Json => {
      const splicer = splicerFor(way);
      const shown = splicer.push(Buffer.from(spelt(way, EXCHANGE[0]!)));
      splicer.endHop();
      return valuesOf(
        way,
        Buffer.concat([shown, splicer.heartbeat(), splicer.heartbeat(), splicer.fail(status, body)]).toString(),
      ).at(-1);
    };
    const error = { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' };
    expect(failed(429, JSON.stringify({ error }))).toEqual({ error });
    expect(failed(429, JSON.stringify([{ error }]))).toEqual({ error });
    expect(failed(503, '<html>')).toMatchObject({ error: { code: 503, status: 'UNAVAILABLE' } });
    expect(failed(0, '')).toMatchObject({ error: { code: 502 } });
  });

  test('a last chunk without its blank line is not lost', () => {
    const hops = EXCHANGE.map((hop) => spelt(way, hop).replace(/\r\n\r\n$/, ''));
    const { text } = splice(splicerFor(way), hops);
    expect(valuesOf(way, text)).toEqual(visible(way, EXCHANGE));
    if (way !== 'array') expect(text.endsWith('\r\n\r\n')).toBe(true);
    const cut = splice(splicerFor(way), [
      spelt(way, [chunk(1, { parts: [ours(), say('x')], finish: 'STOP' })]).replace(/\r\n\r\n$/, ''),
      hops[2]!,
    ]);
    expect(partsIn(valuesOf(way, cut.text))[0]).toEqual(say('x'));
  });

  test('a call whose arguments come in pieces is hidden, or shown, piece by piece', () => {
    const pieces = (name: string): Json[] => [
      { functionCall: { id: 'p', name, willContinue: true } },
      {
        functionCall: {
          partialArgs: [{ jsonPath: '$.hash', stringValue: 'ab', willContinue: true }],
          willContinue: true,
        },
      },
      { functionCall: { id: 'p', name, partialArgs: [{ jsonPath: '$.hash', stringValue: 'cd' }], willContinue: true } },
      { functionCall: {}, thoughtSignature: 's' },
    ];
    const hop = [
      ...[...pieces(TOOL), ...pieces('Read')].map((part) => chunk(1, { parts: [part] })),
      chunk(1, { parts: [theirs()], finish: 'STOP' }),
    ];
    const { text, ends } = splice(splicerFor(way), [spelt(way, hop)]);
    expect(partsIn(valuesOf(way, text))).toEqual([...pieces('Read'), theirs(), say('')]);
    const whole = (name: string): Json => ({
      functionCall: { id: 'p', name, args: { hash: 'abcd' } },
      thoughtSignature: 's',
    });
    expect(ends[0]!.pieces).toEqual([whole(TOOL), whole('Read'), theirs()]);
    expect(ends[0]!.calls).toEqual([{ id: 'p', input: { hash: 'abcd' } }]);
  });
});

test('what is not ours in a chunk stays as it is spelt', () => {
  const text = `data: {"candidates":[ {"content": {"parts": [${JSON.stringify(ours())} , {"functionCall":{"name":"Read","args":{"n":12345678901234567890,"m":1.0,"s":"\\u0061"}}}]},"index":0}]}\r\n\r\n`;
  const { text: out } = splice(splicerFor('events'), [text]);
  expect(out).toContain(
    '"parts": [{"functionCall":{"name":"Read","args":{"n":12345678901234567890,"m":1.0,"s":"\\u0061"}}}]},"index":0}]}',
  );
});

test('events end their lines as those of the provider do, and comments go on', () => {
  const hops = EXCHANGE.map((hop) => `: c\n\n${spelt('events', hop).replaceAll('\r\n', '\n')}`);
  const { text } = splice(splicerFor('events'), hops);
  expect(text).not.toContain('\r');
  expect(text.split(': c\n\n').length).toBe(4);
  const splicer = splicerFor('events');
  splicer.push(Buffer.from(hops[0]!));
  expect(Buffer.from(splicer.heartbeat()).toString()).toBe('\n\n');
});

test('where thoughts count as part of the answer, the total stays their sum', () => {
  const usage = (prompt: number): Json => ({
    promptTokenCount: prompt,
    candidatesTokenCount: 10,
    thoughtsTokenCount: 4,
    totalTokenCount: prompt + 10,
  });
  const hop = (prompt: number, part: Json): Json => ({
    ...chunk(1, { parts: [part], finish: 'STOP' }),
    usageMetadata: usage(prompt),
  });
  const last = visible('events', [[hop(100, ours())], [hop(200, say('a'))]]).at(-1);
  expect(last.usageMetadata).toEqual({
    promptTokenCount: 200,
    candidatesTokenCount: 20,
    thoughtsTokenCount: 8,
    totalTokenCount: 220,
  });
});
