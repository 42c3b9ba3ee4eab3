import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ttl } from '../core/ledger.ts';
import type { CacheRules } from '../core/model.ts';
import { type Moment, type Outcome, simulate, type Trace, usualRules } from './cache.ts';
import type { SizedPrompt } from './sizes.ts';

const MINUTE = 60_000;
const RULES = usualRules('breakpoints');

/** `a1000` is a piece named a of 1,000 tokens; `a1000*` is marked for 5 minutes, `a1000**` for an hour. */
function prompt(text: string): SizedPrompt {
  let tokens = 0;
  const words = text.split(' ');
  const upTo = words.map((word) => (tokens += Number(/\d+/.exec(word)![0])));
  const pieces = words.map((word) => ({ level: 'messages' as const, message: 0, mark: markOf(word) }));
  return { pieces, hashes: words.map((word) => word.replaceAll('*', '')), upTo, tokens };
}

function markOf(word: string): Ttl | undefined {
  if (word.endsWith('**')) return '1h';
  return word.endsWith('*') ? '5m' : undefined;
}

/** Sends one prompt after the other at these minutes; what each one used. */
function send(
  sent: readonly (readonly [minute: number, text: string])[],
  rules: CacheRules = RULES,
  more: Partial<Moment> = {},
): readonly string[] {
  const traces: Trace[] = [];
  return sent.map(([minute, text]) => {
    const one = prompt(text);
    const outcome = simulate(one, traces, { at: minute * MINUTE, rules, scale: 1, paysForWrites: false, ...more });
    traces.push({ hashes: one.hashes, entries: outcome.entries });
    return spell(outcome);
  });
}

function spell({ usage }: Outcome): string {
  const { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, inputTokens } = usage;
  return `read ${cacheReadTokens} 5m ${cacheWriteTokens} 1h ${cacheWrite1hTokens} rest ${inputTokens}`;
}

describe('a cache with breakpoints', () => {
  it('writes up to the last mark, and reads that from the next request', () => {
    expect(
      send([
        [0, 'tools2000* user500*'],
        [1, 'tools2000* user500 answer100 result900*'],
      ]),
    ).toEqual(['read 0 5m 2500 1h 0 rest 0', 'read 2500 5m 1000 1h 0 rest 0']);
  });

  it('leaves what comes after the last mark uncached', () => {
    expect(send([[0, 'tools2000* user500']])).toEqual(['read 0 5m 2000 1h 0 rest 500']);
  });

  it('without a mark caches nothing', () => {
    expect(
      send([
        [0, 'tools2000 user500'],
        [1, 'tools2000 user500'],
      ]),
    ).toEqual(['read 0 5m 0 1h 0 rest 2500', 'read 0 5m 0 1h 0 rest 2500']);
  });

  it('does not cache a prefix under the minimum', () => {
    expect(
      send([
        [0, 'tools1023*'],
        [1, 'tools1023* user1*'],
      ]),
    ).toEqual(['read 0 5m 0 1h 0 rest 1023', 'read 0 5m 1024 1h 0 rest 0']);
  });

  it('forgets five minutes after the last use, and a use is a read', () => {
    expect(
      send([
        [0, 'tools2000*'],
        [4.9, 'tools2000* a100'],
        [9.7, 'tools2000* b100'],
        [14.7, 'tools2000* c100'],
      ]).map((usage) => usage.slice(0, 9)),
    ).toEqual(['read 0 5m', 'read 2000', 'read 2000', 'read 0 5m']);
  });

  it('lets all that was read live on, marked in this request or not', () => {
    expect(
      send([
        [0, 'a2000* b500*'],
        [4, 'a2000 b500 c100*'],
        [8, 'a2000 x100*'],
        [12, 'a2000 b500 y100*'],
      ]).map((usage) => usage.slice(0, 9)),
    ).toEqual(['read 0 5m', 'read 2500', 'read 2000', 'read 2000']);
    expect(
      send([
        [0, 'a2000*'],
        [4, 'a2000 b100*'],
        [8, 'a2000 c100*'],
      ])[2],
    ).toMatch(/^read 2000/);
  });

  it('writes nothing within what was read, and so nothing for an hour', () => {
    expect(
      send([
        [0, 'a2000 b1000*'],
        [1, 'a2000** b1000*'],
        [8, 'a2000** x1000*'],
      ]),
    ).toEqual(['read 0 5m 3000 1h 0 rest 0', 'read 3000 5m 0 1h 0 rest 0', 'read 0 5m 1000 1h 2000 rest 0']);
  });

  it('keeps an hour what is marked so, and counts both lifetimes apart', () => {
    expect(
      send([
        [0, 'tools2000** user500*'],
        [30, 'tools2000** user500 more100*'],
      ]),
    ).toEqual(['read 0 5m 500 1h 2000 rest 0', 'read 2000 5m 600 1h 0 rest 0']);
  });

  it('finds an entry 20 blocks back, the marked one included, and no further', () => {
    const blocks = (count: number): string => Array.from({ length: count }, (_, at) => `b${at}x10`).join(' ');
    const spelled = (count: number): string => blocks(count).replaceAll(/b(\d+)x10/g, 'b10');
    expect(spelled(1)).toBe('b10');
    const first = 'tools2000*';
    expect(
      send([
        [0, first],
        [1, `tools2000 ${spelled(18)} end10*`],
      ])[1],
    ).toMatch(/^read 2000/);
    expect(
      send([
        [0, first],
        [1, `tools2000 ${spelled(19)} end10*`],
      ])[1],
    ).toMatch(/^read 0/);
  });

  it('takes the last four of its marks', () => {
    expect(
      send([
        [0, 'a2000* b1000* c1000* d1000* e1000*'],
        [1, 'a2000* x1000*'],
      ])[1],
    ).toMatch(/^read 0/);
  });

  it('cannot be read before it was written', () => {
    const outcome = simulate(prompt('a2000*'), [], { at: 10, rules: RULES, scale: 1, paysForWrites: false });
    const trace = { hashes: ['a2000'], entries: outcome.entries };
    const early = simulate(prompt('a2000*'), [trace], { at: 9, rules: RULES, scale: 1, paysForWrites: false });
    expect(early.usage.cacheReadTokens).toBe(0);
  });
});

describe('a cache of its own accord', () => {
  const automatic = usualRules('automatic');

  it('reads the longest equal beginning in whole steps of 128', () => {
    expect(
      send(
        [
          [0, 'a2000 b500'],
          [1, 'a2000 b500 c300'],
          [2, 'a2000 x100'],
        ],
        automatic,
      ),
    ).toEqual(['read 0 5m 0 1h 0 rest 2500', 'read 2432 5m 0 1h 0 rest 368', 'read 1920 5m 0 1h 0 rest 180']);
  });

  it('reads nothing under 1,024 tokens', () => {
    expect(
      send(
        [
          [0, 'a1023 b500'],
          [1, 'a1023 x500'],
        ],
        automatic,
      )[1],
    ).toBe('read 0 5m 0 1h 0 rest 1523');
  });

  it('forgets ten minutes after the last use', () => {
    expect(
      send(
        [
          [0, 'a2000'],
          [9, 'a2000 b1'],
          [18, 'a2000 c1'],
          [28, 'a2000 d1'],
        ],
        automatic,
      ).map((one) => one.slice(0, 9)),
    ).toEqual(['read 0 5m', 'read 1920', 'read 1920', 'read 0 5m']);
  });

  it('where writing has a price, writes what is new up to the last whole step', () => {
    expect(
      send(
        [
          [0, 'a2000'],
          [1, 'a2000 b500'],
        ],
        automatic,
        { paysForWrites: true },
      ),
    ).toEqual(['read 0 5m 1920 1h 0 rest 80', 'read 1920 5m 512 1h 0 rest 68']);
  });
});

describe('every cache', () => {
  const words = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      tokens: fc.integer({ min: 1, max: 3000 }),
      mark: fc.constantFrom('', '*', '**'),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const kinds = fc.constantFrom('breakpoints', 'automatic', 'none');

  it('counts each token in one class, at any scale', () => {
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 6 }),
        kinds,
        fc.double({ min: 0.5, max: 3, noNaN: true }),
        (all, kind, scale) => {
          const traces: Trace[] = [];
          for (const [minute, one] of all.entries()) {
            const sized = prompt(one.map(({ name, tokens, mark }) => `${name}${tokens}${mark}`).join(' '));
            const moment = { at: minute * MINUTE, rules: usualRules(kind), scale, paysForWrites: true };
            const { usage, entries } = simulate(sized, traces, moment);
            const classes = Object.values(usage);
            expect(classes.reduce((sum, count) => sum + count, 0)).toBe(Math.round(sized.tokens * scale));
            expect(Math.min(...classes)).toBeGreaterThanOrEqual(0);
            traces.push({ hashes: sized.hashes, entries });
          }
        },
      ),
    );
  });
});
