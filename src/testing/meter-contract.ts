/** What the meters of every kind of stores promise. */
import type { Stores } from '../core/stores.ts';
import type { StoreContractRunner } from './store-contract.ts';

const AT = Date.parse('2026-11-20T00:00:00Z');
const HOUR_MS = 3_600_000;

export function meterContract(open: () => Stores, { test, expect }: StoreContractRunner): void {
  const check = (name: string, body: (stores: Stores) => void): void =>
    test(name, () => {
      const stores = open();
      try {
        body(stores);
      } finally {
        stores.close();
      }
    });
  const write = (stores: Stores, keys: readonly string[], texts: readonly (string | undefined)[]): unknown =>
    stores
      .meters()
      .change(keys, (before) => ({ texts, at: AT, until: AT + HOUR_MS, result: before.map((text) => text ?? 'none') }));

  check('meters give back what was written last, key by key', (stores) => {
    const [a, b] = ['credential a', 'project "Grüße, 日本語"'];
    expect(write(stores, [a, b], ['1', 'é\n"2"'])).toEqual(['none', 'none']);
    expect(write(stores, [b, a], ['3', undefined])).toEqual(['é\n"2"', '1']);
    expect(write(stores, [a, b], [undefined, undefined])).toEqual(['1', '3']);
  });
}
