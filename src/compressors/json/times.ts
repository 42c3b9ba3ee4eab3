/** Times as numbers, where a text is a time in one of the usual spellings. */

const STAMP = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z| ?UTC|[+-]\d\d:?\d\d)?)?$/;

/** Milliseconds on the text's own clock (its zone is not looked at); NaN when it is no time. */
export function timeOf(text: string): number {
  if (text.length < 10 || text.length > 40 || text.charCodeAt(4) !== 0x2d) return Number.NaN;
  const match = STAMP.exec(text);
  if (!match) return Number.NaN;
  const part = (at: number): number => Number(match[at] ?? 0);
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7]}`) * 1000;
  return Date.UTC(part(1), part(2) - 1, part(3), part(4), part(5), part(6)) + fraction;
}
