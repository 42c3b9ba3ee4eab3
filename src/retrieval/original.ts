/** An original as a model asks for it: by lines, and where it is JSON by rows and places. Always in its own spelling. */
import { locate } from '../core/json/locate.ts';
import type { JsonPath, JsonValue } from '../core/json/value.ts';

export interface Rows {
  readonly texts: readonly string[];
  /** What they are called: `rows`, `rows of items`, `lines`. */
  readonly name: string;
}

export class Original {
  readonly text: string;
  #lines: readonly string[] | undefined;
  #value: { readonly value: JsonValue } | undefined | null = null;

  constructor(text: string) {
    this.text = text;
  }

  get lines(): readonly string[] {
    return (this.#lines ??= this.text.replace(/\n$/, '').split('\n'));
  }

  /** The rows of its longest list, or its lines where it has none. */
  get rows(): Rows {
    const path = longestList(this.#json?.value ?? null, []);
    if (!path) return { texts: this.lines, name: 'lines' };
    const list = at(this.#json!.value, path) as readonly JsonValue[];
    const places = locate(
      this.text,
      list.map((_, index) => ({ path: [...path, index], isRemoved: false })),
    );
    const name = path.length === 0 ? 'rows' : `rows of ${path.join('.')}`;
    return { texts: places.map(({ start, end }) => this.text.slice(start, end)), name };
  }

  /** The JSON text at a place; undefined when there is no such place. */
  at(path: string): string | undefined {
    if (!this.#json) return undefined;
    try {
      const [place] = locate(this.text, [{ path: this.#stepsOf(path), isRemoved: false }]);
      return place && this.text.slice(place.start, place.end);
    } catch {
      return undefined;
    }
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
      value = at(value ?? null, [step]);
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

function at(value: JsonValue, path: JsonPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (holder, step) =>
      holder !== null && typeof holder === 'object' ? (holder as Record<string | number, JsonValue>)[step] : undefined,
    value,
  );
}

const MIN_ROWS = 2;
const MAX_DEPTH = 3;

function longestList(value: JsonValue, path: JsonPath): JsonPath | undefined {
  if (Array.isArray(value)) return value.length >= MIN_ROWS ? path : undefined;
  if (value === null || typeof value !== 'object' || path.length >= MAX_DEPTH) return undefined;
  const lists = Object.entries(value).flatMap(([key, inner]) => {
    const found = longestList(inner ?? null, [...path, key]);
    return found
      ? [{ found, size: (at(inner ?? null, found.slice(path.length + 1)) as readonly JsonValue[]).length }]
      : [];
  });
  return lists.sort((a, b) => b.size - a.size)[0]?.found;
}
