/** Finds the records of an original that a query means: those that hold it word for word, else by BM25. */

const K1 = 1.2;
const B = 0.75;

/** Where the query stands in a record, whatever the case of its letters, and as JSON spells it too; -1 where it does not. */
export function placeOf(record: string, query: string): number {
  const wanted = query.trim().toLowerCase();
  const text = record.toLowerCase();
  const at = text.indexOf(wanted);
  return at >= 0 ? at : text.indexOf(JSON.stringify(wanted).slice(1, -1));
}

/** Where a record says the query, or else the longest word of it; its beginning where it says none. */
export function mainPlaceOf(record: string, query: string): number {
  const whole = placeOf(record, query);
  if (whole >= 0) return whole;
  const text = record.toLowerCase();
  const words = wordsOf(query).toSorted((a, b) => b.length - a.length);
  const found = words.find((word) => text.includes(word));
  return found === undefined ? 0 : text.indexOf(found);
}

/** Indexes of the records that hold the query, in their order. */
export function searchExactly(records: readonly string[], query: string): readonly number[] {
  if (query.trim() === '') return [];
  return [...records.keys()].filter((index) => placeOf(records[index]!, query) >= 0);
}

/** Indexes of the records that hold words of the query, the best first. Equal ones in their order. */
export function searchWords(records: readonly string[], query: string): readonly number[] {
  const { scores } = weighed(records, new Set(wordsOf(query)));
  return [...scores].sort(([a, left], [b, right]) => right - left || a - b).map(([index]) => index);
}

/** How much each record says of the words of a query, 0 to 1: one of ordinary length that has each of them once says it all. */
export function relevanceOf(records: readonly string[], query: string): readonly number[] {
  const { scores, most } = weighed(records, new Set(wordsOf(query)));
  return records.map((_, index) => (most === 0 ? 0 : Math.min(1, (scores.get(index) ?? 0) / most)));
}

/** Words, numbers and the parts of names: `fetchUser_id` is also `fetch`, `user` and `id`. */
export function wordsOf(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.flatMap((word) => {
    const parts = word.split(/_|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})/u).filter((part) => part !== '');
    const all = parts.length > 1 ? [word, ...parts] : [word];
    return [...all.map((one) => one.toLowerCase()), ...pairsIn(word)];
  });
}

/** Of scripts that put nothing between words, every two signs that stand together. */
function pairsIn(word: string): readonly string[] {
  const runs =
    word.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}]+/gu) ?? [];
  return runs.flatMap((run) => {
    const signs = Array.from(run);
    return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
  });
}

interface Weighed {
  readonly scores: ReadonlyMap<number, number>;
  /** Of a record of ordinary length that has each of the words once. */
  readonly most: number;
}

/** By BM25: rare words say more, and long records say each of theirs with less weight. */
function weighed(records: readonly string[], terms: ReadonlySet<string>): Weighed {
  const counts = records.map((record) => {
    const words = wordsOf(record);
    const found = new Map<string, number>();
    for (const word of words) if (terms.has(word)) found.set(word, (found.get(word) ?? 0) + 1);
    return { length: words.length, found };
  });
  const meanLength = counts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counts.length);
  const scores = new Map<number, number>();
  let most = 0;
  for (const term of terms) {
    const holding = counts.filter(({ found }) => found.has(term)).length;
    const rarity = Math.log(1 + (counts.length - holding + 0.5) / (holding + 0.5));
    most += rarity;
    counts.forEach(({ length, found }, index) => {
      const count = found.get(term);
      if (count === undefined) return;
      const weight = (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / meanLength));
      scores.set(index, (scores.get(index) ?? 0) + rarity * weight);
    });
  }
  return { scores, most };
}
