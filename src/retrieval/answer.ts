/** What a retrieval call gets: the part of an original that was asked for, or an honest no. Bounded, and in its own words. */
import { HASH_DIGITS } from '../core/hash.ts';
import { asObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import { type Answered, no } from './answered.ts';
import { hits } from './hits.ts';
import { Original } from './original.ts';
import { beginning, range } from './range.ts';

export type { Answered } from './answered.ts';

const DEFAULT_HITS = 20;

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

function select(asked: JsonObject, original: Original): Answered {
  const path = textOf(asked['path']);
  if (!path) return piece(asked, original) ?? beginning(original, limitOf(asked));
  if (!original.isJson) {
    // Some name the file that the text is of.
    return piece(asked, original) ?? no('this original is no JSON: ask for lines, or search it with query');
  }
  const found = original.at(path);
  if (found === undefined) return no(`there is nothing at ${path}; ask for rows, or search with query`);
  const part = new Original(found);
  return piece(asked, part, path) ?? beginning(part, undefined, path);
}

/** By place, else by words; undefined where neither is asked for. @param path where the original stands in its whole. */
function piece(asked: JsonObject, original: Original, path?: string): Answered | undefined {
  const [query, lines, rows] = ['query', 'lines', 'rows'].map((key) => textOf(asked[key]));
  if (rows) return range({ ...original.rows, path }, rows, 'rows');
  if (lines) return range({ ...original.lines, path }, lines, 'lines');
  return query ? hits(original, query, limitOf(asked) ?? DEFAULT_HITS) : undefined;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}

function limitOf({ limit }: JsonObject): number | undefined {
  return Number(limit) >= 1 ? Math.floor(Number(limit)) : undefined;
}
