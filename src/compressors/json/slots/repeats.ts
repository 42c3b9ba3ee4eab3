/** A few texts in turn: `repeats auth, db, cache` gives auth for i = 0, db for 1, cache for 2, auth for 3. */
import { isPrintable } from '../spell.ts';
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
    let numbered: Numbered | undefined;
    for (let period = 2; period <= MAX_PERIOD && period * 2 <= texts.length; period++) {
      if (!mayRepeat(texts, period)) continue;
      numbered ??= numberTexts(texts);
      const turn = turnOf(numbered, rows, period);
      if (turn?.some((text) => UNSAFE.test(text) || !isPrintable(text))) return [];
      if (turn) return [PREFIX + turn.join(', ')];
    }
    return [];
  },
  read(wording): SlotReader | undefined {
    // No text of a turn has a semicolon: exceptions stand behind it.
    if (!wording.startsWith(PREFIX) || wording.includes(';')) return undefined;
    const turn = wording.slice(PREFIX.length).split(', ');
    return (row) => turn[row % turn.length]!;
  },
};

/** Whether one of a few texts comes again after a period. */
function mayRepeat(texts: readonly string[], period: number): boolean {
  for (let at = 0; at < 3; at++) if (texts[at] === texts[at + period]) return true;
  const half = texts.length >> 1;
  return texts[half] === texts[half + period];
}

/** Texts by number, equal ones by the same, because comparing numbers is faster. */
interface Numbered {
  readonly distinct: readonly string[];
  readonly ids: readonly number[];
}

function numberTexts(texts: readonly string[]): Numbered {
  const known = new Map<string, number>();
  const ids: number[] = [];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!;
    let id = at > 0 && text === texts[at - 1] ? ids[at - 1] : known.get(text);
    if (id === undefined) known.set(text, (id = known.size));
    ids.push(id);
  }
  return { distinct: [...known.keys()], ids };
}

/** Of each place in the turn the commonest text, as far as few rows have another; undefined when it is the same in all. */
function turnOf({ distinct, ids }: Numbered, rows: readonly number[], period: number): string[] | undefined {
  const mayMiss = Math.max(1, Math.floor(ids.length * MAX_MISSES));
  // Each text that has no place in the turn is missed once at least.
  const turn = distinct.length - period > mayMiss ? undefined : likelyTurn(ids, rows, period);
  if (!turn) return undefined;
  let misses = mayMiss;
  for (let at = 0; at < ids.length; at++) {
    if (turn[rows[at]! % period] !== ids[at] && misses-- === 0) return undefined;
  }
  return turn.map((id) => distinct[id]!);
}

/**
 * Of each place in the turn the number of the text that the first rows have there most often. Undefined where they have
 * none, or the same in all places.
 */
function likelyTurn(ids: readonly number[], rows: readonly number[], period: number): readonly number[] | undefined {
  const voters = Math.min(ids.length, VOTES * period);
  let known = 0;
  for (let at = 0; at < voters; at++) if (ids[at]! >= known) known = ids[at]! + 1;
  const votes: number[] = [];
  const turn: number[] = [];
  for (let at = 0; at < period * known; at++) votes.push(0);
  for (let place = 0; place < period; place++) turn.push(-1);
  for (let at = 0; at < voters; at++) votes[(rows[at]! % period) * known + ids[at]!]!++;
  for (let at = 0; at < voters; at++) {
    const place = rows[at]! % period;
    const before = turn[place]!;
    if (before < 0 || votes[place * known + ids[at]!]! > votes[place * known + before]!) turn[place] = ids[at]!;
  }
  return turn.includes(-1) || turn.every((id) => id === turn[0]) ? undefined : turn;
}
