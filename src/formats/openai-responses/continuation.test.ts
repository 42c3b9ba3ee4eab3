import { describe, expect, test } from 'vitest';
import type { Hop } from '../../core/continuation.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { openaiResponses } from './format.ts';

const continuation = openaiResponses.continuation!;
const think = (n: number): JsonObject => ({
  type: 'reasoning',
  id: `rs_${n}`,
  summary: [],
  encrypted_content: `e${n}`,
});
const say = (text: string): JsonObject => ({
  type: 'message',
  id: `msg_${text}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const called = (id: string, name: string, input: string): JsonObject => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: input,
  status: 'completed',
});
const ours = (id: string): JsonObject => called(id, 'headroom_retrieve', '{"hash":"h"}');
const theirs = (id: string): JsonObject => called(id, 'Read', '{"n":1}');
const answered = (id: string): JsonObject => ({
  type: 'function_call_output',
  call_id: id,
  output: `original ${id}`,
});
const result = (id: string): JsonObject => ({ type: 'function_call_output', call_id: id, output: 'theirs' });
const reference = ({ id }: JsonObject): JsonObject => ({ type: 'item_reference', id: id! });
const bare = (item: JsonObject): JsonObject => Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'id'));
const GO = { role: 'user', content: 'go' };
const NEXT = { role: 'user', content: 'next' };

function hop(...pieces: JsonObject[]): Hop {
  const hidden = [...pieces.keys()].filter((at) => pieces[at]!['name'] === 'headroom_retrieve');
  const results = hidden.map((at) => {
    const id = pieces[at]!['call_id'] as string;
    return { id, text: `original ${id}`, isError: false };
  });
  return { pieces, hidden, results };
}

function changed(body: JsonObject, edit: (document: JsonDocument) => ReturnType<typeof continuation.restore>) {
  const document = JsonDocument.parse(Buffer.from(JSON.stringify(body, undefined, 1)));
  const edits = edit(document);
  return edits && JSON.parse(Buffer.from(document.apply(edits)).toString());
}

const restored = (input: JsonValue[], hops: Hop[], turn = 1) =>
  changed({ input }, (document) => continuation.restore(turn, hops, document))?.input;

describe('a hidden exchange is put back where it was', () => {
  type Row = [name: string, hops: Hop[], visible: JsonObject[], whole: JsonObject[]];
  const table: Row[] = [
    [
      'before all that was seen',
      [hop(ours('a')), hop(say('done'))],
      [say('done')],
      [ours('a'), answered('a'), say('done')],
    ],
    [
      'in the middle, with reasoning, which finds again what followed it',
      [hop(think(1), ours('a')), hop(think(2), theirs('x'))],
      [think(1), think(2), theirs('x')],
      [think(1), ours('a'), answered('a'), think(2), theirs('x')],
    ],
    [
      'twice in a row, and two at once',
      [hop(think(1), ours('a')), hop(ours('b'), ours('c')), hop(say('done'))],
      [think(1), say('done')],
      [think(1), ours('a'), answered('a'), ours('b'), ours('c'), answered('b'), answered('c'), say('done')],
    ],
    [
      'at the end, with nothing said after it',
      [hop(say('look'), ours('a')), hop()],
      [say('look')],
      [say('look'), ours('a'), answered('a')],
    ],
    [
      'where the client dropped the reasoning: without the ids that hang on it',
      [hop(think(1), ours('a')), hop(think(2), say('done'))],
      [say('done')],
      [bare(ours('a')), answered('a'), say('done')],
    ],
    [
      'where the client refers to what the provider keeps',
      [hop(think(1), ours('a')), hop(think(2), theirs('x'))],
      [reference(think(1)), reference(think(2)), reference(theirs('x'))],
      [reference(think(1)), ours('a'), answered('a'), reference(think(2)), reference(theirs('x'))],
    ],
    [
      'where the client keeps no ids',
      [hop(think(1), ours('a')), hop(think(2), say('done'))],
      [think(1), think(2), say('done')].map(bare),
      [bare(think(1)), ours('a'), answered('a'), bare(think(2)), bare(say('done'))],
    ],
    [
      'in front of a call of the client, and behind one',
      [hop(think(1), ours('a'), theirs('x'), ours('b'), theirs('y'), ours('c'))],
      [think(1), theirs('x'), theirs('y')],
      [
        think(1),
        ours('a'),
        theirs('x'),
        ours('b'),
        theirs('y'),
        ours('c'),
        answered('a'),
        answered('b'),
        answered('c'),
      ],
    ],
  ];
  test.each(table)('%s', (_name, hops, visible, whole) => {
    expect(restored([GO, ...visible, NEXT], hops)).toEqual([GO, ...whole, NEXT]);
    expect(restored([GO, ...visible], hops)).toEqual([GO, ...whole]);
  });

  test('where the client answers its calls one by one', () => {
    const hops = [hop(ours('a')), hop(theirs('x'), theirs('y'))];
    expect(restored([GO, theirs('x'), result('x'), theirs('y'), result('y')], hops)).toEqual([
      GO,
      ours('a'),
      answered('a'),
      theirs('x'),
      result('x'),
      theirs('y'),
      result('y'),
    ]);
  });

  test('where the client keeps the words alone', () => {
    const hops = [hop(think(1), say('look'), ours('a')), hop(say('done'))];
    expect(restored([GO, { role: 'assistant', content: 'look\ndone' }, NEXT], hops)).toEqual([
      GO,
      bare(say('look')),
      bare(ours('a')),
      answered('a'),
      bare(say('done')),
      NEXT,
    ]);
    const plain = { role: 'assistant', content: 'done' };
    expect(restored([GO, plain, NEXT], [hop(ours('a')), hop(say('done'))])).toEqual([
      GO,
      ours('a'),
      answered('a'),
      plain,
      NEXT,
    ]);
  });

  test('the client’s own bytes stay as they are spelt', () => {
    const text = '{"input":[ {"role":"user","content":"go"} , {"type":"function_call","call_id":"x","n":1.0} ]}';
    const document = JsonDocument.parse(Buffer.from(text));
    const edits = continuation.restore(1, [hop(ours('a')), hop(theirs('x'))], document)!;
    const out = Buffer.from(document.apply(edits)).toString();
    expect(out).toMatch(/^\{"input":\[ \{"role":"user","content":"go"\} , \{"type":"function_call","id":"fc_a"/);
    expect(out).toMatch(/,\{"type":"function_call","call_id":"x","n":1\.0\} \]\}$/);
  });
});

describe('what is not the turn that was sent stays as the client has it', () => {
  const hops = [hop(say('look'), ours('a')), hop(theirs('x'))];
  test.each<[string, JsonObject[]]>([
    ['an item less', [theirs('x')]],
    ['another call', [say('look'), theirs('y')]],
    ['other words', [say('something else'), theirs('x')]],
    ['nothing', []],
  ])('%s', (_name, visible) => {
    expect(restored([GO, ...visible, NEXT], hops)).toBeUndefined();
  });
});

describe('the next hop', () => {
  const extended = (body: JsonObject, one: Hop) => changed(body, (document) => continuation.extend(one, document));

  test('is the request before, what was said, and the answers', () => {
    expect(extended({ input: [GO], stream: true }, hop(think(1), ours('a')))).toEqual({
      input: [GO, think(1), ours('a'), answered('a')],
      stream: true,
    });
    expect(extended({ input: 'go' }, hop(ours('a')))).toEqual({ input: [GO, ours('a'), answered('a')] });
    expect(extended({ model: 'm' }, hop(ours('a')))).toEqual({ model: 'm', input: [ours('a'), answered('a')] });
  });

  test('leaves reasoning out of which nobody has kept anything, and the ids that hang on it', () => {
    const { encrypted_content: _, ...empty } = think(1);
    const one = hop(empty as JsonObject, ours('a'));
    expect(extended({ store: false, input: [] }, one).input).toEqual([bare(ours('a')), answered('a')]);
    expect(extended({ input: [] }, one).input).toEqual([empty, ours('a'), answered('a')]);
    const open = hop({ ...empty, content: [{ type: 'reasoning_text', text: 'x' }] } as JsonObject, ours('a'));
    expect(extended({ store: false, input: [] }, open).input).toHaveLength(3);
  });
});

describe('a request that names an answer', () => {
  const on = (body: JsonObject, id: string, unanswered?: Hop) =>
    changed(body, (document) => continuation.goOn!(id, unanswered, document));

  test('goes on from its last hop', () => {
    expect(on({ previous_response_id: 'r1', input: [NEXT] }, 'r2')).toEqual({
      previous_response_id: 'r2',
      input: [NEXT],
    });
    const document = JsonDocument.parse(Buffer.from('{"previous_response_id":"r1","input":"x"}'));
    expect(continuation.goOn!('r1', undefined, document)).toEqual([]);
  });

  test('brings the results that wait there', () => {
    const mixed = hop(ours('a'), theirs('x'));
    expect(on({ previous_response_id: 'r1', input: [result('x')] }, 'r1', mixed).input).toEqual([
      answered('a'),
      result('x'),
    ]);
    expect(on({ previous_response_id: 'r1', input: 'next' }, 'r1', mixed).input).toEqual([answered('a'), NEXT]);
    expect(on({ previous_response_id: 'r1', input: [] }, 'r1', mixed).input).toEqual([answered('a')]);
  });
});

describe('a turn has the same name in the response and in the requests after it', () => {
  const namesIn = (...input: JsonObject[]) =>
    continuation.visibleTurns(openaiResponses.read(JsonDocument.parse(Buffer.from(JSON.stringify({ input })))));
  const spoken = [hop(think(1), say('look'), ours('a')), hop(say('done'))];
  const worked = [hop(think(1), ours('a')), hop(say('ok'), theirs('x'), theirs('y'))];

  test('by its first call', () => {
    const name = { name: 'call x', isUnique: true };
    expect(continuation.nameOf(worked)).toEqual(name);
    const replays = [
      [think(1), say('ok'), theirs('x'), theirs('y')],
      [theirs('x'), result('x'), theirs('y')].map(bare),
      [reference(think(1)), reference(theirs('x')), result('x')],
    ];
    for (const items of replays) expect(namesIn(GO, ...items)).toContainEqual({ turn: 1, ...name });
  });

  test('by its words', () => {
    const name = { name: 'words lookdone', isUnique: false };
    expect(continuation.nameOf(spoken)).toEqual(name);
    for (const items of [[think(1), say('look'), say('done')], [{ role: 'assistant', content: 'lookdone' }]])
      expect(namesIn(GO, ...items)).toContainEqual({ turn: 1, ...name });
  });

  test('by the id of each of its items', () => {
    expect(continuation.otherNames!(spoken).map(({ name }) => name)).toEqual([
      'item rs_1',
      'item msg_look',
      'item msg_done',
    ]);
    expect(namesIn(GO, reference(think(1)), reference(say('look'))).map(({ name, turn }) => [name, turn])).toEqual([
      ['item rs_1', 1],
      ['item msg_look', 2],
    ]);
  });

  test('and none where nothing was said', () => {
    expect(continuation.nameOf([hop(ours('a')), hop()])).toBeUndefined();
    expect(namesIn(GO, NEXT)).toEqual([]);
  });
});
