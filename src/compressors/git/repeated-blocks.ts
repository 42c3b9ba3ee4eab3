/**
 * Blocks of a hunk whose lines stand in the text already: the same lines with the same signs, or lines that were moved,
 * all removed there and all added here. Only blocks that are long enough to be worth a reference.
 */
import type { Deadline } from '../../core/deadline.ts';

export interface Repeat {
  /** The index of the first line of the block, and of the earlier one. */
  readonly at: number;
  readonly from: number;
  readonly lines: number;
  /** The sign that all lines have here, when they do not have it there. */
  readonly sign: string | undefined;
}

const WINDOW = 3;
/** That can be read in the lines that go, without indentation. */
const MIN_CHARS = 150;
const MIN_CHARS_OF_MANY = 80;
const MANY = 4;
/** Bounds the work on blocks that turn out too short. */
const MIN_WINDOW_CHARS = 12;
const PRIME = 0x01000193;
const MAX_CANDIDATES = 4;
const LINES_PER_CHECK = 1024;

/** @param isInHunk for each line, 1 where it stands in a hunk. */
export function findRepeats(lines: readonly string[], isInHunk: Uint8Array, deadline: Deadline): readonly Repeat[] {
  const text = readText(lines, isInHunk);
  const places = new Places(text);
  const repeats: Repeat[] = [];
  for (let at = 0; at < lines.length; ) {
    if (at % LINES_PER_CHECK < WINDOW) deadline.check();
    let best: Repeat | undefined;
    for (const from of places.of(at)) {
      const repeat = extend(text, at, from);
      if (repeat.lines > (best?.lines ?? 0)) best = repeat;
    }
    if (best && charsOf(text, best) >= MIN_CHARS_OF_MANY) {
      repeats.push(best);
      text.isTaken.fill(1, at, at + best.lines);
      at += best.lines;
    } else at++;
    places.addBefore(at);
  }
  return repeats.filter(isWorthIt(text, repeats));
}

/** A block that comes again and again may be shorter. */
function isWorthIt(text: Text, repeats: readonly Repeat[]): (repeat: Repeat) => boolean {
  const uses = new Map<number, number>();
  for (const { from } of repeats) uses.set(from, (uses.get(from) ?? 0) + 1);
  return (repeat) => uses.get(repeat.from)! >= MANY || charsOf(text, repeat) >= MIN_CHARS;
}

/** Where windows of lines stood before. */
class Places {
  readonly #text: Text;
  readonly #keys: Int32Array;
  readonly #seen = new Map<number, number[]>();
  #indexed = 0;

  constructor(text: Text) {
    this.#text = text;
    this.#keys = windowKeys(text);
  }

  of(at: number): readonly number[] {
    const key = this.#keys[at]!;
    return key === 0 ? [] : (this.#seen.get(key) ?? []);
  }

  /** The windows that end before this line. */
  addBefore(at: number): void {
    for (; this.#indexed + WINDOW <= at; this.#indexed++) {
      const key = this.#keys[this.#indexed]!;
      if (key === 0 || this.#text.isTaken[this.#indexed] === 1) continue;
      const places = this.#seen.get(key);
      if (!places) this.#seen.set(key, [this.#indexed]);
      else if (places.length < MAX_CANDIDATES) places.push(this.#indexed);
    }
  }
}

interface Text {
  readonly lines: readonly string[];
  /** Numbers for the lines without their signs; 0 for what stands in no hunk. */
  readonly ids: Uint32Array;
  /** What can be read of each line. */
  readonly chars: Uint32Array;
  /** A block may not be taken from lines that are a reference themselves. */
  readonly isTaken: Uint8Array;
}

function readText(lines: readonly string[], isInHunk: Uint8Array): Text {
  const ids = new Uint32Array(lines.length);
  const chars = new Uint32Array(lines.length);
  const known = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    if (isInHunk[i] === 0 || line.startsWith('\\')) continue;
    const content = line.slice(1);
    let id = known.get(content);
    if (id === undefined) known.set(content, (id = known.size + 1));
    ids[i] = id;
    chars[i] = content.trim().length;
  }
  return { lines, ids, chars, isTaken: new Uint8Array(lines.length) };
}

/** One number for each line and the two after it; 0 where they say too little to be looked for. */
function windowKeys({ ids, chars }: Text): Int32Array {
  const keys = new Int32Array(ids.length);
  for (let i = 0; i + WINDOW <= ids.length; i++) {
    const [a, b, c] = [ids[i]!, ids[i + 1]!, ids[i + 2]!];
    if (a === 0 || b === 0 || c === 0 || chars[i]! + chars[i + 1]! + chars[i + 2]! < MIN_WINDOW_CHARS) continue;
    keys[i] = Math.imul(Math.imul(Math.imul(a, PRIME) + b, PRIME) + c, PRIME) | 1;
  }
  return keys;
}

function extend({ lines, ids, isTaken }: Text, at: number, from: number): Repeat {
  const grow = (fits: (i: number) => boolean): number => {
    let length = 0;
    while (from + length < at && at + length < ids.length) {
      const [here, there] = [at + length, from + length];
      if (ids[here] === 0 || ids[here] !== ids[there] || isTaken[there] || !fits(length)) break;
      length++;
    }
    return length;
  };
  const same = grow((i) => lines[at + i]![0] === lines[from + i]![0]);
  const [sign, other] = [lines[at]![0], lines[from]![0]];
  const moved = sign === other ? 0 : grow((i) => lines[at + i]![0] === sign && lines[from + i]![0] === other);
  return moved > same ? { at, from, lines: moved, sign } : { at, from, lines: same, sign: undefined };
}

function charsOf({ chars: each }: Text, { at, lines: count }: Repeat): number {
  let chars = 0;
  for (let i = at; i < at + count && chars < MIN_CHARS; i++) chars += each[i]!;
  return chars;
}
