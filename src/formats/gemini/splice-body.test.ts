import { describe, expect, test } from 'vitest';
import { gemini } from './format.ts';
import { TOOL, ours, theirs, say, chunk, splice, partsIn, type Json } from './responses.fixture.ts';

describe('a body that comes whole', () => {
  const body = (hop: number, parts: readonly Json[] | undefined, finish = 'STOP', isWrapped = false): string => {
    const value = chunk(hop, { ...(parts && { parts }), finish });
    return JSON.stringify(isWrapped ? { response: value, traceId: 't' } : value);
  };
  const spliced = (hops: readonly string[]): Json =>
    JSON.parse(splice(gemini.continuation!.splice('application/json', { toolName: TOOL })!, hops).text);

  test.each([false, true])('has what all hops say, in their order (wrapped: %s)', (isWrapped) => {
    const hops = [
      body(1, [say('a'), ours()], 'STOP', isWrapped),
      body(2, [ours(), ours()], 'STOP', isWrapped),
      body(3, [ours({ thoughtSignature: 's' }), say('b'), theirs(), ours()], 'STOP', isWrapped),
    ];
    const out = spliced(hops);
    const response = isWrapped ? out.response : out;
    expect(partsIn([response])).toEqual([say('a'), say('b'), theirs({ thoughtSignature: 's' })]);
    expect(response.candidates[0].finishReason).toBe('STOP');
    expect([response.responseId, response.modelVersion]).toEqual(['r1', 'm1']);
    expect(response.usageMetadata).toEqual({
      promptTokenCount: 300,
      candidatesTokenCount: 30,
      totalTokenCount: 345,
      thoughtsTokenCount: 15,
    });
  });

  test.each<[what: string, last: string, parts: Json[]]>([
    ['nothing but a call of ours', body(2, [ours()], 'MAX_TOKENS'), [say('a')]],
    ['no parts', body(2, undefined), [say('a')]],
    ['an empty list', body(2, []), [say('a')]],
    ['a content without parts', '{"candidates":[{"content":{"role":"model"},"finishReason":"STOP"}]}', [say('a')]],
  ])('a last hop with %s', (_what, last, parts) => {
    expect(partsIn([spliced([body(1, [say('a'), ours()]), last])])).toEqual(parts);
  });

  test('nothing to see at all is an empty text: clients drop a turn that has no part', () => {
    expect(partsIn([spliced([body(1, [ours()], 'MAX_TOKENS')])])).toEqual([say('')]);
  });

  test('a last hop that was blocked says so', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' } };
    expect(spliced([body(1, [say('a'), ours()]), JSON.stringify(blocked)])).toEqual(blocked);
  });

  test('the last hop stays as it is spelt', () => {
    const last = `{"candidates": [{"content":{"parts":[ ${JSON.stringify(ours())},{"functionCall":{"name":"Read","args":{"n":1.0}}}],"role":"model"},"finishReason":"STOP"}]}`;
    const { text } = splice(gemini.continuation!.splice('application/json', { toolName: TOOL })!, [
      body(1, [say('a'), ours()]),
      last,
    ]);
    expect(text).toBe(
      '{"candidates": [{"content":{"parts":[ {"text":"a"},{"functionCall":{"name":"Read","args":{"n":1.0}}}],"role":"model"},"finishReason":"STOP"}]}',
    );
  });
});
