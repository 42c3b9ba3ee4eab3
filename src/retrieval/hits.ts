/** What of an original a query finds: records with what stands around them, the long ones by what was found in them. */
import { type Answered, edgeAt, MAX_CHARS } from './answered.ts';
import type { Original, Rows } from './original.ts';
import { mainPlaceOf, searchExactly, searchWords } from './search.ts';

const CONTEXT_LINES = 2;
/** Of a record for which there is no room, at least so much is shown around what was found. */
const MIN_EXCERPT_CHARS = 800;
const EXCERPT_NOTE_CHARS = 40;
/** More places than these are not named one by one. */
const MAX_NAMED = 100;

export function hits(original: Original, query: string, limit: number): Answered {
  const { texts, name, found } = searched(original, query);
  if (found.length === 0)
    return { text: `[nothing in these ${texts.length} ${name} matches ${JSON.stringify(query)}]`, isError: false };
  const best = found.slice(0, limit).toSorted((a, b) => a - b);
  const unit = name.startsWith('lines') ? 'lines' : 'rows';
  const show = (records: readonly string[], places: readonly number[]): string =>
    unit === 'lines' ? inContext(records, places) : places.map((index) => `${index + 1}: ${records[index]}`).join('\n');
  const whole = show(texts, best);
  const count = found.length > best.length ? `the best ${best.length} of ${found.length}` : String(found.length);
  const note = `${name} that match ${JSON.stringify(query)}: ${count}, of ${texts.length}`;
  if (whole.length <= MAX_CHARS) return { text: `[${note}]\n${whole}`, isError: false };
  // Long records say what was found, and not only how they begin.
  const cut = excerpts(texts, query, best.length);
  const room = fitting(best, (places) => show(cut, places).length);
  const rest = best.slice(room).map((index) => index + 1);
  const left = rest.length === 0 ? '' : `\n[no room for ${namesOf(rest, unit)}]`;
  const more = `; ${unit} "N:FROM-TO" gives other characters of one`;
  return { text: `[${note}${more}]\n${show(cut, best.slice(0, room))}${left}`, isError: false };
}

/** In its rows, and what stands beside them in its lines; first for the very words. */
function searched(original: Original, query: string): Rows & { readonly found: readonly number[] } {
  const { rows, lines, ownLines } = original;
  const kinds = [...new Map([rows, lines, ownLines].map((records) => [records.name, records] as const)).values()];
  for (const search of [searchExactly, searchWords]) {
    for (const kind of kinds) {
      const found = search(kind.texts, query);
      if (found.length > 0) return { ...kind, found };
    }
  }
  return { ...rows, found: [] };
}

/** How many of the places there is room for, from the first on; at least one. */
function fitting(places: readonly number[], sizeOf: (places: readonly number[]) => number): number {
  let [room, tooMany] = [1, places.length + 1];
  while (tooMany - room > 1) {
    const middle = (room + tooMany) >> 1;
    if (sizeOf(places.slice(0, middle)) <= MAX_CHARS) room = middle;
    else tooMany = middle;
  }
  return room;
}

function namesOf(numbers: readonly number[], unit: string): string {
  const named = numbers.slice(0, MAX_NAMED).join(', ');
  const rest = numbers.length > MAX_NAMED ? ` and ${numbers.length - MAX_NAMED} more` : '';
  return `${unit} ${named}${rest}, which match too: ask for them with ${unit}`;
}

/** The records, the long ones cut to what stands around the query. */
function excerpts(texts: readonly string[], query: string, hitCount: number): readonly string[] {
  const room = Math.max(
    MIN_EXCERPT_CHARS,
    Math.floor(MAX_CHARS / (hitCount * (2 * CONTEXT_LINES + 1))) - EXCERPT_NOTE_CHARS,
  );
  return texts.map((text) => {
    if (text.length <= room) return text;
    const at = mainPlaceOf(text, query);
    const start = edgeAt(text, Math.max(0, Math.min(at - Math.floor((room - query.length) / 2), text.length - room)));
    const end = edgeAt(text, start + room);
    return `[characters ${start + 1}-${end} of ${text.length}] ${text.slice(start, end)}`;
  });
}

/** As grep -C prints them: `12:` is a match, `11-` stands beside one. */
function inContext(lines: readonly string[], matches: readonly number[]): string {
  const isMatch = new Set(matches);
  const near = new Set<number>();
  for (const match of matches) {
    for (let at = match - CONTEXT_LINES; at <= match + CONTEXT_LINES; at++) if (lines[at] !== undefined) near.add(at);
  }
  const out: string[] = [];
  let before: number | undefined;
  for (const at of [...near].sort((a, b) => a - b)) {
    if (before !== undefined && at > before + 1) out.push('--');
    out.push(`${at + 1}${isMatch.has(at) ? ':' : '-'}${lines[at]}`);
    before = at;
  }
  return out.join('\n');
}
