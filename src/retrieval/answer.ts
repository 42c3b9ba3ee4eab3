/** What a retrieval call gets: the part of an original that was asked for, or an honest no. Bounded, and in its own words. */
import { HASH_DIGITS } from '../core/hash.ts';
import { asObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import { Original, type Rows } from './original.ts';
import { placeOf, searchExactly, searchWords } from './search.ts';

export interface Answered {
  readonly text: string;
  readonly isError: boolean;
}

/** Some 10,000 tokens: more is asked for piece by piece. */
const MAX_CHARS = 40_000;
const DEFAULT_HITS = 20;
const CONTEXT_LINES = 2;
/** Of a record for which there is no room, at least so much is shown around what was found. */
const MIN_EXCERPT_CHARS = 800;

/** @param find the original of a hash, as far as whoever asks may have it. */
export function answer(input: JsonValue | undefined, find: (hash: string) => string | undefined): Answered {
  const asked = asObject(input ?? null);
  const hash = new RegExp(`[0-9a-f]{${HASH_DIGITS}}`).exec(textOf(asked['hash']).toLowerCase())?.[0];
  if (hash === undefined)
    return no(`hash must be the ${HASH_DIGITS} hex digits that follow "hash=" in a shortened result`);
  const text = find(hash);
  if (text === undefined) {
    return no(
      `no original is kept under hash=${hash}: it has expired, was never made here, or belongs to someone else. ` +
        'Run the tool again to get its output anew.',
    );
  }
  return select(asked, new Original(text));
}

function no(reason: string): Answered {
  return { text: `headroom: ${reason}`, isError: true };
}

function select(asked: JsonObject, original: Original): Answered {
  const [query, lines, rows, path] = ['query', 'lines', 'rows', 'path'].map((key) => textOf(asked[key]));
  if (path) return atPath(original, path);
  if (rows) return range(original.rows, rows, 'rows');
  if (lines) return range({ texts: original.lines, name: 'lines' }, lines, 'lines');
  if (query) return hits(original, query, limitOf(asked) ?? DEFAULT_HITS);
  return beginning(original, limitOf(asked));
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}

function limitOf({ limit }: JsonObject): number | undefined {
  return Number(limit) >= 1 ? Math.floor(Number(limit)) : undefined;
}

function atPath(original: Original, path: string): Answered {
  if (!original.isJson) return no('this original is no JSON: ask for lines, or search it with query');
  const found = original.at(path);
  if (found === undefined) return no(`there is nothing at ${path}; ask for rows, or search with query`);
  const isCut = found.length > MAX_CHARS;
  const note = isCut ? `[the first ${MAX_CHARS} of ${found.length} characters at ${path}; name a deeper path]\n` : '';
  return { text: note + found.slice(0, MAX_CHARS), isError: false };
}

function range({ texts, name }: Rows, asked: string, unit: string): Answered {
  const [, from, to = from] = /^(\d{1,9})(?:\s*(?:-|–|\.\.|to|,|:)\s*(\d{1,9}))?$/.exec(asked) ?? [];
  if (from === undefined) return no(`${unit} must be one number or a range, such as "120" or "120-180"`);
  const first = Math.max(1, Number(from));
  if (first > texts.length || Number(to) < first)
    return no(`there are ${texts.length} ${name}, from 1 to ${texts.length}`);
  return shown(texts, first, Math.min(Number(to), texts.length), name);
}

/** The whole where it is short enough. */
function beginning({ text, lines }: Original, limit: number | undefined): Answered {
  if (limit === undefined && text.length <= MAX_CHARS) return { text, isError: false };
  return shown(lines, 1, Math.min(limit ?? lines.length, lines.length), 'lines');
}

/** As much of a range as there is room for, and how to go on. */
function shown(texts: readonly string[], first: number, last: number, name: string): Answered {
  let [end, chars] = [first - 1, 0];
  while (end < last && chars + texts[end]!.length < MAX_CHARS) chars += texts[end++]!.length + 1;
  if (end < first) {
    const note = `[the first ${MAX_CHARS} of ${texts[first - 1]!.length} characters of ${name} ${first} of ${texts.length}]`;
    return { text: `${note}\n${texts[first - 1]!.slice(0, MAX_CHARS)}`, isError: false };
  }
  const next = end < last ? `; go on from ${end + 1}` : '';
  const note = first === 1 && end === texts.length ? '' : `[${name} ${first}-${end} of ${texts.length}${next}]\n`;
  return { text: note + texts.slice(first - 1, end).join('\n'), isError: false };
}

function hits(original: Original, query: string, limit: number): Answered {
  const { texts, name, found } = searched(original, query);
  if (found.length === 0)
    return { text: `[nothing in these ${texts.length} ${name} matches ${JSON.stringify(query)}]`, isError: false };
  const best = found.slice(0, limit).toSorted((a, b) => a - b);
  const show = (records: readonly string[]): string =>
    name === 'lines' ? inContext(records, best) : best.map((index) => `${index + 1}: ${records[index]}`).join('\n');
  const whole = show(texts);
  // Long records say what was found, and not only how they begin.
  const text = whole.length <= MAX_CHARS ? whole : show(excerpts(texts, query, best.length));
  const count = found.length > best.length ? `the best ${best.length} of ${found.length}` : String(found.length);
  const note = `[${name} that match ${JSON.stringify(query)}: ${count}, of ${texts.length}]`;
  const isCut = text.length > MAX_CHARS;
  return {
    text: `${note}\n${text.slice(0, MAX_CHARS)}${isCut ? '\n[cut here: ask for fewer with limit]' : ''}`,
    isError: false,
  };
}

/** In its rows, and what stands beside them in its lines; first for the very words. */
function searched(original: Original, query: string): Rows & { readonly found: readonly number[] } {
  const { rows } = original;
  const kinds = rows.name === 'lines' ? [rows] : [rows, { texts: original.lines, name: 'lines' }];
  for (const search of [searchExactly, searchWords]) {
    for (const kind of kinds) {
      const found = search(kind.texts, query);
      if (found.length > 0) return { ...kind, found };
    }
  }
  return { ...rows, found: [] };
}

/** The records, the long ones cut to what stands around the query. */
function excerpts(texts: readonly string[], query: string, hitCount: number): readonly string[] {
  const room = Math.max(
    MIN_EXCERPT_CHARS,
    Math.floor(MAX_CHARS / (hitCount * (2 * CONTEXT_LINES + 1))) - EXCERPT_NOTE_CHARS,
  );
  return texts.map((text) => {
    if (text.length <= room) return text;
    const at = Math.max(0, placeOf(text, query));
    const start = Math.max(0, Math.min(at - Math.floor((room - query.length) / 2), text.length - room));
    return `[characters ${start + 1}-${start + room} of ${text.length}] ${text.slice(start, start + room)}`;
  });
}

const EXCERPT_NOTE_CHARS = 40;

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
