/**
 * JSON as a tree that keeps what JavaScript objects lose: the order of all keys (also numeric ones), `__proto__`,
 * and the spelling of numbers. Objects with the same keys in the same order share one Shape.
 */

/** A number that JavaScript would print differently: 1.0, 1e5, -0, 20 digits. */
export class Spelled {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A list of keys as a path through a tree of keys, so that equal lists are the same Shape. */
export class Shape {
  readonly parent: Shape | undefined;
  readonly key: string;
  readonly size: number;
  /** The key that came next the last time, as it stands in the text: the parser's guess. */
  guess = '';
  guessed: Shape | undefined;
  /** The one that grew first: most have no other. */
  #next: Shape | undefined;
  #others: Map<string, Shape> | undefined;
  #keys: readonly string[] | undefined;
  #heads: readonly string[] | undefined;

  constructor(parent?: Shape, key = '') {
    this.parent = parent;
    this.key = key;
    this.size = parent ? parent.size + 1 : 0;
  }

  get keys(): readonly string[] {
    if (this.#keys) return this.#keys;
    const keys: string[] = this.parent ? [this.key] : [];
    for (let shape = this.parent; shape?.parent; shape = shape.parent) keys.push(shape.key);
    return (this.#keys = keys.reverse());
  }

  /** What stands before each value in minified JSON: `"id":`, then `,"name":`. */
  get heads(): readonly string[] {
    return (this.#heads ??= this.keys.map((key, at) => `${at === 0 ? '' : ','}${quote(key)}:`));
  }

  known(key: string): Shape | undefined {
    return this.#next?.key === key ? this.#next : this.#others?.get(key);
  }

  with(key: string): Shape {
    return this.known(key) ?? this.grow(key);
  }

  grow(key: string): Shape {
    const shape = new Shape(this, key);
    if (this.#next) (this.#others ??= new Map()).set(key, shape);
    else this.#next = shape;
    return shape;
  }
}

export class JsonRecord {
  readonly shape: Shape;
  readonly values: readonly Json[];
  #printed: string | undefined;

  constructor(shape: Shape, values: readonly Json[]) {
    this.shape = shape;
    this.values = values;
  }

  /** Minified, made once: as a value of a column, as a row and in what stands around it the same text is asked for. */
  get printed(): string {
    return (this.#printed ??= printRecord(this));
  }
}

export type Json = string | number | boolean | null | Spelled | JsonRecord | readonly Json[];

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function isContainer(value: unknown): value is JsonRecord | readonly Json[] {
  return value instanceof JsonRecord || Array.isArray(value);
}

const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

export function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** How a container prints where it is not to be printed plainly; undefined for the plain way. */
export type Override = (value: JsonRecord | readonly Json[] | string) => string | undefined;

/** Minified JSON. */
export function print(value: Json, override?: Override): string {
  if (typeof value === 'string') return override?.(value) ?? quote(value);
  if (typeof value === 'number') return String(value);
  if (value instanceof Spelled) return value.text;
  if (!isContainer(value)) return String(value);
  const special = override?.(value);
  if (special !== undefined) return special;
  if (value instanceof JsonRecord) return override ? printRecord(value, override) : value.printed;
  let text = '';
  for (let at = 0; at < value.length; at++) text += (at === 0 ? '' : ',') + print(value[at]!, override);
  return `[${text}]`;
}

function printRecord({ shape: { heads }, values }: JsonRecord, override?: Override): string {
  let text = '';
  for (let at = 0; at < heads.length; at++) text += heads[at]! + print(values[at]!, override);
  return `{${text}}`;
}

/** A pair of a key and a value as it stands in an object. */
export function printEntry(pair: Json): string {
  const [key, value] = pair as readonly [string, Json];
  return `${quote(key)}:${print(value)}`;
}
