/** What every kind of stores promises. Give it a way to open fresh ones, and the test functions of your runner. */
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Stores } from '../core/stores.ts';
import { learnedContract } from './learned-contract.ts';
import { ledgerContract } from './ledger-contract.ts';
import { meterContract } from './meter-contract.ts';

/** Your test runner. */
export interface StoreContractRunner {
  readonly test: (name: string, body: () => void) => void;
  readonly expect: (actual: unknown) => { toBe(expected: unknown): void; toEqual(expected: unknown): void };
}

const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['plain text', 'three lines\nof plain\ntext'],
  ['an empty text', ''],
  ['unicode', 'Grüße, 日本語, 👩‍👩‍👧, e\u0301, \u{10ffff}'],
  ['lone surrogates', 'a\ud800b \udfff\ud83d'],
  ['NUL characters', '\0before\0after\0'],
  ['NUL characters and lone surrogates', '\0\udc00\0'],
  ['CRLF and lone CR', 'a\r\nb\rc\n\r'],
  ['a byte order mark and non-characters', '\ufeffa\ufffe\uffff\ufeff'],
  ['a text that looks like a number', '1.0'],
  ['replacement characters', '\ufffd\ufffd'],
  ['5 MB', 'line of text, é and 😀\n'.repeat(200_000)],
];

export function storesContract(open: () => Stores, runner: StoreContractRunner): void {
  const { test, expect } = runner;
  ledgerContract(open, runner);
  meterContract(open, runner);
  learnedContract(open, runner);
  const check = (name: string, body: (stores: Stores) => void): void =>
    test(name, () => {
      const stores = open();
      try {
        body(stores);
      } finally {
        stores.close();
      }
    });

  for (const [name, text] of TEXTS) {
    check(`gives back ${name} exactly, as original and as pin`, (stores) => {
      const key = stores.originals('a').put(text);
      expect(key).toBe(hashOf(text));
      // Strings this long make unreadable reports: compare first.
      expect(stores.originals('a').get(key) === text).toBe(true);
      expect(stores.findOriginal(key) === text).toBe(true);
      const pin = pinOf(text, text);
      stores.sentLog('a').pin([pin]);
      expect(stores.sentLog('a').recall([pin.key])[0]?.text === text).toBe(true);
    });
  }

  check('the same text has the same key, however often it is put', (stores) => {
    const originals = stores.originals('a');
    expect([originals.put('text'), originals.put('text')]).toEqual([hashOf('text'), hashOf('text')]);
    expect(originals.get(hashOf('text'))).toBe('text');
  });

  check('knows no original that was never put', (stores) => {
    expect(stores.originals('a').get(hashOf('never put'))).toBe(undefined);
    expect(stores.findOriginal(hashOf('never put'))).toBe(undefined);
  });

  check('a tenant never gets the original of another one; the operator does (R-38)', (stores) => {
    const key = stores.originals('a').put('belongs to a');
    expect(stores.originals('b').get(key)).toBe(undefined);
    expect(stores.originals('').get(key)).toBe(undefined);
    expect(stores.findOriginal(key)).toBe('belongs to a');
    stores.originals('b').put('belongs to a');
    expect(stores.originals('b').get(key)).toBe('belongs to a');
  });

  check('counts the originals of all tenants, each once', (stores) => {
    expect(stores.countOriginals()).toBe(0);
    for (const tenant of ['a', 'b', 'a']) stores.originals(tenant).put('same');
    stores.originals('a').put('another');
    expect(stores.countOriginals()).toBe(3);
  });

  check('recalls pins in the order of the question, undefined for unknown parts', (stores) => {
    const [first, second] = [pinOf('1', 'one'), pinOf('2', 'two')];
    stores.sentLog('a').pin([first, second]);
    const asked = [second.key, hashOf('unknown'), first.key, second.key];
    expect(stores.sentLog('a').recall(asked)).toEqual([second, undefined, first, second]);
    expect(stores.sentLog('a').recall([])).toEqual([]);
  });

  check('tells a part that was left alone from one that was never sent', (stores) => {
    const leftAlone = pinOf('left alone', undefined);
    expect(stores.sentLog('a').pin([leftAlone])).toEqual([leftAlone]);
    expect(stores.sentLog('a').recall([leftAlone.key, hashOf('unknown')])).toEqual([leftAlone, undefined]);
  });

  check('the first pin of a part holds, and is what later ones get back', (stores) => {
    const first = pinOf('part', 'first');
    const alone = pinOf('alone', undefined);
    const log = stores.sentLog('a');
    log.pin([first, alone]);
    const fresh = pinOf('fresh', 'fresh');
    const later = [fresh, { ...first, text: 'second', tokensAfter: 1 }, { ...alone, text: 'late' }];
    expect(log.pin(later)).toEqual([fresh, first, alone]);
    expect(log.pin([{ ...first, text: undefined }])).toEqual([first]);
    expect(log.recall([first.key, alone.key])).toEqual([first, alone]);
  });

  check('the first pin holds within one call, too', (stores) => {
    const first = pinOf('part', 'first');
    expect(stores.sentLog('a').pin([first, { ...first, text: 'second' }])).toEqual([first, first]);
    expect(stores.sentLog('a').pin([])).toEqual([]);
  });

  check('pins and recalls a thousand parts at once', (stores) => {
    const pins = Array.from({ length: 1_000 }, (_, index) =>
      pinOf(`part ${index}`, index % 3 ? `text ${index}` : undefined),
    );
    expect(stores.sentLog('a').pin(pins)).toEqual(pins);
    expect(stores.sentLog('a').recall(pins.map(({ key }) => key))).toEqual(pins);
  });

  check('is well when it has just been opened', (stores) => {
    expect(stores.status().problem).toBe(undefined);
  });
}

function pinOf(part: string, text: string | undefined): Pin {
  const counts = text === undefined ? { tokensBefore: 0, tokensAfter: 0 } : { tokensBefore: 90, tokensAfter: 30 };
  return { key: hashOf(`part ${part}`), text, ...counts };
}
