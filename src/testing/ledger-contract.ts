/** What the ledger of every kind of stores promises. */
import { entriesIn, type LedgerEntry, type RememberedPrompt } from '../core/ledger.ts';
import type { Stores } from '../core/stores.ts';
import type { StoreContractRunner } from './store-contract.ts';

const NOTHING = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };
const START = Date.parse('2026-11-20T00:00:00Z');
const HOUR_MS = 3_600_000;

function entryOf(number: number, tenant = 'a'): LedgerEntry {
  return {
    at: START + number,
    tenant,
    project: number % 2 === 0 ? undefined : 'Grüße, 日本語',
    format: 'f',
    model: 'm',
    conversation: `c${number}`,
    road: 'shortened',
    hops: 1,
    complete: true,
    usage: { ...NOTHING, inputTokens: number },
    clientTokens: 2 * number,
    sentTokens: number,
    with: { ...NOTHING, inputTokens: number },
    without: { ...NOTHING, inputTokens: 2 * number },
    rates: undefined,
    bust: undefined,
    saved: [{ tool: 'Bash', kind: 'log', tokens: number }],
    froze: false,
  };
}

function promptOf(id: string, keys: readonly string[], at: number): RememberedPrompt {
  return { id, keys, at: START + at, until: START + at + HOUR_MS, body: `the body of ${id}` };
}

/** What JSON makes of it: keys without a value are not there. */
function spelled(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export function ledgerContract(open: () => Stores, { test, expect }: StoreContractRunner): void {
  const check = (name: string, body: (stores: Stores) => void): void =>
    test(name, () => {
      const stores = open();
      try {
        body(stores);
      } finally {
        stores.close();
      }
    });

  check('the ledger gives back every entry, in order, page by page', (stores) => {
    const written = Array.from({ length: 520 }, (_, number) => entryOf(number, number % 3 === 0 ? 'b' : 'a'));
    for (const entry of written) stores.ledger().record(entry, undefined, []);
    const read = [...entriesIn(stores.ledger())];
    expect(read.length).toBe(written.length);
    expect(spelled(read.map(({ entry }) => entry))).toEqual(spelled(written));
    const after = read[504]!.position;
    const rest = [...entriesIn(stores.ledger(), { after })].map(({ entry }) => entry.at);
    expect(rest).toEqual(written.slice(505).map(({ at }) => at));
  });

  check('the ledger tells entries by their own time', (stores) => {
    for (const number of [5, 1, 9, 3]) stores.ledger().record(entryOf(number), undefined, []);
    const since = START + 4;
    expect(Array.from(entriesIn(stores.ledger(), { since }), ({ entry }) => entry.at - START)).toEqual([5, 9]);
  });

  check('the ledger finds prompts by each of their keys, the latest first', (stores) => {
    const ledger = stores.ledger();
    ledger.record(entryOf(1), promptOf('one', ['x', 'y'], 1), []);
    ledger.record(entryOf(2), promptOf('two', ['y'], 2), []);
    expect(ledger.recall(['y']).map(({ id }) => id)).toEqual(['two', 'one']);
    expect(ledger.recall(['x', 'y']).map(({ id }) => id)).toEqual(['two', 'one']);
    expect(spelled(ledger.recall(['x']))).toEqual(spelled([promptOf('one', ['x', 'y'], 1)]));
    expect(ledger.recall(['z'])).toEqual([]);
    expect(ledger.recall([])).toEqual([]);
  });

  check('the ledger forgets prompts that another one stands for', (stores) => {
    const ledger = stores.ledger();
    ledger.record(entryOf(1), promptOf('one', ['x'], 1), []);
    ledger.record(entryOf(2), promptOf('two', ['x'], 2), ['one']);
    ledger.record(entryOf(3), promptOf('two', ['x'], 3), ['never there']);
    expect(ledger.recall(['x']).map(({ id, at }) => `${id} ${at - START}`)).toEqual(['two 3']);
  });
}
