import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimants, MIN_CLAIM } from './claimants.ts';
import { Sample } from './sample.ts';

const sample = new Sample('');

interface Kind {
  readonly name: string;
  readonly highestClaim?: number;
  readonly claim: () => number;
}

test('claimants come as a sorted list of all claims has them', () => {
  const kind = fc.record({ own: fc.constantFrom(0, 0.3, 0.5, 0.6, 0.9, 1), more: fc.constantFrom(0, 0.1, undefined) });
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 8 }), fc.constantFrom(MIN_CLAIM, 0.6), (drawn, least) => {
      const kinds = drawn.map(
        ({ own, more }, at): Kind => ({
          name: String(at),
          ...(more === undefined ? {} : { highestClaim: own + more }),
          claim: () => own,
        }),
      );
      const sorted = kinds.filter((one) => one.claim() >= least).sort((a, b) => b.claim() - a.claim());
      expect([...claimants(kinds, sample, least)].map(({ kind: { name } }) => name)).toEqual(
        sorted.map(({ name }) => name),
      );
    }),
  );
});

test('who cannot be surer is asked only when more are wanted', () => {
  const asked: string[] = [];
  const kindOf = (name: string, own: number, highestClaim: number): Kind => ({
    name,
    highestClaim,
    claim: () => {
      asked.push(name);
      return own;
    },
  });
  const some = claimants(
    [kindOf('low', 0.6, 0.6), kindOf('sure', 0.9, 1), kindOf('as sure', 0.8, 0.9), kindOf('none', 0, 0.4)],
    sample,
  );
  expect(some.next().value?.kind.name).toBe('sure');
  expect(asked).toEqual(['low', 'sure']);
  expect(Array.from(some, ({ kind: { name } }) => name)).toEqual(['as sure', 'low']);
  expect(asked).toEqual(['low', 'sure', 'as sure']);
});
