/** How entries of the ledger and remembered prompts are spelt where they are kept: as pins are, openly or encrypted. */
import type { LedgerEntry, RememberedPrompt } from '../core/ledger.ts';
import type { StoredPin, Wrapping, Wrappings } from './wrapping.ts';

const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

/** A row as it stands in the store. */
export type StoredRow = Pick<StoredPin, 'text' | 'proof'>;

export function wrapEntry(entry: LedgerEntry, { wrapPin }: Wrapping): StoredPin {
  return wrapPin({ ...COUNTS, key: entryKey(entry.at), text: JSON.stringify(entry) });
}

/** @returns undefined for what was torn or altered, or was written with another key. */
export function unwrapEntry(at: number, stored: StoredRow, wrappings: Wrappings): LedgerEntry | undefined {
  const text = unwrapped(entryKey(at), stored, wrappings);
  return text === undefined ? undefined : (JSON.parse(text) as LedgerEntry);
}

/** @param name of its row. */
export function wrapPrompt(name: string, prompt: RememberedPrompt, { wrapPin }: Wrapping): StoredPin {
  return wrapPin({ ...COUNTS, key: promptKey(name), text: JSON.stringify(prompt) });
}

export function unwrapPrompt(name: string, stored: StoredRow, wrappings: Wrappings): RememberedPrompt | undefined {
  const text = unwrapped(promptKey(name), stored, wrappings);
  return text === undefined ? undefined : (JSON.parse(text) as RememberedPrompt);
}

function unwrapped(key: string, stored: StoredRow, wrappings: Wrappings): string | undefined {
  for (const { unwrapPin } of wrappings) {
    const text = unwrapPin(key, { ...stored, ...COUNTS })?.text;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Bound to the time that stands beside it. */
function entryKey(at: number): string {
  return `ledger ${at}`;
}

function promptKey(name: string): string {
  return `prompt ${name}`;
}
