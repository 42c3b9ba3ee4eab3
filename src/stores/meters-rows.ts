/** How meters are spelt where they are kept: as pins are, openly or encrypted. What was torn or altered counts as missing. */
import type { StoredRow } from './ledger-rows.ts';
import type { StoredPin, Wrapping } from './wrapping.ts';

const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

/** @param name of its row. */
export function wrapMeter(name: string, text: string, { wrapPin }: Wrapping): StoredPin {
  return wrapPin({ ...COUNTS, key: meterKey(name), text });
}

export function unwrapMeter(name: string, stored: StoredRow, { unwrapPin }: Wrapping): string | undefined {
  return unwrapPin(meterKey(name), { ...stored, ...COUNTS })?.text;
}

function meterKey(name: string): string {
  return `meter ${name}`;
}
