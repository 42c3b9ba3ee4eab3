import { expect, test } from 'vitest';
import { openHeadroom } from './index.ts';

const HITS = Array.from(
  { length: 600 },
  (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
);
const SEARCH = HITS.join('\n');
const ROWS = JSON.stringify(
  Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active' })),
  null,
  2,
);

function request(content: string, tool = 'Grep'): { model: string; max_tokens: number; messages: object[] } {
  return {
    model: 'm',
    max_tokens: 1,
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: tool, input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] },
    ],
  };
}

function resultOf(compressed: { request: object }): string {
  return /"content":("(?:[^"\\]|\\.)*")\}\]\}\]/.exec(JSON.stringify(compressed.request))![1]!;
}

test('views only where the model can fetch originals, and these are kept byte for byte', () => {
  const without = openHeadroom();
  expect(resultOf(without.compress(request(SEARCH)))).not.toContain('hash=');
  const headroom = openHeadroom({ offersRetrieval: true });
  const compressed = headroom.compress(request(SEARCH));
  expect(resultOf(compressed)).toContain(`headroom_retrieve hash=${compressed.originals[0]}]`);
  expect(headroom.retrieve(compressed.originals[0]!)).toBe(SEARCH);
  expect(compressed.tokensAfter).toBeLessThan(compressed.tokensBefore / 3);
  // First sight is final.
  expect(headroom.compress(request(SEARCH)).request).toEqual(compressed.request);
  without.close();
  headroom.close();
});

test('the operator chooses by tool', () => {
  const headroom = openHeadroom({ offersRetrieval: true, tools: [{ glob: 'Gr*', level: 'off' }] });
  expect(headroom.compress(request(SEARCH)).request).toEqual(request(SEARCH));
  headroom.close();
});

test('responseFormat json: results that are JSON stay valid JSON', () => {
  const headroom = openHeadroom();
  const result = JSON.parse(resultOf(headroom.compress(request(ROWS), { responseFormat: 'json' }))) as string;
  expect(JSON.parse(result)).toEqual(JSON.parse(ROWS));
  expect(result.length).toBeLessThan(ROWS.length);
  headroom.close();
});

test('responseFormat json: a view of JSON is JSON too, and says where its original is', () => {
  const headroom = openHeadroom({ offersRetrieval: true });
  const rows = JSON.stringify(
    Array.from({ length: 400 }, (_, id) => ({
      id,
      words: `${id * 7919} ${(id * 104729) % 9973} of ${id % 7}`,
      state: ['a', 'b'][id % 2],
    })),
  );
  const compressed = headroom.compress(request(rows), { responseFormat: 'json' });
  const view = JSON.parse(JSON.parse(resultOf(compressed)) as string) as { _headroom: { original: string } };
  expect(view._headroom.original).toContain(`headroom_retrieve hash=${compressed.originals[0]}`);
  headroom.close();
});
