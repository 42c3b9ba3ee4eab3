/**
 * What stands before a result in its conversation, line by line, under names that a reader of the conversation can find:
 * earlier results as they were sent, and the long texts that the model itself passed to tools.
 */
import type { Conversation, Part, ToolCall } from '../core/conversation.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';

import { hasHandle } from '../core/marker.ts';
import { EarlierNames, nameOf, type TextName, wholeName } from './earlier-names.ts';

/** Shorter texts hold no run of lines worth a reference. */
const MIN_LINES = 4;
/** Lines shorter than this stand everywhere; they may be inside a run but none is looked for by them. */
const MIN_ANCHOR_CHARS = 12;
/** Places remembered for each line, the latest ones. */
const MAX_PLACES = 8;

/** A line number as read tools print it; other kinds of gutter could be part of the text. */
const GUTTER = /^( *)(\d{1,7})([\t→])/;

const STANDS_FOR_LINES = /^\[lines \d+-(\d+): same as /;

const WHOLE = /^\[\d+ lines?: same as all of (.+), above\]$/;

/** Of a text that only says which other one it is: what that is called. */
export function wholeMeant(text: string): string | undefined {
  return WHOLE.exec(text)?.[1];
}

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
    if (line.startsWith('[lines ')) {
      // A note that stands for lines is none of them; after any other the next line says its own number.
      number = Number(STANDS_FOR_LINES.exec(line)?.[1] ?? -1);
      return { content: line, number: -1, gutter: '' };
    }
    number = number < 0 ? -1 : number + 1;
    return { content: line, number, gutter: '' };
  });
  return { lines, isNumbered: printed * 20 > lines.length };
}

function startsLikeGutter(line: string): boolean {
  const code = line.charCodeAt(0);
  return code === 0x20 || (code >= 0x30 && code <= 0x39);
}

/** One text, and the call that it belongs to. Read when first asked for. */
export class EarlierText {
  readonly name: TextName;
  /** Which of the texts of this name it is, from 1. */
  readonly time: number;
  /** What it was before it was said shorter without loss; the text itself where it was not. */
  readonly source: string;
  readonly #text: string;
  #lines: readonly NumberedLine[] | undefined;
  #isUnambiguous = true;

  constructor(name: TextName, time: number, text: string, source: string) {
    this.name = name;
    this.time = time;
    this.source = source;
    this.#text = text;
  }

  /** Whether runs of lines can stand in it. */
  get isLong(): boolean {
    return isLong(this.#text);
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

/** Where a line stands: in which text, and the how-manieth of its lines it is, from 0. */
export interface Place {
  readonly earlier: EarlierText;
  readonly at: number;
}

function countedFromOne({ gutter, content }: NumberedLine, at: number): NumberedLine {
  return { content: gutter + content, number: at + 1, gutter: '' };
}

/** Grows as the conversation is read: only what stands before a part may be referred to. */
export class EarlierTexts {
  readonly #texts: EarlierText[] = [];
  readonly #byLabel = new Map<string, EarlierText>();
  readonly #times = new Map<string, number>();
  readonly #names = new EarlierNames();
  readonly #calls = new Set<ToolCall>();
  /** By the length of their sources. */
  readonly #bySize = new Map<number, EarlierText[]>();
  /** For each line that is long enough: its places in each text, the latest text last. */
  readonly #places = new Map<string, Place[][]>();
  #indexed = 0;
  readonly #showsInputs: boolean;
  readonly #asked: readonly string[] | undefined;
  #wanted: ReadonlySet<string> | undefined;

  /** @param asked texts, of which each line may be asked for: no other is remembered. Undefined: any may be. */
  constructor({ showsInputs }: Pick<Conversation, 'showsInputs'>, asked?: readonly string[]) {
    this.#showsInputs = showsInputs;
    this.#asked = asked;
  }

  get all(): readonly EarlierText[] {
    return this.#texts;
  }

  /** The first text that was the very same, whatever form it stands in. */
  sameAs(source: string): EarlierText | undefined {
    return this.#bySize.get(source.length)?.find((earlier) => earlier.source === source);
  }

  /** Where a line of these words stands, the latest texts first; nowhere when it is too short to look for. */
  placesOf(content: string): readonly Place[] {
    while (this.#indexed < this.#texts.length) this.#index(this.#texts[this.#indexed++]!);
    return this.#places.get(content)?.toReversed().flat().slice(0, MAX_PLACES) ?? [];
  }

  #index(earlier: EarlierText): void {
    if (!earlier.isLong || !earlier.isUnambiguous) return;
    const wanted = (this.#wanted ??= this.#asked && anchorsIn(this.#asked));
    for (const [at, { content, number }] of earlier.lines.entries()) {
      if (number < 0 || (wanted ? !wanted.has(content) : !isAnchor(content))) continue;
      const known = this.#places.get(content);
      const last = known?.at(-1);
      if (!known) this.#places.set(content, [[{ earlier, at }]]);
      else if (last![0]!.earlier !== earlier) known.push([{ earlier, at }]);
      else if (last!.length < MAX_PLACES) last!.push({ earlier, at });
    }
  }

  /** What to call this text: as short as no other name that stood here so far can be meant. */
  labelOf({ name, time }: EarlierText): string {
    const label = this.#names.shortest(name);
    return time === 1 ? label : `${label} (call ${time})`;
  }

  find(label: string): EarlierText | undefined {
    if (this.#byLabel.size === 0) for (const text of this.#texts) this.#byLabel.set(this.labelOf(text), text);
    return this.#byLabel.get(label);
  }

  /** What the call of this result says stands before the result itself. */
  addCall({ call }: Part): void {
    if (!call || !this.#showsInputs || this.#calls.has(call)) return;
    this.#calls.add(call);
    const inputs = longTexts(call.input);
    const { tool, path, rest } = nameOf(call);
    for (const input of inputs) this.#add({ tool: `the input of ${tool}`, path, rest }, input);
  }

  /** @param text the result as it goes out. @param source the same as it came. */
  addResult(part: Part, text: string, source: string): void {
    if (!part.call) return;
    this.addCall(part);
    this.#add(nameOf(part.call), text, source);
  }

  #add(name: TextName, text: string, source: string = text): void {
    const whole = wholeName(name);
    const time = (this.#times.get(whole) ?? 0) + 1;
    this.#times.set(whole, time);
    this.#names.add(name);
    this.#byLabel.clear();
    const isShortened = text !== source && !hasHandle(text) && wholeMeant(text) === undefined;
    const earlier = new EarlierText(name, time, text, isShortened ? source : text);
    this.#texts.push(earlier);
    const known = this.#bySize.get(earlier.source.length);
    if (known) known.push(earlier);
    else this.#bySize.set(earlier.source.length, [earlier]);
  }
}

function isAnchor(content: string): boolean {
  return content.length >= MIN_ANCHOR_CHARS && content.trim().length >= MIN_ANCHOR_CHARS;
}

/** Of lines that begin like a gutter, with it and without. */
function anchorsIn(texts: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const text of texts) {
    for (const { content, gutter } of readLines(text).lines) {
      for (const line of gutter === '' ? [content] : [content, gutter + content]) if (isAnchor(line)) anchors.add(line);
    }
  }
  return anchors;
}

function hasEachNumberOnce(lines: readonly NumberedLine[]): boolean {
  const numbers = lines.map(({ number }) => number).filter((number) => number >= 0);
  return new Set(numbers).size === numbers.length;
}

function longTexts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return isLong(value) ? [value] : [];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(longTexts);
  return Object.values(asObject(value)).flatMap((item) => longTexts(item ?? null));
}

function isLong(text: string): boolean {
  return text.split('\n', MIN_LINES).length === MIN_LINES;
}
