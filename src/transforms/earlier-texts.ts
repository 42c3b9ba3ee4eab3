/**
 * What stands before a result in its conversation, line by line, under names that a reader of the conversation can find:
 * earlier results as they were sent, and the long texts that the model itself passed to tools.
 */
import type { Conversation, Part, ToolCall } from '../core/conversation.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';

/** Shorter texts hold no run of lines worth a reference. */
const MIN_LINES = 4;
const MAX_LABEL_CHARS = 100;

/** A line number as read tools print it; other kinds of gutter could be part of the text. */
const GUTTER = /^( *)(\d{1,7})([\t→])/;

export interface NumberedLine {
  readonly content: string;
  /** The printed number; for a line without one, that of the line before plus one; -1 where that is unknown. */
  readonly number: number;
  /** The printed gutter; empty where there is none. */
  readonly gutter: string;
}

/** @returns the lines, and whether they are a listing with printed numbers. */
export function readLines(text: string): { readonly lines: readonly NumberedLine[]; readonly isNumbered: boolean } {
  let number = -1;
  let printed = 0;
  const lines = text.split('\n').map((line): NumberedLine => {
    const match = startsLikeGutter(line) ? GUTTER.exec(line) : null;
    if (match) {
      printed++;
      number = Number(match[2]);
      return { content: line.slice(match[0].length), number, gutter: match[0] };
    }
    // Between the lines of a listing other compressors put their own, and say there which lines follow.
    number = number < 0 || line.startsWith('[lines ') ? -1 : number + 1;
    return { content: line, number, gutter: '' };
  });
  return { lines, isNumbered: printed * 20 > lines.length };
}

function startsLikeGutter(line: string): boolean {
  const code = line.charCodeAt(0);
  return code === 0x20 || (code >= 0x30 && code <= 0x39);
}

/** One text under its name: the tool, its short arguments, and which call it was. Read when first asked for. */
export class EarlierText {
  readonly label: string;
  readonly #text: string;
  #lines: readonly NumberedLine[] | undefined;
  #isUnambiguous = true;

  constructor(label: string, text: string) {
    this.label = label;
    this.#text = text;
  }

  /** Numbers count from 1 unless the text prints its own. */
  get lines(): readonly NumberedLine[] {
    if (this.#lines) return this.#lines;
    const { lines, isNumbered } = readLines(this.#text);
    this.#isUnambiguous = !isNumbered || hasEachNumberOnce(lines);
    return (this.#lines = isNumbered ? lines : lines.map(countedFromOne));
  }

  /** False when one number stands for several lines. */
  get isUnambiguous(): boolean {
    return this.lines.length > 0 && this.#isUnambiguous;
  }
}

function countedFromOne({ gutter, content }: NumberedLine, at: number): NumberedLine {
  return { content: gutter + content, number: at + 1, gutter: '' };
}

/** Grows as the conversation is read: only what stands before a part may be referred to. */
export class EarlierTexts {
  readonly #texts: EarlierText[] = [];
  readonly #byLabel = new Map<string, EarlierText>();
  readonly #times = new Map<string, number>();
  readonly #calls = new Set<string>();
  readonly #showsInputs: boolean;

  constructor({ showsInputs }: Pick<Conversation, 'showsInputs'>) {
    this.#showsInputs = showsInputs;
  }

  get all(): readonly EarlierText[] {
    return this.#texts;
  }

  find(label: string): EarlierText | undefined {
    return this.#byLabel.get(label);
  }

  /** @param text the result as it goes out. */
  addResult(part: Part, text: string): void {
    if (!part.call) return;
    const label = labelOf(part.call);
    if (this.#showsInputs && !this.#calls.has(part.call.id)) {
      this.#calls.add(part.call.id);
      for (const input of longTexts(part.call.input)) this.#add(`the input of ${label}`, input);
    }
    this.#add(label, text);
  }

  #add(name: string, text: string): void {
    const time = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, time);
    if (!isLong(text)) return;
    const earlier = new EarlierText(time === 1 ? name : `${name} (call ${time})`, text);
    this.#texts.push(earlier);
    this.#byLabel.set(earlier.label, earlier);
  }
}

function hasEachNumberOnce(lines: readonly NumberedLine[]): boolean {
  const numbers = lines.map(({ number }) => number).filter((number) => number >= 0);
  return new Set(numbers).size === numbers.length;
}

/** The tool and its short arguments, on one line: `Read /src/a.ts`. */
function labelOf({ name, input }: ToolCall): string {
  const short = Object.values(asObject(input)).filter(
    (value): value is string => typeof value === 'string' && !value.includes('\n') && value !== '',
  );
  return [name, ...short.slice(0, 2)].join(' ').slice(0, MAX_LABEL_CHARS).replaceAll(/\s+/g, ' ').trim();
}

function longTexts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return isLong(value) ? [value] : [];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(longTexts);
  return Object.values(asObject(value)).flatMap((item) => longTexts(item ?? null));
}

function isLong(text: string): boolean {
  return text.split('\n', MIN_LINES).length === MIN_LINES;
}
