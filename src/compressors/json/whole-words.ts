/**
 * What a model will quote later (an id, a date, a file's name) should stand whole in the text. In short tables every word
 * of every value does, in its own column or in another; only long tables may say words by their parts.
 */
import type { Column } from './column.ts';
import type { Wording } from './forms/form.ts';
import type { Known } from './known.ts';
import { isIdName, isPathName } from './telling-names.ts';

const LONG_TABLE_ROWS = 40;
/** In tables up to this long, ids stand as they are. */
const MAX_WHOLE_IDS = 65;
const MAX_WHOLE_PATHS = 400;
/** Shorter words mean little apart from their place. */
const MIN_WORD_CHARS = 3;
const WORD = /[\p{L}\p{N}_]+(?:[.-][\p{L}\p{N}_]+)*/gu;

export class WholeWords {
  /** What the columns so far say. */
  #said = '';
  /** Words that were looked for in it. */
  readonly #asked = new Map<string, boolean>();
  readonly #keepsPaths: boolean;
  readonly #known: Known | undefined;

  /** @param keepsPaths paths stand whole in long tables too. */
  constructor(keepsPaths: boolean, known: Known | undefined) {
    this.#keepsPaths = keepsPaths;
    this.#known = known;
  }

  /** The wordings that keep the words of the column's values whole; all of them for a long table, or when none does. */
  prefer(wordings: readonly Wording[], column: Column): readonly Wording[] {
    if (wordings.length < 2) return wordings;
    if (this.#isWholeColumn(column)) return preferWhole(wordings, column);
    if (column.rows.length >= LONG_TABLE_ROWS) return wordings;
    const { isNumber, distinctTexts } = column;
    const known = new Map<string, readonly string[]>();
    const kept = wordings.filter((wording) => {
      // A counted number is what a reader computes, not what it looks for.
      if (isNumber && wording.isCounted) return true;
      const said = textIn(wording);
      const isInWords = (value: string): boolean => {
        const words = known.get(value) ?? wordsOf(value);
        known.set(value, words);
        return words.every((word) => said.includes(word) || this.#isSaid(word));
      };
      return haveAll(said, distinctTexts, isInWords);
    });
    return kept.length > 0 ? kept : wordings;
  }

  #isSaid(word: string): boolean {
    let isSaid = this.#asked.get(word);
    if (isSaid === undefined) this.#asked.set(word, (isSaid = this.#said.includes(word)));
    return isSaid;
  }

  #isWholeColumn(column: Column): boolean {
    if (isIdName(lastKey(column))) return column.isText && column.rows.length < MAX_WHOLE_IDS;
    if (!isOfPaths(column)) return false;
    this.#known?.noteKept();
    return this.#keepsPaths;
  }

  settle(wording: Wording, column: Column): void {
    if (column.rows.length >= LONG_TABLE_ROWS) return;
    this.#said += `${textIn(wording)}\n`;
    this.#asked.clear();
  }
}

function lastKey({ path, name }: Column): string {
  return String(path.at(-1) ?? name);
}

/** Whether it is said otherwise where paths stand whole. */
export function isOfPaths(column: Column): boolean {
  const last = lastKey(column);
  return column.rows.length < MAX_WHOLE_PATHS && isPathName(last) && !isIdName(last) && column.isText;
}

/** The wordings in which each value stands as it is. */
function preferWhole(wordings: readonly Wording[], { distinctTexts }: Column): readonly Wording[] {
  const kept = wordings.filter((wording) => haveAll(textIn(wording), distinctTexts, () => false));
  return kept.length > 0 ? kept : wordings;
}

/** Whether each value stands in a text, or otherwise. They mostly stand there in their order: the next after the last. */
function haveAll(text: string, values: readonly string[], isOtherwise: (value: string) => boolean): boolean {
  let at = 0;
  for (const value of values) {
    const next = text.indexOf(value, at);
    if (next >= 0) at = next;
    else if (!text.includes(value) && !isOtherwise(value)) return false;
  }
  return true;
}

function textIn({ spec, legend, cells }: Wording): string {
  return [spec, ...legend, ...(cells ?? [])].join('\n');
}

function wordsOf(text: string): readonly string[] {
  const words = asciiWords(text) ?? text.match(WORD) ?? [];
  return words.filter(({ length }) => length >= MIN_WORD_CHARS);
}

/** Undefined where there are other characters. */
function asciiWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return undefined;
    if (isWordChar(code)) {
      if (start < 0) start = at;
    } else if (start >= 0 && !((code === 0x2e || code === 0x2d) && isWordChar(text.charCodeAt(at + 1)))) {
      words.push(text.slice(start, at));
      start = -1;
    }
  }
  return words;
}

function isWordChar(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
  );
}
