/** A few texts in turn: `repeats auth, db, cache` gives auth for i = 0, db for 1, cache for 2, auth for 3. */
import { MIN_FORMULA_ROWS, type SlotForm, type SlotReader } from './slot.ts';

const PREFIX = 'repeats ';
const MAX_PERIOD = 16;
/** Texts with these could be taken for the list's own punctuation, or for a slot's. */
const UNSAFE = /[,"{}<>«»]|^\s|\s$|^$/;

export const repeats: SlotForm = {
  name: 'repeats',
  guess(texts, rows) {
    if (texts.length < MIN_FORMULA_ROWS) return [];
    const half = texts.length >> 1;
    for (let period = 2; period <= MAX_PERIOD && period * 2 <= texts.length; period++) {
      const isLikely = [0, 1, half].some((at) => texts[at] === texts[at + period]);
      if (!isLikely) continue;
      // The second try is for the case that one of the first rows is the odd one.
      const turn = turnFrom(texts, rows, period, 0) ?? turnFrom(texts, rows, period, half);
      if (turn?.some((text) => UNSAFE.test(text))) return [];
      if (turn) return [PREFIX + turn.join(', ')];
    }
    return [];
  },
  read(wording): SlotReader | undefined {
    if (!wording.startsWith(PREFIX)) return undefined;
    const turn = wording.slice(PREFIX.length).split(', ');
    return (row) => turn[row % turn.length]!;
  },
};

function turnFrom(
  texts: readonly string[],
  rows: readonly number[],
  period: number,
  from: number,
): string[] | undefined {
  const turn: (string | undefined)[] = Array.from({ length: period });
  let found = 0;
  for (let at = from; at < texts.length && found < period; at++) {
    const place = rows[at]! % period;
    if (turn[place] === undefined) {
      turn[place] = texts[at]!;
      found++;
    }
  }
  if (found < period) return undefined;
  let misses = Math.max(1, Math.floor(texts.length / 20));
  for (let at = 0; at < texts.length; at++) {
    if (turn[rows[at]! % period] !== texts[at] && misses-- === 0) return undefined;
  }
  return turn as string[];
}
