/** R-63: vendors' clients with and without the wrapper: the same calls, answers, events, errors and ends, for fewer tokens. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { headroomOf, withHeadroom } from '../../src/index.ts';
import { type Script, type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { type Json, plain, PROGRAMS } from './programs.ts';

const ROWS = (n: number): string =>
  JSON.stringify(
    Array.from({ length: 120 }, (_, id) => ({ id, order: `A-${id * n}`, state: 'shipped', note: 'left at the door' })),
  );
const TEXT = 'Refund 4711 failed: the card had expired. “Voilà” 😀 '.repeat(8);
const HITS = Array.from({ length: 600 }, (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`).join(
  '\n',
);
const RUN = { tool: /^run$/, input: { command: 'curl -s localhost:8080/orders' } };

let script: Script | ((body: string) => Script);
let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await startScriptedProvider(({ body }) =>
    typeof script === 'function' ? script(body.toString()) : script,
  );
});
afterAll(() => provider.close());
beforeEach(() => (script = { call: [RUN, RUN, RUN], text: TEXT, cacheReadTokens: 12 }));

/** Without the marks of Anthropic's caches: they move on with each turn, and are no part of a prefix. */
const bodiesSince = (start: number): string[] =>
  provider.requests.slice(start).map(({ body }) => body.toString().replaceAll(MARK, ''));
const MARK = ',"cache_control":{"type":"ephemeral"}';

describe.each(PROGRAMS)('$name', ({ make, run }) => {
  test('sees the same answers and events, asks for less, and repeats what it asked to the byte', async () => {
    const results = [ROWS(1), ROWS(7), ROWS(13)];
    const start = provider.requests.length;
    const direct = await run(make(provider.url), results);
    const middle = provider.requests.length;
    const given = make(provider.url);
    const client = withHeadroom(given);
    const seen = await run(client, results);
    expect(plain(seen)).toEqual(plain(direct));
    const [without, within] = [bodiesSince(start).slice(0, middle - start), bodiesSince(middle)];
    expect(within.length).toBe(without.length);
    expect(within.at(-1)!.length).toBeLessThan(without.at(-1)!.length / 3);
    // what was sent once is sent again, up to its end.
    for (const [turn, body] of within.entries()) {
      const next = within[turn + 1];
      if (next !== undefined) expect(next.startsWith(body.slice(0, messagesEnd(body)))).toBe(true);
    }
    expect(headroomOf(client)!.savings.tokensSaved).toBeGreaterThan(5_000);
    // The client that was given stays as it was.
    const again = provider.requests.length;
    await run(given, results);
    expect(bodiesSince(again).at(-1)!.length).toBeGreaterThan(without.at(-1)!.length * 0.9);
    expect(client).toBeInstanceOf(given.constructor);
  });

  test('never sees that the model fetched an original', async () => {
    script = (body) => ({ call: [RUN, fetching(body), RUN], text: TEXT });
    const start = provider.requests.length;
    const seen = await run(withHeadroom(make(provider.url)), [HITS, 'done']);
    expect(JSON.stringify(seen)).not.toContain('headroom_retrieve');
    const bodies = bodiesSince(start);
    // Three turns for the program, and one more for the provider.
    expect(bodies.length).toBe(4);
    expect(bodies[2]!.includes('compute(4193)')).toBe(true);
    // R-1 holds for hidden exchanges too.
    expect(bodies[3]!.startsWith(bodies[2]!.slice(0, messagesEnd(bodies[2]!)))).toBe(true);
    script = { call: [RUN, RUN], text: TEXT };
    const direct = await run(make(provider.url), [HITS, 'done']);
    expect(said(seen.answers)).toEqual(said(direct.answers));
    // Where the model's reasoning is shown, that of the hidden hop is shown too.
    if (!JSON.stringify(direct).includes('"reasoning"')) expect(plain(seen)).toEqual(plain(direct));
  });
});

function said(answers: readonly Json[]): Json {
  return plain(
    answers.map((answer) =>
      answer.output ? { ...answer, output: answer.output.filter(({ type }: Json) => type !== 'reasoning') } : answer,
    ),
  );
}

function fetching(body: string): { tool: RegExp; input: { hash: string } } {
  return { tool: /^headroom_retrieve$/, input: { hash: /hash=([0-9a-f]{24})/.exec(body)?.[1] ?? 'none' } };
}

/** Where the list of messages ends, which is what grows. */
function messagesEnd(body: string): number {
  const value = JSON.parse(body) as Json;
  const key = ['messages', 'input', 'contents'].find((name) => name in value)!;
  const list = JSON.stringify(value[key]);
  const at = body.indexOf(list.slice(0, -1));
  expect(at).toBeGreaterThan(0);
  return at + list.length - 1;
}
