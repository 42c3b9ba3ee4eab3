/** An original as a model asks for it: by lines, and where it is JSON by rows and places. In its own spelling, texts in JSON read. */
import { mayBeBase64, readBase64 } from '../core/base64.ts';
import { locate } from '../core/json/locate.ts';
import type { JsonPath, JsonValue } from '../core/json/value.ts';

export interface Rows {
  readonly texts: readonly string[];
  /** What they are called: `rows`, `rows of items`, `lines`. */
  readonly name: string;
}

/** Of a text that the JSON carries. */
interface CarriedLines extends Rows {
  readonly path: JsonPath;
}

export class Original {
  readonly text: string;
  #ownLines: Rows | undefined;
  #lines: CarriedLines | undefined | null = null;
  #value: { readonly value: JsonValue } | undefined | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** Those that it is written in. */
  get ownLines(): Rows {
    return (this.#ownLines ??= { texts: linesOf(this.text), name: 'lines' });
  }

  /** Those of the longest text in it, where that has more lines than the JSON around it. */
  get lines(): Rows {
    return this.#carriedLines ?? this.ownLines;
  }

  /** The JSON around the text whose lines these are; undefined where they are its own. */
  get around(): string | undefined {
    if (!this.#carriedLines) return undefined;
    const [place] = locate(this.text, [{ path: this.#carriedLines.path, isRemoved: false }]);
    return `${this.text.slice(0, place!.start)}"(the lines below)"${this.text.slice(place!.end)}`;
  }

  get #carriedLines(): CarriedLines | undefined {
    if (this.#lines === null) this.#lines = this.#findLines();
    return this.#lines;
  }

  #findLines(): CarriedLines | undefined {
    const own = this.ownLines.texts.length;
    const path = mayCarry(this.text, own) ? longest(this.#json?.value ?? null, linesIn) : undefined;
    if (!path || path.length === 0) return undefined;
    const texts = linesOf(read(atPath(this.#json!.value, path) as string));
    return texts.length > own ? { texts, name: `lines of ${path.join('.')}`, path } : undefined;
  }

  /** The rows of its longest list, or those of the JSON that stands as text in it, or its lines where there are none. */
  get rows(): Rows {
    const path = longest(this.#json?.value ?? null, rowsIn);
    if (!path) return this.#carried?.rows ?? this.lines;
    const list = atPath(this.#json!.value, path) as readonly JsonValue[];
    const places = locate(
      this.text,
      list.map((_, index) => ({ path: [...path, index], isRemoved: false })),
    );
    const name = path.length === 0 ? 'rows' : `rows of ${path.join('.')}`;
    return { texts: places.map(({ start, end }) => this.text.slice(start, end)), name };
  }

  /** The JSON at a place, a text of several lines as it reads; undefined when there is no such place. */
  at(path: string): string | undefined {
    if (!this.#json) return undefined;
    const steps = this.#stepsOf(path);
    const value = atPath(this.#json.value, steps);
    if (typeof value === 'string' && read(value).includes('\n')) return read(value);
    try {
      const [place] = locate(this.text, [{ path: steps, isRemoved: false }]);
      return place && this.text.slice(place.start, place.end);
    } catch {
      return this.#carried?.at(path);
    }
  }

  /** The JSON that stands as text in this JSON. */
  get #carried(): Original | undefined {
    const path = longest(this.#json?.value ?? null, charsIn);
    const text = path && path.length > 0 ? atPath(this.#json!.value, path) : undefined;
    if (typeof text !== 'string' || text.length < this.text.length / 2) return undefined;
    const carried = new Original(text);
    return carried.isJson ? carried : undefined;
  }

  get isJson(): boolean {
    return this.#json !== undefined;
  }

  get #json(): { readonly value: JsonValue } | undefined {
    if (this.#value === null) this.#value = parse(this.text);
    return this.#value;
  }

  /** `$.items[3].name`, `items.3.name`: a number is an index where there is a list. */
  #stepsOf(path: string): JsonPath {
    const words = path.match(/[^.[\]"']+/g) ?? [];
    const steps: (string | number)[] = [];
    let value: JsonValue | undefined = this.#json!.value;
    for (const word of words[0] === '$' ? words.slice(1) : words) {
      const step = Array.isArray(value) ? Number(word) : word;
      steps.push(step);
      value = at(value ?? null, step);
    }
    return steps;
  }
}

function parse(text: string): { readonly value: JsonValue } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch {
    return undefined;
  }
}

function atPath(value: JsonValue, path: JsonPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((holder, step) => at(holder ?? null, step), value);
}

const LINE_END = String.raw`\n`;
const LONG_BASE64 = /"[A-Za-z0-9+/]{300}/;

/** Cheap: whether a text in this JSON may have more lines than the JSON. */
function mayCarry(json: string, lines: number): boolean {
  let ends = 0;
  for (let at = json.indexOf(LINE_END); at >= 0 && ends < lines; at = json.indexOf(LINE_END, at + 2)) ends++;
  return ends >= lines || LONG_BASE64.test(json);
}

/** What a value says that stands as base64. */
function read(value: string): string {
  return (mayBeBase64(value) ? readBase64(value)?.text : undefined) ?? value;
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n');
}

const MIN_ROWS = 2;
const MAX_DEPTH = 4;

function rowsIn(value: JsonValue): number {
  return Array.isArray(value) && value.length >= MIN_ROWS ? value.length : 0;
}

function linesIn(value: JsonValue): number {
  const text = typeof value === 'string' ? read(value) : '';
  return text.includes('\n') ? linesOf(text).length : 0;
}

function charsIn(value: JsonValue): number {
  return typeof value === 'string' ? value.length : 0;
}

/** Where the longest of its values stands, the first of equals. @param sizeOf a value; 0: what is in it may count. */
function longest(value: JsonValue, sizeOf: (value: JsonValue) => number): JsonPath | undefined {
  let best: { readonly path: JsonPath; readonly size: number } | undefined;
  const path: (string | number)[] = [];
  const visit = (one: JsonValue): void => {
    const size = sizeOf(one);
    if (size > (best?.size ?? 0)) best = { path: [...path], size };
    if (size > 0 || one === null || typeof one !== 'object' || path.length >= MAX_DEPTH) return;
    for (const step of Array.isArray(one) ? one.keys() : Object.keys(one)) {
      path.push(step);
      visit(at(one, step) ?? null);
      path.pop();
    }
  };
  visit(value);
  return best?.path;
}

function at(holder: JsonValue, step: string | number): JsonValue | undefined {
  return holder !== null && typeof holder === 'object'
    ? (holder as Record<string | number, JsonValue>)[step]
    : undefined;
}
