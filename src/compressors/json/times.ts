/** Times as numbers, where a text is a time in one of the usual spellings. */

const STAMP = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(?:[.,](\d{1,9}))?)?(?:Z| ?UTC|[+-]\d\d:?\d\d)?)?$/;

/** Milliseconds on the text's own clock (its zone is not looked at); NaN when it is no time. */
export function timeOf(text: string): number {
  if (text.length < 10 || text.length > 40 || text.charCodeAt(4) !== 0x2d) return Number.NaN;
  const match = STAMP.exec(text);
  if (!match) return Number.NaN;
  const two = (at: number): number => (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;
  const [, hasClock, hasSeconds, fraction] = match;
  const [hour, minute] = hasClock ? [two(11), two(14)] : [0, 0];
  const time = Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8), hour, minute, hasSeconds ? two(17) : 0);
  return fraction === undefined ? time : time + Number(`0.${fraction}`) * 1000;
}
