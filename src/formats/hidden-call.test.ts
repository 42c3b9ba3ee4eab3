import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hiding } from '../core/continuation.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { CallGate, type CallEdge } from './hidden-call.ts';
import { anthropicMessages } from './anthropic-messages/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiResponses } from './openai-responses/format.ts';

describe('the gate', () => {
  test('holds nothing back outside of calls, and all events from the start of a call to its end', () => {
    const gate = new CallGate<string>();
    expect(gate.pass('a', undefined)).toEqual(['a']);
    expect(gate.pass('b', 'starts', 1)).toEqual([]);
    expect(gate.pass('ping', 'aside')).toEqual(['ping']);
    expect(gate.pass('c', undefined)).toEqual([]);
    expect(gate.pass('d', 'starts', 2)).toEqual([]);
    expect(gate.pass('e', 'ends', 1)).toEqual([]);
    expect(gate.pass('f', 'ends', 2)).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(gate.pass('g', 'ends', 3)).toEqual(['g']);
  });

  test('loses nothing and keeps the order, whatever comes', () => {
    const edge = fc.constantFrom<CallEdge>('starts', 'ends', undefined);
    fc.assert(
      fc.property(fc.array(fc.tuple(edge, fc.nat(3))), (events) => {
        const gate = new CallGate<number>();
        const passed = events.flatMap(([at, index], number) => gate.pass(number, at, index));
        expect([...passed, ...gate.flush()]).toEqual([...events.keys()]);
      }),
    );
  });
});

const BAD = JSON.stringify({ path: 'a', text: 'bad' });
const GOOD = JSON.stringify({ path: 'a', text: 'good' });
const HIDING: Hiding = { toolName: 'ours', refuses: ({ input }) => JSON.stringify(input) === BAD };
const sse = (events: readonly JsonObject[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));

/** Two calls of the client between words, the first of which is refused or not. */
const STREAMS: readonly [name: string, stream: (first: string) => Buffer, format: WireFormat][] = [
  [
    'Messages',
    (first) =>
      sse([
        { type: 'message_start', message: { id: 'm', content: [], usage: { input_tokens: 1 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'words' } },
        { type: 'content_block_stop', index: 0 },
        ...[first, GOOD].flatMap((json, at) => [
          {
            type: 'content_block_start',
            index: at + 1,
            content_block: { type: 'tool_use', id: `c${at}`, name: 'Write', input: {} },
          },
          {
            type: 'content_block_delta',
            index: at + 1,
            delta: { type: 'input_json_delta', partial_json: json.slice(0, 9) },
          },
          { type: 'ping' },
          {
            type: 'content_block_delta',
            index: at + 1,
            delta: { type: 'input_json_delta', partial_json: json.slice(9) },
          },
          { type: 'content_block_stop', index: at + 1 },
        ]),
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } },
        { type: 'message_stop' },
      ]),
    anthropicMessages,
  ],
  [
    'Chat Completions',
    (first) => {
      const chunk = (delta: JsonObject, finish_reason: string | null = null): string =>
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
      const made = [first, GOOD].flatMap((json, index) => [
        chunk({
          tool_calls: [{ index, id: `c${index}`, type: 'function', function: { name: 'Write', arguments: '' } }],
        }),
        chunk({ tool_calls: [{ index, function: { arguments: json.slice(0, 9) } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: json.slice(9) } }] }),
      ]);
      return Buffer.from(
        [chunk({ role: 'assistant', content: 'words' }), ...made, chunk({}, 'tool_calls'), 'data: [DONE]\n\n'].join(''),
      );
    },
    openaiChat,
  ],
  [
    'Responses',
    (first) => {
      const items = [first, GOOD].map((json, at) => ({
        type: 'function_call',
        id: `fc_${at}`,
        call_id: `c${at}`,
        name: 'Write',
        arguments: json,
        status: 'completed',
      }));
      const response = { id: 'r', status: 'completed', store: false, output: items, usage: { output_tokens: 1 } };
      return sse(
        [
          { type: 'response.created', response: { ...response, output: [], status: 'in_progress' } },
          ...items.flatMap((item, output_index) => [
            { type: 'response.output_item.added', output_index, item: { ...item, arguments: '' } },
            { type: 'response.function_call_arguments.delta', output_index, item_id: item.id, delta: item.arguments },
            { type: 'response.output_item.done', output_index, item },
          ]),
          { type: 'response.completed', response },
        ].map((event, sequence_number) => ({ ...event, sequence_number })),
      );
    },
    openaiResponses,
  ],
];

describe.each(STREAMS)('R-22 hidden calls in two hops, %s', (_api, stream, { continuation }) => {
  const hops = [stream(GOOD), stream(BAD)];

  function spliced(cut: number): { shown: string; hidden: readonly number[][] } {
    const splicer = continuation!.splice('text/event-stream', { toolName: 'Write' })!;
    const hidden: number[][] = [];
    const shown = hops.flatMap((bytes) => {
      const pieces = [splicer.push(bytes.subarray(0, cut)), splicer.push(bytes.subarray(cut))];
      hidden.push([...splicer.endHop().hidden]);
      return pieces;
    });
    shown.push(splicer.finish());
    return { shown: Buffer.concat(shown).toString(), hidden };
  }

  test('are read as one answer, wherever both are cut', () => {
    const whole = spliced(Number.POSITIVE_INFINITY);
    expect(whole.hidden.map(({ length }) => length)).toEqual([2, 2]);
    for (const trace of ['Write', 'good', 'bad']) expect(whole.shown).not.toContain(trace);
    const longest = Math.max(...hops.map(({ length }) => length));
    for (let cut = 1; cut < longest; cut++) expect(spliced(cut)).toEqual(whole);
  });
});

describe.each(STREAMS)('R-17 a call that is sent back, %s', (api, stream, { continuation }) => {
  function spliced(
    bytes: Buffer,
    cut: number,
    hiding = HIDING,
  ): { shown: string; hidden: readonly number[]; refused: number } {
    const splicer = continuation!.splice('text/event-stream', hiding)!;
    const shown = [splicer.push(bytes.subarray(0, cut)), splicer.push(bytes.subarray(cut))];
    const end = splicer.endHop();
    shown.push(splicer.finish());
    const text = Buffer.concat(shown).toString();
    return { shown: text, hidden: end.hidden, refused: end.calls.filter(({ isRefused }) => isRefused).length };
  }

  test('is hidden, wherever the stream is cut, and the other one is the first', () => {
    const bytes = stream(BAD);
    const whole = spliced(bytes, bytes.length);
    expect([whole.hidden.length, whole.refused]).toEqual([1, 1]);
    expect(whole.shown).not.toContain('bad');
    expect(whole.shown).toContain('good');
    for (let cut = 1; cut < bytes.length; cut++) expect(spliced(bytes, cut)).toEqual(whole);
  });

  test('passes byte for byte where nothing is sent back', () => {
    const bytes = stream(GOOD);
    const plain = spliced(bytes, 40, { toolName: 'ours' });
    expect(plain.shown).toBe(bytes.toString());
    const { shown, hidden } = spliced(bytes, 40);
    expect(hidden).toEqual([]);
    // Pings go ahead of what is held back, and fragments that were held come as one chunk.
    const sorted = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .toSorted();
    if (api === 'Chat Completions') expect(shown.match(/good/g)?.length).toBe(plain.shown.match(/good/g)?.length);
    else expect(sorted(shown)).toEqual(sorted(bytes.toString()));
  });

  test('comes as it is when the stream ends before it is whole', () => {
    const bytes = stream(BAD);
    const cut = bytes.indexOf('bad') - 4;
    const splicer = continuation!.splice('text/event-stream', HIDING)!;
    const shown = Buffer.concat([splicer.push(bytes.subarray(0, cut))]);
    const { hidden, calls } = splicer.endHop();
    expect([hidden, calls, shown.length > 0]).toEqual([[], [], true]);
  });
});
