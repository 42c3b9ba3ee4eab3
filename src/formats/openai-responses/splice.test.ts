import { describe, expect, test } from 'vitest';
import { JsonDocument } from '../../core/json/document.ts';
import type { HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { openaiResponses } from './format.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- events of any shape are looked into

const think = (n: number): JsonObject => ({
  type: 'reasoning',
  id: `rs_${n}`,
  summary: [],
  encrypted_content: `e${n}`,
});
const say = (id: string, text: string): JsonObject => ({
  type: 'message',
  id,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const called = (id: string, name: string): JsonObject => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: '{"hash":"é"}',
  status: 'completed',
});
const ours = (id: string): JsonObject => called(id, 'headroom_retrieve');
const theirs = (id: string): JsonObject => called(id, 'Read');

interface Shape {
  readonly end?: string;
  readonly store?: boolean;
  readonly fillsOutput?: boolean;
  readonly eol?: string;
}

const responseOf = (n: number, output: readonly JsonObject[], status: string, store: boolean): JsonObject => ({
  id: `resp_${n}`,
  object: 'response',
  created_at: 1000 + n,
  status,
  output,
  previous_response_id: null,
  store,
  temperature: 1,
  usage: status === 'in_progress' ? null : usageOf(n),
});
const usageOf = (n: number): JsonObject => ({
  input_tokens: 100 * n,
  input_tokens_details: { cached_tokens: n },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 100 * n + 10,
});

function eventsOf(n: number, items: readonly JsonObject[], shape: Shape = {}): readonly JsonObject[] {
  const { end = 'response.completed', store = false, fillsOutput = true } = shape;
  const begun = responseOf(n, [], 'in_progress', store);
  const ended = responseOf(n, fillsOutput ? items : [], end.replace('response.', ''), store);
  return [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...items.flatMap((item, output_index) => [
      { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
      ...(item['arguments'] === undefined
        ? [{ type: 'response.output_text.delta', item_id: item['id'], output_index, content_index: 0, delta: 'ü' }]
        : [{ type: 'response.function_call_arguments.delta', item_id: item['id'], output_index, delta: '{' }]),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: end, response: ended },
  ].map((event, sequence_number) => ({ ...event, sequence_number }) as JsonObject);
}

function sse(events: readonly JsonObject[], eol = '\n'): Buffer {
  return Buffer.from(
    events.map((event) => `event: ${event['type'] as string}${eol}data: ${JSON.stringify(event)}${eol}${eol}`).join(''),
  );
}

const splicer = (type = 'text/event-stream'): ResponseSplicer =>
  openaiResponses.continuation!.splice(type, { toolName: 'headroom_retrieve' })!;

interface Run {
  readonly shown: Buffer;
  readonly ends: readonly HopEnd[];
}

function run(hops: readonly Buffer[], pieceBytes = 1_000_000, type?: string): Run {
  const one = splicer(type);
  const shown: Uint8Array[] = [];
  const ends = hops.map((bytes) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) shown.push(one.push(bytes.subarray(at, at + pieceBytes)));
    return one.endHop();
  });
  shown.push(one.finish());
  return { shown: Buffer.concat(shown), ends };
}

const read = (bytes: Buffer): Json[] =>
  bytes
    .toString()
    .split('\n\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text.slice(text.indexOf('data: ') + 6)));

/** What a response says when nobody ever called our tool. */
function expectOneResponse(events: readonly Json[], items: readonly JsonObject[]): void {
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  expect(new Set(events.flatMap(({ response }) => response?.id ?? []))).toEqual(new Set(['resp_1']));
  const done = events.filter(({ type }) => type === 'response.output_item.done');
  expect(done.map((event) => event.output_index)).toEqual(items.map((_, index) => index));
  expect(done.map(({ item }) => item)).toEqual(items);
  expect(events.filter(({ type }) => type === 'response.created')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'response.completed')).toHaveLength(1);
  for (const { item_id: id, output_index: index } of events.filter((event) => event.item_id !== undefined))
    expect(items[index]!['id']).toBe(id);
  expect(JSON.stringify(events)).not.toContain('headroom_retrieve');
}

describe('until something is hidden every byte goes on as it came (R-22)', () => {
  const items = [think(1), say('msg_1', 'hi'), theirs('x')];
  test.each([
    ['at once', sse(eventsOf(1, items))],
    ['with other line ends', sse(eventsOf(1, items), '\r\n')],
    ['kept by the provider', sse(eventsOf(1, items, { store: true }))],
    ['with a word after the end', Buffer.concat([sse(eventsOf(1, items)), Buffer.from('data: [DONE]\n\n')])],
    ['without its last blank line', sse(eventsOf(1, items)).subarray(0, -1)],
    ['broken off', sse(eventsOf(1, items)).subarray(0, -100)],
    ['with comments', Buffer.from(': ping\n\ndata: no json\n\n')],
  ])('%s', (_name, bytes) => {
    for (const size of [1, 7, 1_000_000]) {
      const { shown, ends } = run([bytes], size);
      expect(shown.toString()).toBe(bytes.toString());
      expect(ends[0]!.hidden).toEqual([]);
    }
  });

  test('and words come as they are said', () => {
    const one = splicer();
    const bytes = sse(eventsOf(1, items));
    const before = bytes.subarray(0, bytes.indexOf('event: response.completed'));
    expect(Buffer.from(one.push(before)).toString()).toBe(before.toString());
  });

  test('of an answer that the provider keeps the end waits until its id is known here', () => {
    const one = splicer();
    const bytes = sse(eventsOf(1, items, { store: true }));
    const shown = Buffer.from(one.push(bytes)).toString();
    expect(shown).not.toContain('response.completed');
    expect(one.endHop().id).toBe('resp_1');
    expect(shown + Buffer.from(one.finish()).toString()).toBe(bytes.toString());
    expect(run([sse(eventsOf(1, items))]).ends[0]).not.toHaveProperty('id');
  });
});

describe('over several hops the client reads one response', () => {
  const table: [name: string, hops: JsonObject[][]][] = [
    ['first', [[ours('a')], [think(2), say('msg_2', 'found')]]],
    ['last, after words', [[think(1), say('msg_1', 'look'), ours('a')], [say('msg_2', 'found')]]],
    [
      'in the middle',
      [
        [think(1), ours('a')],
        [think(2), theirs('x')],
      ],
    ],
    ['mixed', [[think(1), ours('a'), theirs('x')]]],
    ['mixed, ours last', [[theirs('x'), ours('a')]]],
    ['two at once, twice', [[ours('a'), ours('b')], [think(2), ours('c')], [say('msg_3', 'done')]]],
    ['with nothing after it', [[say('msg_1', 'look'), ours('a')], []]],
  ];
  test.each(table)('%s', (_name, hops) => {
    const visible = hops.flat().filter(({ name }) => name !== 'headroom_retrieve');
    for (const eol of ['\n', '\r\n']) {
      const whole = run(hops.map((items, index) => sse(eventsOf(index + 1, items), eol)));
      const events = read(Buffer.from(whole.shown.toString().replaceAll('\r\n', '\n')));
      expectOneResponse(events, visible);
      const { response } = events.at(-1);
      const n = hops.length;
      const usage = { ...usageOf(n), output_tokens: 10 * n, output_tokens_details: { reasoning_tokens: 4 * n } };
      expect(response).toEqual({
        ...responseOf(1, visible, 'completed', false),
        usage: { ...usage, total_tokens: 100 * n + 10 * n },
      });
    }
    const bytes = hops.map((items, index) => sse(eventsOf(index + 1, items)));
    const whole = run(bytes);
    for (const size of [1, 2, 3, 5, 64]) expect(run(bytes, size).shown.toString()).toBe(whole.shown.toString());
    expect(whole.ends.map(({ pieces }) => pieces)).toEqual(hops);
    expect(whole.ends.map(({ calls }) => calls.map(({ id, input }) => [id, input]))).toEqual(
      hops.map((items) =>
        items.filter(({ name }) => name === 'headroom_retrieve').map(({ call_id: id }) => [id, { hash: 'é' }]),
      ),
    );
    expect(whole.ends.at(-1)!.isMixed).toBe(hops.at(-1)!.some(({ name }) => name === 'Read'));
  });

  test.each(table)('whole: %s', (_name, hops) => {
    const visible = hops.flat().filter(({ name }) => name !== 'headroom_retrieve');
    const bodies = hops.map((items, index) =>
      Buffer.from(JSON.stringify(responseOf(index + 1, items, 'completed', true))),
    );
    const { shown, ends } = run(bodies, 7, 'application/json');
    const { usage, ...response } = JSON.parse(shown.toString());
    const { usage: _, ...expected } = responseOf(1, visible, 'completed', true);
    expect(response).toEqual(expected);
    expect([usage.input_tokens, usage.output_tokens]).toEqual([100 * hops.length, 10 * hops.length]);
    expect(ends.map(({ pieces, id }) => [pieces, id])).toEqual(
      hops.map((items, index) => [items, `resp_${index + 1}`]),
    );
  });

  test('a provider that leaves the items out of its last event goes on doing so', () => {
    const hops = [[think(1), ours('a')], [say('msg_2', 'done')]];
    const { shown, ends } = run(hops.map((items, index) => sse(eventsOf(index + 1, items, { fillsOutput: false }))));
    expect(read(shown).at(-1).response.output).toEqual([]);
    expect(ends.map(({ pieces }) => pieces)).toEqual(hops);
  });

  test('ids that a provider counts anew in each response stay apart', () => {
    const hops = [[say('msg_0', 'look'), ours('a')], [say('msg_0', 'found')]];
    const { shown } = run(hops.map((items, index) => sse(eventsOf(index + 1, items))));
    expectOneResponse(read(shown), [say('msg_0', 'look'), say('msg_0_1', 'found')]);
    expect(
      read(shown)
        .at(-1)
        .response.output.map(({ id }: Json) => id),
    ).toEqual(['msg_0', 'msg_0_1']);
  });

  test('in events that are changed numbers and escapes stay as they are spelt', () => {
    const second = sse(eventsOf(2, [say('msg_2', 'x')]))
      .toString()
      .replace('"delta":"ü"', '"delta":"\\u00fc","n":1.0');
    const { shown } = run([sse(eventsOf(1, [ours('a')])), Buffer.from(second)]);
    expect(shown.toString()).toContain('"delta":"\\u00fc","n":1.0');
  });
});

describe('what is not whole', () => {
  test('a call that was cut off is dropped, and the response says how it ended', () => {
    const { shown, ends } = run([sse(eventsOf(1, [say('msg_1', 'a'), ours('a')], { end: 'response.incomplete' }))]);
    expect(ends[0]!.calls).toEqual([]);
    expect(read(shown).at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { output: [say('msg_1', 'a')] },
    });
  });

  test.each(['response.failed', 'error'])('%s in a later hop reaches the client as the end of its response', (end) => {
    const failed = eventsOf(2, [], { end: 'response.failed' });
    const error = { type: 'error', sequence_number: 2, message: 'no', code: 'server_error' };
    const later = end === 'error' ? [...failed.slice(0, 2), error] : failed;
    const { shown, ends } = run([sse(eventsOf(1, [think(1), ours('a')])), sse(later)]);
    const last = read(shown).at(-1);
    expect([last.type, last.sequence_number]).toEqual([end, 5]);
    if (end === 'response.failed') expect([last.response.id, last.response.output]).toEqual(['resp_1', [think(1)]]);
    expect(ends[1]!.calls).toEqual([]);
  });

  test('a later hop that was refused ends the response in its way, with the provider’s error', () => {
    const one = splicer();
    one.push(sse(eventsOf(1, [think(1), ours('a')])));
    one.endHop();
    const body = JSON.stringify({ error: { message: 'slow', type: 'requests', code: 'rate_limit_exceeded' } });
    const [event] = read(Buffer.from(one.fail(429, body)));
    expect(event).toMatchObject({ type: 'response.failed', sequence_number: 5 });
    expect(event.response).toMatchObject({
      id: 'resp_1',
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: 'slow' },
      output: [think(1)],
    });
    const whole = splicer('application/json');
    expect(JSON.parse(Buffer.from(whole.fail(500, 'oops')).toString()).error.message).toContain('500');
  });

  test('between events a comment keeps the connection busy', () => {
    expect(Buffer.from(splicer().heartbeat()).toString()).toMatch(/^: .*\n\n$/);
    expect(Buffer.from(splicer('application/json').heartbeat()).toString().trim()).toBe('');
    expect(openaiResponses.continuation!.splice('text/html', { toolName: 'x' })).toBeUndefined();
  });
});

describe('what a response repeats of our additions is taken out of it (R-20)', () => {
  const KEY = 'headroom-0123456789abcdef';
  const OWN = '{ "type":"function","name":"Read", "parameters":{"a":1.0} }';
  const OURS = '{"type":"function","name":"headroom_retrieve","description":"ü"}';
  const lists = [
    ['behind their own', `[ ${OWN} , ${OURS} ]`, `[ ${OWN} ]`],
    ['before their own', `[${OURS},${OWN}]`, `[${OWN}]`],
    ['alone', `[${OURS}]`, '[]'],
  ] as const;
  /** As providers spell it, spaces and all. */
  const responseWith = (n: number, tools: string, key: string, status: string, output = '[]'): string =>
    `{"id": "resp_${n}", "tools": ${tools}, "status":"${status}", "store":false,"prompt_cache_key": ${key}, "output":${output}}`;
  const stream = (n: number, tools: string, key: string, item: JsonObject, eol = '\n'): string => {
    const response = (status: string): string => responseWith(n, tools, key, status);
    return [
      `event: response.created${eol}id: 7${eol}data: {"type":"response.created", "response":${response('in_progress')}}`,
      `data: {"type":"response.in_progress","response":${response('in_progress')} }`,
      `data: ${JSON.stringify({ type: 'response.output_item.done', output_index: 0, item })}`,
      `: aside${eol}event: response.completed${eol}data:{"type":"response.completed","response":${response('completed')}}`,
    ]
      .map((event) => event + eol + eol)
      .join('');
  };

  test.each(lists)('and nothing else changes: ours %s', (_name, echoed, tools) => {
    for (const eol of ['\n', '\r\n']) {
      const came = stream(1, echoed, `"${KEY}"`, theirs('x'), eol);
      const { shown } = run([Buffer.from(came)], 7);
      expect(shown.toString()).toBe(stream(1, tools, 'null', theirs('x'), eol));
    }
    const body = (list: string, key: string): string => responseWith(1, list, key, 'completed', '[ ]');
    const whole = run([Buffer.from(body(echoed, `"${KEY}"`))], 7, 'application/json');
    expect(whole.shown.toString()).toBe(body(tools, 'null'));
  });

  test('also where its provider keeps it, after a hidden call, and when a later hop fails', () => {
    const hop = (n: number, item: JsonObject): Buffer => Buffer.from(stream(n, `[${OURS}]`, `"${KEY}"`, item));
    const kept = Buffer.from(hop(1, theirs('x')).toString().replaceAll('"store":false', '"store":true'));
    const { shown } = run([hop(1, ours('a')), hop(2, say('msg_1', 'hi'))]);
    const failing = splicer();
    const failed = [failing.push(hop(1, ours('a'))), failing.fail(502, '')].map((bytes) =>
      Buffer.from(bytes).toString(),
    );
    for (const text of [run([kept]).shown.toString(), shown.toString(), failed.join('')]) {
      expect(text).not.toMatch(/headroom/);
      expect(text.match(/"tools": ?\[\]/g)!.length).toBeGreaterThanOrEqual(3);
    }
  });

  test('and a name that the client gave its prefix stays', () => {
    const came = stream(1, `[${OWN}]`, '"mine"', theirs('x'));
    expect(run([Buffer.from(came)]).shown.toString()).toBe(came);
  });

  test('over frames, and when a kept answer is asked for by its id', () => {
    const response = responseWith(1, `[${OWN},${OURS}]`, `"${KEY}"`, 'completed');
    const frames = openaiResponses.frames!.splice({ toolName: 'headroom_retrieve' });
    expect(frames.pass(`{"type":"response.completed","response":${response}}`)).toEqual([]);
    frames.endHop();
    const expected = responseWith(1, `[${OWN}]`, 'null', 'completed');
    expect(frames.finish()).toEqual([`{"type":"response.completed","response":${expected}}`]);
    const document = JsonDocument.parse(Buffer.from(response));
    const shown = openaiResponses.kept!.show({ id: 'resp_1', hops: ['resp_1'], output: undefined }, document);
    expect(Buffer.from(document.apply(shown)).toString()).toBe(expected);
  });
});
