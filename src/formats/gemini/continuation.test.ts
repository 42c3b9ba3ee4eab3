import { describe, expect, test } from 'vitest';
import type { Hop } from '../../core/continuation.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { gemini } from './format.ts';
import { think, say, call, ours, theirs, answered, model, user, hop, GO, NEXT } from './turns.fixture.ts';

const continuation = gemini.continuation!;

describe('the next hop', () => {
  const extended = (body: JsonValue): JsonValue => {
    const document = JsonDocument.parse(Buffer.from(JSON.stringify(body)));
    return JSON.parse(
      Buffer.from(document.apply(continuation.extend(hop(think('t'), ours('a')), document))).toString(),
    );
  };
  const contents = [GO, model(think('t'), ours('a')), user(answered('a'))];

  test('is the request before, the turn and its answers', () => {
    expect(extended({ contents: [GO], tools: [] })).toEqual({ contents, tools: [] });
    expect(extended({ model: 'g', request: { contents: [GO] } })).toEqual({ model: 'g', request: { contents } });
  });

  test('goes on from its own contents, not from an answer that was cut off', () => {
    expect(extended({ contents: [GO], continuationToken: 'x' })).toEqual({ contents });
  });

  test('has the very bytes that later requests have', () => {
    const hops = [hop(say('a'), ours('a')), hop(say('done'))];
    const document = JsonDocument.parse(Buffer.from(JSON.stringify({ contents: [GO] })));
    const sent = Buffer.from(document.apply(continuation.extend(hops[0]!, document))).toString();
    const later = JsonDocument.parse(Buffer.from(JSON.stringify({ contents: [GO, model(say('adone')), NEXT] })));
    const again = Buffer.from(later.apply(continuation.restore(1, hops, later)!)).toString();
    expect(again.startsWith(sent.slice(0, -2))).toBe(true);
  });
});

describe('a turn has the same name in the response and in the requests after it', () => {
  const namesIn = (...contents: JsonValue[]) =>
    continuation.visibleTurns(gemini.read(JsonDocument.parse(Buffer.from(JSON.stringify({ contents })))));
  const namesOf = (...hops: Hop[]) => [continuation.nameOf(hops), ...continuation.otherNames!(hops)];

  test('words, however they are cut, and where thoughts are gone', () => {
    const names = namesOf(hop(think('t'), say(' look. '), ours('a')), hop(say('done ')));
    expect(names).toEqual([{ name: 'words look. done', isUnique: false }]);
    for (const turn of [[model(say(' look. done '))], [model(say(' look')), model(say('. done')), model(say(' '))]])
      expect(namesIn(GO, ...turn, NEXT)).toEqual([{ turn: 1, ...names[0] }]);
  });

  test('calls by their ids, and by what they ask', () => {
    const names = namesOf(hop(ours('a')), hop(say('ok'), theirs('x'), theirs('y')));
    expect(names[0]).toEqual({ name: 'calls x y', isUnique: true });
    expect(namesIn(GO, model(say('ok')), model(theirs('x'), theirs('y')))).toEqual(
      names.map((name) => ({ turn: 1, ...name })),
    );
    const bare = ['x', 'y'].map((of) => call('Read', undefined, { of }));
    expect(namesIn(GO, model(say('ok'), ...bare))).toEqual([{ turn: 1, ...names[1] }]);
    expect(namesOf(hop(ours('a')), hop(say('ok'), ...bare))).toEqual([names[1]]);
    expect(namesIn(GO, model(say('ok'), theirs('x'), bare[1]!))).toEqual([{ turn: 1, ...names[1] }]);
  });

  test('each turn is found where it begins', () => {
    expect(
      namesIn(GO, model(say('a')), NEXT, model(think('t')), NEXT, model(say('b'))).map(({ turn }) => turn),
    ).toEqual([1, 5]);
  });

  test('there is none where nothing is left to see', () => {
    expect(namesOf(hop(think('t'), ours('a')), hop(say(' ')))).toEqual([undefined]);
  });
});
