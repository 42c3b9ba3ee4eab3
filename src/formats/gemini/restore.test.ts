import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hop } from '../../core/continuation.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { restore } from './restore.ts';
import {
  TOOL,
  think,
  say,
  call,
  ours,
  theirs,
  answered,
  result,
  model,
  user,
  idIn,
  nameIn,
  hop,
  GO,
  NEXT,
} from './turns.fixture.ts';

/** What the request says once the hops are put back; undefined when they are not. */
function restored(contents: readonly JsonValue[], hops: readonly Hop[], turn = 1, wrap = false): JsonValue | undefined {
  const request = { contents };
  const document = JsonDocument.parse(
    Buffer.from(JSON.stringify(wrap ? { model: 'g', request } : request, undefined, 1)),
  );
  const edits = restore(turn, hops, document);
  if (!edits) return undefined;
  const body = JSON.parse(Buffer.from(document.apply(edits)).toString());
  return (wrap ? body.request : body).contents;
}

describe('a hidden exchange is put back where it was', () => {
  type Row = [name: string, hops: Hop[], visible: JsonObject[], whole: JsonValue[]];
  const table: Row[] = [
    [
      'before all that was seen',
      [hop(ours('a')), hop(say('done'))],
      [model(say('done'))],
      [model(ours('a')), user(answered('a')), model(say('done'))],
    ],
    [
      'after words',
      [hop(say('look'), ours('a')), hop(say('done'))],
      [model(say('look'), say('done'))],
      [model(say('look'), ours('a')), user(answered('a')), model(say('done'))],
    ],
    [
      'in a text that the client made one',
      [hop(think('t'), say('look. '), ours('a')), hop(say('done', { thoughtSignature: 's' }))],
      [model(say('look. done'))],
      [model(think('t'), say('look. '), ours('a')), user(answered('a')), model(say('done'))],
    ],
    [
      'where each chunk is a content of its own',
      [hop(say('look'), ours('a')), hop(say('done'))],
      [model(say('lo')), model(say('ok')), model(say('do')), model(say('ne')), model(say(''))],
      [model(say('look'), ours('a')), user(answered('a')), model(say('do')), model(say('ne')), model(say(''))],
    ],
    [
      'where a content holds the end of one hop and the beginning of the next',
      [hop(say('look'), ours('a')), hop(say('done'), theirs('x'))],
      [model(say('lo')), model(say('ok'), say('do')), model(say('ne'), theirs('x'))],
      [model(say('look'), ours('a')), user(answered('a')), model(say('do')), model(say('ne'), theirs('x'))],
    ],
    [
      'in the middle, with thoughts and signatures',
      [
        hop(think('a'), say('look'), ours('a', { thoughtSignature: 's' })),
        hop(think('b'), theirs('x', { thoughtSignature: 't' })),
      ],
      [model(think('a'), say('look'), think('b'), theirs('x', { thoughtSignature: 't' }))],
      [
        model(think('a'), say('look'), ours('a', { thoughtSignature: 's' })),
        user(answered('a')),
        model(think('b'), theirs('x', { thoughtSignature: 't' })),
      ],
    ],
    [
      'where the client dropped the thoughts and what was empty',
      [hop(think('a'), ours('a')), hop(think('b'), say('', { thoughtSignature: 's' }), theirs('x'))],
      [model(theirs('x'))],
      [model(think('a'), ours('a')), user(answered('a')), model(theirs('x'))],
    ],
    [
      'where only its signature is left of an empty text',
      [hop(say('look'), ours('a')), hop(say('', { thoughtSignature: 's' }), theirs('x'))],
      [model(say('look'), { thoughtSignature: 's' }, theirs('x'))],
      [model(say('look'), ours('a')), user(answered('a')), model({ thoughtSignature: 's' }, theirs('x'))],
    ],
    [
      'twice in a row, and two at once',
      [hop(say('a'), ours('a')), hop(ours('b'), ours('c')), hop(say('done'))],
      [model(say('adone'))],
      [
        model(say('a'), ours('a')),
        user(answered('a')),
        model(ours('b'), ours('c')),
        user(answered('b'), answered('c')),
        model(say('done')),
      ],
    ],
    [
      'at the end, with nothing said after it',
      [hop(say('look'), ours('a')), hop()],
      [model(say('look'), say(''))],
      [model(say('look'), ours('a')), user(answered('a'))],
    ],
    [
      'at the end, with a thought that the client dropped after it',
      [hop(say('look'), ours('a')), hop(think('t'))],
      [model(say('lo')), model(say('ok'))],
      [model(say('look'), ours('a')), user(answered('a')), model(think('t'))],
    ],
    [
      'before what else a model may say',
      [hop(ours('a')), hop({ executableCode: { code: '1' } }, { codeExecutionResult: { output: '1' } }, say('done'))],
      [model({ executableCode: { code: '1' } }, { codeExecutionResult: { output: '1' } }, say('done'))],
      [
        model(ours('a')),
        user(answered('a')),
        model({ executableCode: { code: '1' } }, { codeExecutionResult: { output: '1' } }, say('done')),
      ],
    ],
  ];
  test.each(table)('%s', (_name, hops, visible, whole) => {
    for (const wrap of [false, true]) {
      expect(restored([GO, ...visible, NEXT], hops, 1, wrap)).toEqual([GO, ...whole, NEXT]);
      expect(restored([GO, ...visible], hops, 1, wrap)).toEqual([GO, ...whole]);
    }
  });

  const mixed: [name: string, hops: Hop[], visible: JsonObject[], whole: JsonValue[]][] = [
    [
      'our answer stands with those of the client, in the order of the calls',
      [hop(ours('a')), hop(say('and'), ours('b'), theirs('x'), ours('c'), theirs('y'), ours('d'))],
      [model(say('and'), theirs('x'), theirs('y')), user(result('x'), result('y'), say('also'))],
      [
        model(ours('a')),
        user(answered('a')),
        model(say('and'), ours('b'), theirs('x'), ours('c'), theirs('y'), ours('d')),
        user(answered('b'), result('x'), answered('c'), result('y'), answered('d'), say('also')),
      ],
    ],
    [
      'in several contents',
      [hop(theirs('x'), ours('b'), theirs('y'))],
      [model(theirs('x')), model(theirs('y')), model(say('')), user(result('x')), user(result('y'))],
      [
        model(theirs('x')),
        model(ours('b'), theirs('y')),
        model(say('')),
        user(result('x')),
        user(answered('b'), result('y')),
      ],
    ],
    [
      'with ours last, before what is empty',
      [hop(say('a'), theirs('x'), ours('b'))],
      [model(say('a')), model(theirs('x')), model(say('')), user(result('x'))],
      [model(say('a')), model(theirs('x'), ours('b')), model(say('')), user(result('x'), answered('b'))],
    ],
    [
      'where the client answers nothing',
      [hop(theirs('x'), ours('b'))],
      [model(theirs('x')), user(say('never mind'))],
      [model(theirs('x'), ours('b')), user(answered('b'), say('never mind'))],
    ],
    [
      'where the client’s call had the signature of ours',
      [hop(ours('b', { thoughtSignature: 's' }), theirs('x'))],
      [model(theirs('x', { thoughtSignature: 's' })), user(result('x'))],
      [model(ours('b', { thoughtSignature: 's' }), theirs('x')), user(answered('b'), result('x'))],
    ],
    [
      'before an empty text of which the signature is left',
      [hop(ours('b'), say('', { thoughtSignature: 's' }), theirs('x'))],
      [model({ thoughtSignature: 's' }, theirs('x')), user(result('x'))],
      [model(ours('b'), { thoughtSignature: 's' }, theirs('x')), user(answered('b'), result('x'))],
    ],
    [
      'where both calls were signed alike',
      [hop(ours('b', { thoughtSignature: 's' }), theirs('x', { thoughtSignature: 's' }))],
      [model(theirs('x', { thoughtSignature: 's' })), user(result('x'))],
      [
        model(ours('b', { thoughtSignature: 's' }), theirs('x', { thoughtSignature: 's' })),
        user(answered('b'), result('x')),
      ],
    ],
    [
      'where the client’s call has a signature that is not ours',
      [hop(ours('b'), theirs('x', { thoughtSignature: 's' }))],
      [model(theirs('x', { thoughtSignature: 'own' })), user(result('x'))],
      [model(ours('b'), theirs('x', { thoughtSignature: 'own' })), user(answered('b'), result('x'))],
    ],
    [
      'where words stand on both sides of ours, and the client made them one',
      [hop(say('o'), ours('a')), hop(say('a', { thoughtSignature: 's' }), say('b'), ours('b'), say('c'), theirs('x'))],
      [model(say('oabc'), theirs('x')), user(result('x'))],
      [
        model(say('o'), ours('a')),
        user(answered('a')),
        model(say('a', { thoughtSignature: 's' }), say('b'), ours('b'), say('c'), theirs('x')),
        user(answered('b'), result('x')),
      ],
    ],
  ];
  test.each(mixed)('a mixed turn: %s', (_name, hops, visible, whole) => {
    expect(restored([GO, ...visible, NEXT], hops)).toEqual([GO, ...whole, NEXT]);
  });

  test('calls without ids, answered by name', () => {
    const bare = (name: string, of: string): JsonObject => call(name, undefined, { of });
    const first = { ...hop(bare(TOOL, 'a')), results: [{ id: '', text: 'o', isError: true }] };
    const contents = restored([GO, model(bare('Read', 'x')), NEXT], [first, hop(bare('Read', 'x'))]);
    const refused = { functionResponse: { name: TOOL, response: { error: 'o' } } };
    expect(contents).toEqual([GO, model(bare(TOOL, 'a')), user(refused), model(bare('Read', 'x')), NEXT]);
  });

  test('ids that the client left out, or made up', () => {
    const hops = (id: string | undefined): Hop[] => [hop(ours('a')), hop(call('Read', id, { a: 1, b: [2] }))];
    for (const [theirId, ourId] of [
      [undefined, 'x'],
      ['made up', undefined],
    ] as const) {
      const theirCall = call('Read', theirId, { b: [2], a: 1 });
      const whole = [GO, model(ours('a')), user(answered('a')), model(theirCall)];
      expect(restored([GO, model(theirCall)], hops(ourId))).toEqual(whole);
    }
  });

  test('a lone part is a list of one', () => {
    const hops = [hop(say('look'), ours('a')), hop(say('done'))];
    const content = (text: string): JsonObject => ({ role: 'model', parts: say(text) });
    expect(restored([GO, content('lookdone')], hops)).toEqual([
      GO,
      model(say('look'), ours('a')),
      user(answered('a')),
      content('done'),
    ]);
    expect(
      restored([GO, { role: 'model', parts: theirs('x') }, user(result('x'))], [hop(ours('b'), theirs('x'))]),
    ).toBeUndefined();
    expect(
      restored([GO, model(theirs('x')), { role: 'user', parts: result('x') }], [hop(ours('b'), theirs('x'))]),
    ).toBeUndefined();
  });

  test('the client’s own bytes stay as they are spelt', () => {
    const text =
      '{"contents":[{"role":"user","parts":[{"text":"go"}]}, {"role":"model","parts":[ {"text":"\\u0061"} , {"functionCall":{"id":"x","name":"Read","args":{"n":1.0}}} ] } ]}';
    const document = JsonDocument.parse(Buffer.from(text));
    const edits = restore(1, [hop(say('a'), ours('a')), hop(theirs('x'))], document)!;
    const put = [model(say('a'), ours('a')), user(answered('a'))].map((one) => JSON.stringify(one));
    expect(Buffer.from(document.apply(edits)).toString()).toBe(
      `{"contents":[{"role":"user","parts":[{"text":"go"}]}, ${put.join(',')},{"role":"model","parts":[ {"functionCall":{"id":"x","name":"Read","args":{"n":1.0}}} ] } ]}`,
    );
  });
});

describe('what is not the turn that was sent stays as the client has it', () => {
  const hops = [hop(say('look'), ours('a')), hop(theirs('x'))];
  test.each<[string, JsonObject]>([
    ['a part less', model(theirs('x'))],
    ['a part more', model(say('look'), theirs('x'), say('more'))],
    ['another call', model(say('look'), theirs('y'))],
    ['a call of another kind', model(say('look'), call('Write', undefined, { of: 'x' }))],
    ['other values', model(say('look'), call('Read', undefined, { of: 'y' }))],
    ['other words', model(say('book'), theirs('x'))],
    ['words cut off', model(say('loo'), theirs('x'))],
    ['no words', model(say(''), theirs('x'))],
    ['words that are a thought now', model(think('look'), theirs('x'))],
    ['something else', model(say('look'), { inlineData: { data: 'x' } })],
    ['no parts', { role: 'model' }],
    ['a turn of the user', user(say('look'), theirs('x'))],
  ])('%s', (_name, content) => {
    expect(restored([GO, content, NEXT], hops)).toBeUndefined();
  });

  test('a content with more to it, where it would go', () => {
    const contents = [GO, { ...model(say('look')), extra: 1 }, model(theirs('x'))];
    expect(restored(contents, hops)).toBeUndefined();
  });

  test('a mixed turn that nothing follows', () => {
    expect(restored([GO, model(theirs('x'))], [hop(ours('a'), theirs('x'))])).toBeUndefined();
    expect(restored([GO, model(theirs('x')), user()], [hop(ours('a'), theirs('x'))])).toBeUndefined();
  });
});

describe('however a client keeps what it saw', () => {
  const word = fc.constantFrom('a', 'b', 'ab', 'ba ', 'é😀');
  const spoken = fc.oneof(
    word.map((text) => say(text)),
    word.map(think),
    word.map((text) => say(text, { thoughtSignature: 's' })),
  );
  const hidden = fc.array(fc.constant('ours'), { minLength: 1, maxLength: 2 });
  const asked = fc.array(fc.constantFrom('ours', 'theirs'), { maxLength: 3 });
  const turn = fc.tuple(
    fc.array(fc.tuple(fc.array(spoken, { maxLength: 3 }), hidden), { maxLength: 3 }),
    fc.tuple(fc.array(spoken, { maxLength: 3 }), asked, fc.array(spoken, { maxLength: 1 })),
  );
  let ids = 0;
  const calls = (kinds: readonly string[]): JsonObject[] =>
    kinds.map((kind) => (kind === 'ours' ? ours(`o${ids++}`) : theirs(`t${ids++}`)));

  /** As the model said it, without seams where there are none. */
  function joined(parts: readonly JsonObject[]): JsonObject[] {
    const out: JsonObject[] = [];
    for (const part of parts) {
      const last = out.at(-1);
      const isPlain = ({ text, thoughtSignature }: JsonObject): boolean =>
        text !== undefined && thoughtSignature === undefined;
      if (last && isPlain(last) && isPlain(part) && last['thought'] === part['thought'])
        out[out.length - 1] = { ...last, text: `${last['text'] as string}${part['text'] as string}` };
      else out.push(part);
    }
    return out;
  }
  const merged = (parts: readonly JsonObject[]): JsonObject[] =>
    joined(
      parts
        .map((part): JsonObject => ({ ...part, thoughtSignature: undefined }))
        .filter(({ text, thought }) => text !== '' && thought !== true),
    );

  test('the model reads what it said', () => {
    fc.assert(
      fc.property(
        turn,
        fc.boolean(),
        fc.constantFrom('merged', 'chunks', 'contents'),
        ([first, [words, last, after]], thinks, way) => {
          const hops = [
            ...first.map(([said, kinds]) => hop(...joined([...said, ...calls(kinds)]))),
            hop(...joined([...words, ...calls(last), ...after])),
          ];
          const end = hops.at(-1)!;
          const theirCalls = end.pieces.filter((piece) => nameIn(piece as JsonObject) === 'Read');
          // Without a call of the client nothing of ours waits with it.
          fc.pre(theirCalls.length > 0 || end.hidden.length === 0);
          const seen = hops.flatMap(({ pieces, hidden: at }) =>
            pieces.filter((_, index) => !at.includes(index)),
          ) as JsonObject[];
          const kept = seen.filter(({ thought }) => thinks || thought !== true);
          fc.pre(kept.length > 0);
          const cut = kept.flatMap((part) =>
            typeof part['text'] === 'string' ? Array.from(part['text'], (text) => ({ ...part, text })) : [part],
          );
          const contents =
            way === 'merged'
              ? [model(...merged(kept.map((part) => ({ ...part }))))]
              : way === 'chunks'
                ? [model(...cut, say(''))]
                : [...cut, say('')].map((part) => model(part));
          fc.pre(way !== 'merged' || (contents[0]!['parts'] as readonly JsonValue[]).length > 0);
          const results = theirCalls.map((piece) => result(idIn(piece as JsonObject)!));
          const following = results.length > 0 ? [user(...results)] : [NEXT];
          const out = restored([GO, ...contents, ...following], hops) as unknown as {
            role: string;
            parts: JsonObject[];
          }[];
          expect(out).toBeDefined();
          const earlier = hops
            .slice(0, -1)
            .flatMap(({ pieces, hidden: at, results: own }) => [
              model(...pieces),
              user(...at.map((_, index) => answered(own[index]!.id))),
            ]);
          expect(out.slice(1, 1 + earlier.length)).toEqual(earlier);
          const rest = out.slice(1 + earlier.length);
          const said = rest.filter(({ role }) => role === 'model').flatMap(({ parts }) => parts);
          expect(merged(said)).toEqual(merged(end.pieces as JsonObject[]));
          const asks = end.pieces
            .map((piece) => (piece as unknown as { functionCall?: JsonObject }).functionCall?.['id'])
            .filter(Boolean);
          const answers = rest
            .flatMap(({ parts }) => parts.map((part) => (part['functionResponse'] as JsonObject | undefined)?.['id']))
            .filter(Boolean);
          expect(answers).toEqual(asks);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
