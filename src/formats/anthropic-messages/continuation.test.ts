import { describe, expect, test } from 'vitest';
import type { Hop } from '../../core/continuation.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { anthropicMessages } from './format.ts';

const { continuation } = anthropicMessages;
const think = (n: number): JsonObject => ({ type: 'thinking', thinking: `t${n}`, signature: `s${n}` });
const say = (text: string): JsonObject => ({ type: 'text', text });
const ours = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'headroom_retrieve', input: { hash: 'h' } });
const theirs = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'Read', input: { n: 1 } });
const answered = (id: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: `original ${id}` });
const result = (id: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: 'theirs' });
const assistant = (...content: JsonValue[]): JsonObject => ({ role: 'assistant', content });
const user = (...content: JsonValue[]): JsonObject => ({ role: 'user', content });

function hop(...pieces: JsonObject[]): Hop {
  const hidden = [...pieces.keys()].filter((at) => pieces[at]!['name'] === 'headroom_retrieve');
  const results = hidden.map((at) => ({
    id: pieces[at]!['id'] as string,
    text: `original ${pieces[at]!['id'] as string}`,
    isError: false,
  }));
  return { pieces, hidden, results };
}

function restored(messages: readonly JsonValue[], hops: readonly Hop[], turn = 1): JsonValue | undefined {
  const document = JsonDocument.parse(Buffer.from(JSON.stringify({ messages }, undefined, 1)));
  const edits = continuation!.restore(turn, hops, document);
  return edits && JSON.parse(Buffer.from(document.apply(edits)).toString()).messages;
}

const GO = user(say('go'));
const NEXT = user(say('next'));

describe('a hidden exchange is put back where it was', () => {
  const table: [name: string, hops: Hop[], visible: JsonValue[], whole: JsonValue[]][] = [
    [
      'before all that was seen',
      [hop(ours('a')), hop(say('done'))],
      [say('done')],
      [assistant(ours('a')), user(answered('a')), assistant(say('done'))],
    ],
    [
      'in the middle, with thinking',
      [hop(think(1), say('look'), ours('a')), hop(think(2), theirs('x'))],
      [think(1), say('look'), think(2), theirs('x')],
      [assistant(think(1), say('look'), ours('a')), user(answered('a')), assistant(think(2), theirs('x'))],
    ],
    [
      'twice in a row, and two at once',
      [hop(think(1), ours('a')), hop(ours('b'), ours('c')), hop(say('done'))],
      [think(1), say('done')],
      [
        assistant(think(1), ours('a')),
        user(answered('a')),
        assistant(ours('b'), ours('c')),
        user(answered('b'), answered('c')),
        assistant(say('done')),
      ],
    ],
    [
      'at the end, with nothing said after it',
      [hop(say('look'), ours('a')), hop()],
      [say('look')],
      [assistant(say('look'), ours('a')), user(answered('a'))],
    ],
    [
      'where the client dropped the thinking',
      [hop(think(1), ours('a')), hop(think(2), say('done'))],
      [say('done')],
      [assistant(ours('a')), user(answered('a')), assistant(say('done'))],
    ],
  ];
  test.each(table)('%s', (_name, hops, visible, whole) => {
    expect(restored([GO, assistant(...visible), NEXT], hops)).toEqual([GO, ...whole, NEXT]);
    expect(restored([GO, assistant(...visible)], hops)).toEqual([GO, ...whole]);
  });

  test('a mixed turn: our answer stands with those of the client', () => {
    const hops = [hop(ours('a')), hop(say('and'), ours('b'), theirs('x'))];
    const seen = [GO, assistant(say('and'), theirs('x')), user(result('x'), say('also'))];
    expect(restored(seen, hops)).toEqual([
      GO,
      assistant(ours('a')),
      user(answered('a')),
      assistant(say('and'), ours('b'), theirs('x')),
      user(answered('b'), result('x'), say('also')),
    ]);
  });

  test('a client that keeps the words alone', () => {
    const hops = [hop(say('look'), ours('a')), hop(say('done'))];
    const words = { role: 'assistant', content: 'look\ndone' };
    const whole = [assistant(say('look'), ours('a')), user(answered('a')), assistant(say('done'))];
    expect(restored([GO, words, NEXT], hops)).toEqual([GO, ...whole, NEXT]);
  });

  test('the client’s own bytes stay as they are spelt', () => {
    const text =
      '{"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[ {"type":"text","text":"\\u0061"} , {"type":"tool_use","id":"x","name":"Read","input":{"n":1.0}}]}]}';
    const document = JsonDocument.parse(Buffer.from(text));
    const edits = continuation!.restore(1, [hop(say('a'), ours('a')), hop(theirs('x'))], document)!;
    const out = Buffer.from(document.apply(edits)).toString();
    expect(out).toContain('[ {"type":"text","text":"\\u0061"},{"type":"tool_use","id":"a"');
    expect(out).toContain(
      '{"role":"assistant","content":[{"type":"tool_use","id":"x","name":"Read","input":{"n":1.0}}]}',
    );
  });
});

describe('what is not the turn that was sent stays as the client has it', () => {
  const hops = [hop(say('look'), ours('a')), hop(theirs('x'))];
  test.each<[string, JsonObject]>([
    ['a block less', assistant(theirs('x'))],
    ['a block more', assistant(say('look'), theirs('x'), say('more'))],
    ['another call', assistant(say('look'), theirs('y'))],
    ['other words alone', { role: 'assistant', content: 'something else' }],
    ['a message with more to it', { ...assistant(say('look'), theirs('x')), extra: 1 }],
  ])('%s', (_name, message) => {
    expect(restored([GO, message, NEXT], hops)).toBeUndefined();
  });

  test('a mixed turn that the client never answered', () => {
    expect(
      restored([GO, assistant(theirs('x')), { role: 'user', content: 'no' }], [hop(ours('a'), theirs('x'))]),
    ).toBeUndefined();
  });
});

test('the next hop is the request before, the turn and its answers', () => {
  const document = JsonDocument.parse(Buffer.from('{"messages":[{"role":"user","content":"go"}],"stream":true}'));
  const out = Buffer.from(document.apply(continuation!.extend(hop(think(1), ours('a')), document))).toString();
  expect(JSON.parse(out)).toEqual({
    messages: [{ role: 'user', content: 'go' }, assistant(think(1), ours('a')), user(answered('a'))],
    stream: true,
  });
});

test('a turn has the same name in the response and in the requests after it', () => {
  const conversation = (blocks: JsonValue): JsonValue => ({ messages: [GO, { role: 'assistant', content: blocks }] });
  const namesIn = (body: JsonValue) =>
    continuation!.visibleTurns(anthropicMessages.read(JsonDocument.parse(Buffer.from(JSON.stringify(body)))));
  const spoken = [hop(say(' look'), ours('a')), hop(say('done '))];
  const called = [hop(think(1), ours('a')), hop(say('ok'), theirs('x'))];
  expect(continuation!.nameOf(spoken)).toEqual({ name: 'words look\ndone', isUnique: false });
  expect(namesIn(conversation([say(' look'), say('done ')]))).toEqual([{ turn: 1, ...continuation!.nameOf(spoken) }]);
  expect(namesIn(conversation('look\ndone'))).toEqual([{ turn: 1, ...continuation!.nameOf(spoken) }]);
  expect(namesIn(conversation([say('ok'), theirs('x')]))).toEqual([{ turn: 1, ...continuation!.nameOf(called) }]);
  expect(continuation!.nameOf([hop(ours('a')), hop()])).toBeUndefined();
});
