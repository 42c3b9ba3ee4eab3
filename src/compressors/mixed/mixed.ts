/**
 * Texts that hold several kinds, as the output of several commands does: each part is given to the kind that claims it,
 * and stands under a line that says which lines are whose. Lossless when all of its parts are.
 */
import { type Claimant, claimants } from '../../core/claimants.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { keepLast } from '../../core/keep-last.ts';
import { Sample } from '../../core/sample.ts';
import { expandParts, MAX_PARTS, type Part, writeParts } from './form.ts';
import { charsOf, documents, type Range, runs, sections, wrapping } from './regions.ts';

const START = '[headroom: parts by lines: ';
/** Whoever knows the whole text goes first, unless its beginning and its end are of two kinds. */
const CLAIM = 0.5;
const CLAIM_OF_TWO = 0.99;
const MIN_CHARS = 500;
const MIN_PART_CHARS = 400;
/** How often the kinds are asked: enough for every part that counts. */
const MAX_ASKED = 48;
/** A form that leaves more of its text may be that of one part only. */
const GOOD_SHARE = 0.7;
/** What a form must save beside its head, so that reading parts is worth it. */
const MIN_SAVED_CHARS = 60;
const MIN_SAVED_SHARE = 0.04;

/** Each way of cutting is tried on what the one before has left whole. */
const SPLITS = [documents, wrapping, runs, sections];

interface Said extends Part {
  readonly loss: Compressed['loss'];
  readonly isExact: boolean;
}

/** Who claims a range, the first of them apart: often nobody else is asked. */
interface Claimants {
  readonly first: Compressor | undefined;
  readonly others: Iterator<Claimant<Compressor>, undefined>;
}

/** What was found out about a range. */
interface Known {
  claimants?: Claimants;
  /** Null when none of them says it shorter. */
  said?: Said | null;
}

interface Kinds {
  readonly all: readonly Compressor[];
  /** Code within another text is some file's, and nobody knows whether it is edited: it is told there, and stays. */
  readonly saying: readonly Compressor[];
}

/** Finds the parts of one text. */
class Splitter {
  readonly #text: string;
  readonly #lines: readonly string[];
  /** Where each line begins; behind the last one, where one more would. */
  readonly #starts: Uint32Array;
  readonly #kinds: Kinds;
  readonly #options: CompressOptions;
  /** What was found out about ranges by their place: one is often asked before it is said, and cut out more than once. */
  readonly #known = new Map<number, Known>();
  #asked = 0;

  constructor(text: string, kinds: Kinds, options: CompressOptions) {
    this.#text = text;
    this.#lines = text.split('\n');
    this.#starts = startsOf(this.#lines);
    this.#kinds = kinds;
    this.#options = options;
  }

  parts(): readonly Said[] {
    return this.#divide({ start: 0, end: this.#lines.length }, 0);
  }

  #divide(range: Range, from: number): readonly Said[] {
    for (let next = from; next < SPLITS.length; next++) {
      const ranges = SPLITS[next]!(this.#lines, range, this.#options.deadline);
      if (ranges.length > 1) return joined(this.#merge(ranges).flatMap((one) => this.#say(one, next + 1)));
    }
    return [asIs(this.#textOf(range))];
  }

  #say(range: Range, next: number): readonly Said[] {
    const text = this.#textOf(range);
    const said = this.#shorten(range, text);
    const isWhole = text.length < 2 * MIN_PART_CHARS || (said && said.text.length < text.length * GOOD_SHARE);
    if (isWhole) return [said ?? asIs(text)];
    const divided = this.#divide(range, next);
    return said && said.text.length <= charsIn(divided) ? [said] : divided;
  }

  /** Neighbours of one kind are one part. */
  #merge(ranges: readonly Range[]): readonly Range[] {
    const merged: Range[] = [];
    let kind: Compressor | undefined;
    const largest = this.#largest(ranges);
    for (const [at, range] of ranges.entries()) {
      const known = largest.has(range) ? this.#ask(range) : undefined;
      const hasNeighbour = largest.has(ranges[at - 1]) || largest.has(ranges[at + 1]);
      const own = known && hasNeighbour ? this.#claimantsOf(known, range).first : undefined;
      const last = merged.at(-1);
      if (last && own && own === kind) merged[merged.length - 1] = { start: last.start, end: range.end };
      else merged.push(range);
      kind = own;
    }
    return merged;
  }

  #largest(ranges: readonly Range[]): ReadonlySet<Range | undefined> {
    const worth = ranges
      .map((range) => ({ range, chars: this.#charsOf(range) }))
      .filter(({ chars }) => chars >= MIN_PART_CHARS);
    return new Set(
      worth
        .sort((a, b) => b.chars - a.chars)
        .slice(0, Math.max(0, MAX_ASKED - this.#asked))
        .map(({ range }) => range),
    );
  }

  #ask(range: Range): Known {
    this.#asked++;
    this.#options.deadline.check();
    const place = range.start * this.#starts.length + range.end;
    let known = this.#known.get(place);
    if (!known) this.#known.set(place, (known = {}));
    return known;
  }

  /** All of them, those too who say nothing: whether neighbours are of one kind is told by them. */
  #claimantsOf(known: Known, range: Range): Claimants {
    return (known.claimants ??= firstOf(claimants(this.#kinds.all, new Sample(this.#textOf(range)))));
  }

  #shorten(range: Range, text: string): Said | undefined {
    if (text.length < MIN_PART_CHARS || this.#asked >= 2 * MAX_ASKED) return undefined;
    const known = this.#ask(range);
    if (known.said === undefined) {
      const own = known.claimants ?? firstOf(claimants(this.#kinds.saying, new Sample(text)));
      known.said = this.#sayBy(own, text) ?? null;
    }
    return known.said ?? undefined;
  }

  #sayBy({ first, others }: Claimants, text: string): Said | undefined {
    for (let kind = first; kind; kind = others.next().value?.kind) {
      const form = this.#kinds.saying.includes(kind) ? kind.compress(text, this.#options) : undefined;
      if (!form) continue;
      const expanded = form.loss === 'none' ? kind.expand(form.text) : text;
      if (expanded === undefined || !kind.same(text, expanded)) continue;
      return { kind: kind.name, text: form.text, loss: form.loss, isExact: expanded === text };
    }
    return undefined;
  }

  #charsOf({ start, end }: Range): number {
    return Math.max(0, this.#starts[end]! - this.#starts[start]! - 1);
  }

  #textOf(range: Range): string {
    const start = this.#starts[range.start]!;
    return this.#text.slice(start, start + this.#charsOf(range));
  }
}

function firstOf(others: Claimants['others']): Claimants {
  return { first: others.next().value?.kind, others };
}

function startsOf(lines: readonly string[]): Uint32Array {
  const starts = new Uint32Array(lines.length + 1);
  for (let at = 0; at < lines.length; at++) starts[at + 1] = starts[at]! + lines[at]!.length + 1;
  return starts;
}

function asIs(text: string): Said {
  return { kind: undefined, text, loss: 'none', isExact: true };
}

function charsIn(parts: readonly Said[]): number {
  return parts.reduce((sum, { text }) => sum + text.length + 1, 0);
}

/** Parts that stay as they are in a row are one. */
function joined(parts: readonly Said[]): readonly Said[] {
  const all: Said[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last && last.kind === undefined && part.kind === undefined)
      all[all.length - 1] = asIs(`${last.text}\n${part.text}`);
    else all.push(part);
  }
  return all;
}

function expandWith(kinds: readonly Compressor[], text: string): string | undefined {
  return expandParts(START, text, kinds)?.join('\n');
}

/** Shorter texts have no end of their own to look at. */
const MIN_TWO_CHARS = 4000;
const END_CHARS = 2000;
const MIN_SURE = 0.6;

/**
 * Whether the text begins as one kind for sure and ends as another, neither of which the other end may be too, or is a
 * document beside other text.
 */
function isOfTwo(text: string, kinds: readonly Compressor[]): boolean {
  if (text.length < MIN_TWO_CHARS || isJsonAlone(text)) return false;
  if (HAS_DOCUMENT.test(text) && documentsShare(text) > MIN_SHARE_OF_TWO) return true;
  const end = endOf(text, text.length - END_CHARS);
  if (!end) return false;
  const last = surest(kinds, end);
  if (!last) return false;
  const beginning = new Sample(text.slice(0, END_CHARS));
  if (last.claim(beginning) > MIN_SURE) return false;
  const others = kinds.filter((kind) => kind !== last);
  const first = surest(others, beginning);
  return first !== undefined && first.claim(end) <= MIN_SURE;
}

/** One document of JSON in many lines, all but the first and the last of them indented. */
function isJsonAlone(text: string): boolean {
  if (!OPENS_JSON.test(text)) return false;
  let at = text.indexOf('\n') + 1;
  while (at > 0 && (text[at] === ' ' || text[at] === '\t')) at = text.indexOf('\n', at) + 1;
  return (
    at > 0 &&
    (text[at] === '}' || text[at] === ']') &&
    text.length - at <= MAX_CLOSING &&
    text.slice(at + 1).trim() === ''
  );
}

const OPENS_JSON = /^[{[]\r?\n/;
/** The last line, with the line ends after it. */
const MAX_CLOSING = 16;

const HAS_DOCUMENT = /\n(?:[{[]["{[\s]|diff --git |@@ -\d|--- \S)/;
const MIN_SHARE_OF_TWO = 0.15;

/** Of the text that documents take, or of the rest, if that is less. */
function documentsShare(text: string): number {
  const lines = text.split('\n');
  const ranges = documents(lines, { start: 0, end: lines.length }, NO_DEADLINE);
  if (ranges.length < 2) return 0;
  const share =
    charsOf(
      lines,
      ranges.filter(({ isDocument }) => isDocument),
    ) / text.length;
  return Math.min(share, 1 - share);
}

/** The lines that begin after `from`; undefined when they are no lines. */
function endOf(text: string, from: number): Sample | undefined {
  const start = text.indexOf('\n', from) + 1;
  return start === 0 || start > from + END_CHARS / 2 ? undefined : new Sample(text.slice(start));
}

/** The kind whose claim is the highest, when it is sure. */
function surest(kinds: readonly Compressor[], sample: Sample): Compressor | undefined {
  const first = claimants(kinds, sample, MIN_SURE).next().value;
  return first && first.claim > MIN_SURE ? first.kind : undefined;
}

/** Whether one kind says the whole text in no more tokens: the surest are asked first, for the sake of time. */
function oneIsShorter(text: string, tokens: number, kinds: readonly Compressor[], options: CompressOptions): boolean {
  for (const { kind } of claimants(kinds, new Sample(text))) {
    const other = kind.compress(text, options);
    if (other !== undefined && options.tokens.count(other.text) <= tokens) return true;
  }
  return false;
}

interface Counted extends Compressed {
  readonly tokens: number;
}

/** Undefined when the parts save too little to be read as parts. */
function writeShorter(text: string, parts: readonly Said[], options: CompressOptions): Counted | undefined {
  if (parts.every(({ kind }) => kind === undefined)) return undefined;
  const form = writeParts(START, parts);
  const saved = text.length - form.length;
  if (saved < MIN_SAVED_CHARS || saved < text.length * MIN_SAVED_SHARE) return undefined;
  const tokens = options.tokens.count(form);
  if (tokens >= options.tokens.count(text)) return undefined;
  return { text: form, tokens, loss: parts.some(({ loss }) => loss !== 'none') ? 'recoverable' : 'none' };
}

/** @param kinds what parts may be, in the order in which they win ties. */
export function mixed(kinds: readonly Compressor[]): Compressor {
  const saying = kinds.filter(({ viewsFiles }) => viewsFiles !== 'settled-code');
  const same = (source: string, expanded: string): boolean =>
    source === expanded || kinds.some((kind) => kind.same(source, expanded));
  const isTwo = keepLast((text) => isOfTwo(text, kinds), Infinity);
  return {
    name: 'mixed',
    highestClaim: CLAIM_OF_TWO,
    claim({ text }: Sample): number {
      if (text.length < MIN_CHARS || !text.includes('\n')) return 0;
      return isTwo(text) ? CLAIM_OF_TWO : CLAIM;
    },
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      if (text.length < MIN_CHARS) return undefined;
      const parts = new Splitter(text, { all: kinds, saying }, options).parts();
      const said = parts.length <= MAX_PARTS ? writeShorter(text, parts, options) : undefined;
      if (!said) return undefined;
      const { tokens, ...form } = said;
      // Kinds that ignore white space must do so in the whole text too.
      const isSure = form.loss !== 'none' || parts.every(({ isExact }) => isExact);
      if (!isSure && !same(text, expandWith(kinds, form.text) ?? '')) return undefined;
      return isTwo(text) && oneIsShorter(text, tokens, saying, options) ? undefined : form;
    },
    expand: (text: string) => expandWith(kinds, text),
    same,
  };
}
