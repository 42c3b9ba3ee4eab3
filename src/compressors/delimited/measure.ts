/** How wide a text stands on a screen: what programs that draw tables pad by, if they do not count characters. */

/** Ideographs, kana, Hangul, full-width forms and most pictures take two places. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/gu;
/** Marks on the letter before, joiners and variants take none. */
const NONE = /\p{Mn}|[\u200b\u200c]|\u200d/gu;
const PLAIN = /^[\u0020-\u02ff]*$/;

export type Measure = (text: string) => number;

export const characters: Measure = (text) => text.length;

export const places: Measure = (text) => {
  if (PLAIN.test(text)) return text.length;
  const wide = text.match(WIDE)?.length ?? 0;
  return Array.from(text.replaceAll(NONE, '')).length + wide;
};

export function pad(text: string, width: number, side: string, measure: Measure): string {
  const room = width - measure(text);
  if (room <= 0) return text;
  if (side === 'l') return text + ' '.repeat(room);
  const left = side === 'r' ? room : side === 'c' ? room >> 1 : side === 'C' ? (room + 1) >> 1 : 0;
  return ' '.repeat(left) + text + ' '.repeat(room - left);
}

/** Without the blanks at the end that pad it. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(0, end);
}
