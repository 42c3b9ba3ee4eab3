/** A few texts in turn: `repeats auth, db, cache` gives auth for i = 0, db for 1, cache for 2, auth for 3. */
import { MIN_FORMULA_ROWS, type SlotForm, type SlotReader } from './slot.ts';

const PREFIX = 'repeats ';
const MAX_PERIOD = 16;
/** Rows asked for each place in the turn. */
const VOTES = 8;
/** The caller checks again, more strictly where it must. */
const MAX_MISSES = 0.25;
/** Texts with these could be taken for the list's own punctuation, or for a slot's. */
const UNSAFE = /[,;"{}<>«»]|^\s|\s$|^$/;

export const repeats: SlotForm = {
  name: 'repeats',
  guess(texts, rows) {
    if (texts.length < MIN_FORMULA_ROWS) return [];
    const half = texts.length >> 1;
    for (let period = 2; period <= MAX_PERIOD && period * 2 <= texts.length; period++) {
      const isLikely = [0, 1, 2, half].some((at) => texts[at] === texts[at + period]);
      if (!isLikely) continue;
      const turn = turnOf(texts, rows, period);
      if (turn && new Set(turn).size === 1) continue;
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

/** Of each place in the turn the commonest text, as far as few rows have another. */
function turnOf(texts: readonly string[], rows: readonly number[], period: number): string[] | undefined {
  const seen = Array.from({ length: period }, () => new Map<string, number>());
  for (let at = 0; at < Math.min(texts.length, VOTES * period); at++) {
    const counts = seen[rows[at]! % period]!;
    counts.set(texts[at]!, (counts.get(texts[at]!) ?? 0) + 1);
  }
  const turn: string[] = [];
  for (const counts of seen) {
    let best: string | undefined;
    for (const [text, count] of counts) if (best === undefined || count > counts.get(best)!) best = text;
    if (best === undefined) return undefined;
    turn.push(best);
  }
  let misses = Math.max(1, Math.floor(texts.length * MAX_MISSES));
  for (let at = 0; at < texts.length; at++) {
    if (turn[rows[at]! % period] !== texts[at] && misses-- === 0) return undefined;
  }
  return turn;
}
