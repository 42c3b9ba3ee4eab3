/** A rule, or one number, that does not hold in some rows: `i mod 60, 2 digits; 48 in row 20; 15 in rows 35 41`. */
import type { SlotReader } from './slot.ts';

const EXCEPTION = /^([\p{L}\p{N}.:_-]{1,40}) in rows? (\d{1,7}(?: \d{1,7})*)$/u;
const FIXED = /^\d{1,20}$/;
const SEPARATOR = '; ';

/** @param misses places whose text the rule does not give. Undefined when such a text cannot be said here. */
export function exceptIn(
  rule: string,
  misses: readonly number[],
  textAt: (place: number) => string,
  rows: readonly number[],
): string | undefined {
  const rowsOf = new Map<string, number[]>();
  for (const at of misses) {
    const own = rowsOf.get(textAt(at));
    if (own) own.push(rows[at]!);
    else rowsOf.set(textAt(at), [rows[at]!]);
  }
  const parts = Array.from(rowsOf, ([text, own]) => `${text} in row${own.length === 1 ? '' : 's'} ${own.join(' ')}`);
  if (rule.includes(SEPARATOR) || !parts.every((part) => EXCEPTION.test(part))) return undefined;
  return [rule, ...parts].join(SEPARATOR);
}

export function isFixed(text: string): boolean {
  return FIXED.test(text);
}

/** @param readRule reads what stands before the exceptions. */
export function readExceptions(
  wording: string,
  readRule: (wording: string) => SlotReader | undefined,
): SlotReader | undefined {
  const [rule, ...parts] = wording.split(SEPARATOR);
  if (rule === undefined || parts.length === 0) return undefined;
  const reader: SlotReader | undefined = FIXED.test(rule) ? () => rule : readRule(rule);
  if (!reader) return undefined;
  const texts = new Map<number, string>();
  for (const part of parts) {
    const match = EXCEPTION.exec(part);
    if (!match) return undefined;
    for (const row of match[2]!.split(' ')) texts.set(Number(row), match[1]!);
  }
  return (row, lookup) => texts.get(row) ?? reader(row, lookup);
}
