/**
 * Finds lines in a row that say the same but for some words (results of tests, downloads), one by one or in pairs and
 * threes, and what they share. Failures are never among them: they stand as they were printed.
 */
import type { Deadline } from '../../core/deadline.ts';
import { VALUE_BREAK, weigh } from './spell.ts';
import type { Piece, Template } from './template.ts';

export interface Alike {
  readonly start: number;
  /** Lines of one record. */
  readonly period: number;
  readonly template: Template;
  /** The values of each record, in order. */
  readonly rows: readonly (readonly string[])[];
  /** Single values without blanks: they may stand side by side. */
  readonly isNames: boolean;
}

const MIN_LINE = 4;
const MAX_LINE = 600;
const MAX_PERIOD = 3;
const MAX_SLOTS = 4;
const LINES_PER_CHECK = 256;
/** Tokens that the heading costs beside the template, and that a fold must save on top. */
const HEADING = 6;
const MIN_GAIN = 8;
const MIN_ROWS = 3;
/** Where so many rows are no shorter each, more rows share no more. */
const TRIED_ROWS = 8;
/** Of what the first two records share, the least that all must. */
const MIN_KEPT = 0.75;
const LETTERS = /[A-Za-z]/;
const FAILURE =
  /(?:^|[^A-Za-z])(?:FAILED|FAIL|FAILURE|ERRORS?|XPASS|FATAL|not ok|panicked|Traceback|[Ff]atal|[Ee]rror:|ERR!|WARN\w*|[Ww]arning:)(?![A-Za-z])|[A-Za-z](?:Error|Exception)\b|[✗✕×✖❌]|^E  |^>|^(?!=== RUN|--- PASS)[-=_*]{3}/;
const CODE_END = new Set('{};,([=');
const CODE_START = /^\s*(?:return|def|class|if|for|import|from|const|let|assert)\s/;

type Words = readonly string[];

export class AlikeFinder {
  readonly #lines: readonly string[];
  readonly #words: (Words | undefined | null)[];
  /** Of each line the number of words, once asked for. */
  readonly #counts: Int16Array;
  readonly #deadline: Deadline;
  #seen = 0;

  constructor(lines: readonly string[], deadline: Deadline) {
    this.#lines = lines;
    this.#words = Array<Words | undefined | null>(lines.length);
    this.#counts = new Int16Array(lines.length);
    this.#deadline = deadline;
  }

  /** The fold that begins with this line. */
  find(start: number): Alike | undefined {
    if (this.#seen++ % LINES_PER_CHECK === 0) this.#deadline.check();
    let best: Alike | undefined;
    let bestGain = MIN_GAIN;
    for (let period = 1; period <= MAX_PERIOD; period++) {
      const alike = this.#extend(start, period);
      if (!alike) continue;
      const gain = gainOf(alike);
      if (gain > bestGain) [best, bestGain] = [alike, gain];
      if (best) break;
    }
    return best;
  }

  /** None where no line is, or none that may fold. */
  #countAt(at: number): number {
    const line = this.#lines[at];
    if (line === undefined || line.length < MIN_LINE || line.length > MAX_LINE) return 0;
    return (this.#counts[at] ||= countWords(line));
  }

  /** Whether the lines of as many records as a fold has at least have as many words as their like: what most lines fail. */
  #mayRepeat(start: number, period: number): boolean {
    for (let at = start; at < start + period * (MIN_ROWS - 1); at++) {
      const count = this.#countAt(at);
      if (count === 0 || count !== this.#countAt(at + period)) return false;
    }
    return true;
  }

  #wordsAt(at: number): Words | undefined {
    const known = this.#words[at];
    if (known !== undefined) return known ?? undefined;
    const line = this.#lines[at];
    const words = line === undefined || !mayFold(line) ? null : splitWords(line);
    this.#words[at] = words;
    return words ?? undefined;
  }

  /** The words of one record; a line break of its own stands between its lines. */
  #record(start: number, period: number): Words {
    const words = this.#words[start]!;
    if (period === 1) return words;
    return [...words, '\n', ...this.#record(start + 1, period - 1)];
  }

  /** Whether the lines of two records may fold, and each has as many words as its like. */
  #isAlike(a: number, b: number, period: number): boolean {
    for (let i = 0; i < period; i++) {
      const words = this.#wordsAt(a + i);
      if (!words || this.#wordsAt(b + i)?.length !== words.length) return false;
    }
    return true;
  }

  #extend(start: number, period: number): Alike | undefined {
    if (!this.#mayRepeat(start, period) || !this.#isAlike(start, start + period, period)) return undefined;
    const first = this.#record(start, period);
    const second = this.#record(start + period, period);
    let shared: readonly boolean[] | undefined = sharedWords(first, second);
    if (!shared || !isWorth(first, shared)) return undefined;
    const least = weighShared(first, shared) * MIN_KEPT;
    const rows = [first, second];
    for (let at = start + 2 * period; ; at += period) {
      if (rows.length % LINES_PER_CHECK === 0) this.#deadline.check();
      if (rows.length === TRIED_ROWS && !savesByRow(buildAlike(start, period, rows, shared))) return undefined;
      if (!this.#isAlike(start, at, period)) break;
      const next = this.#record(at, period);
      const narrowed: readonly boolean[] | undefined = narrow(first, next, shared);
      if (!narrowed || (narrowed !== shared && weighShared(first, narrowed) < least)) break;
      shared = narrowed;
      rows.push(next);
    }
    return rows.length < MIN_ROWS ? undefined : buildAlike(start, period, rows, shared);
  }
}

function mayFold(line: string): boolean {
  if (line.length < MIN_LINE || line.length > MAX_LINE || CODE_END.has(line.trimEnd().slice(-1))) return false;
  return LETTERS.test(line) && !FAILURE.test(line) && !CODE_START.test(line);
}

/** What unittest prints after a test without a name of its own: the words before it are a sentence. */
const SENTENCE = /^(\S+ \S+ \S.*) (\.\.\. (?:ok|skipped))$/;
const SENTENCE_ENDS = ['... ok', '... skipped'];
const NAMED = /^\S+ \(\S+\)$/;
const [BLANK, OPEN, CLOSE, OPEN_SQUARE, CLOSE_SQUARE] = [32, 40, 41, 91, 93];

function sentenceOf(line: string): Words | undefined {
  const sentence = SENTENCE_ENDS.some((end) => line.endsWith(end)) ? SENTENCE.exec(line) : null;
  return sentence && !NAMED.test(sentence[1]!) ? [sentence[1]!, sentence[2]!] : undefined;
}

function countWords(line: string): number {
  if (sentenceOf(line)) return 2;
  let depth = 0;
  let blanks = 0;
  let blanksOutside = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === BLANK) {
      blanks++;
      if (depth === 0) blanksOutside++;
    } else if (code === OPEN || code === OPEN_SQUARE) depth++;
    else if ((code === CLOSE || code === CLOSE_SQUARE) && --depth < 0) return line.split(' ').length;
  }
  return 1 + (depth === 0 ? blanksOutside : blanks);
}

/** Words between blanks; a bracket, as `(line 6)` or `[ 41%]`, is one word. */
function splitWords(line: string): Words {
  const sentence = sentenceOf(line);
  if (sentence) return sentence;
  if (!line.includes('(') && !line.includes('[')) return line.split(' ');
  const words: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < line.length && depth >= 0; at++) {
    const code = line.charCodeAt(at);
    if (code === OPEN || code === OPEN_SQUARE) depth++;
    else if (code === CLOSE || code === CLOSE_SQUARE) depth--;
    else if (code === BLANK && depth === 0) {
      words.push(line.slice(start, at));
      start = at + 1;
    }
  }
  if (depth !== 0) return line.split(' ');
  words.push(line.slice(start));
  return words;
}

/** Whether each word of the one is that of the other; undefined when they differ too much. */
function sharedWords(a: Words, b: Words): readonly boolean[] | undefined {
  return checkSlots(a.map((word, i) => word === b[i]));
}

function narrow(first: Words, next: Words, shared: readonly boolean[]): readonly boolean[] | undefined {
  let isNarrower = false;
  for (let i = 0; i < first.length; i++) {
    if (shared[i]) isNarrower ||= first[i] !== next[i];
    else if (fileOf(first[i]!) !== fileOf(next[i]!)) return undefined;
  }
  return isNarrower ? checkSlots(shared.map((is, i) => is && first[i] === next[i])) : shared;
}

function checkSlots(shared: readonly boolean[]): readonly boolean[] | undefined {
  const slots = shared.filter((is, i) => !is && (i === 0 || shared[i - 1])).length;
  return slots <= MAX_SLOTS ? shared : undefined;
}

/** The file of a test's name, `tests/test_a.py` of `tests/test_a.py::test_b`: each file has a fold of its own. */
function fileOf(word: string): string {
  const end = word.indexOf('::');
  return end < 0 ? '' : word.slice(0, end);
}

function isWorth(first: Words, shared: readonly boolean[]): boolean {
  return first.some((word, i) => shared[i] && word !== '\n' && LETTERS.test(word));
}

function weighShared(words: Words, shared: readonly boolean[]): number {
  let weight = 0;
  for (let i = 0; i < words.length; i++) if (shared[i] && words[i] !== '') weight += weigh(words[i]!);
  return weight;
}

function buildAlike(start: number, period: number, records: readonly Words[], shared: readonly boolean[]): Alike {
  const { template, columns } = buildTemplate(records, shared);
  const rows = records.map((_, i) => columns.map((column) => column[i]!));
  const isNames = columns.length === 1 && columns[0]!.every((value) => value !== '' && !/\s/.test(value));
  return { start, period, template, rows, isNames };
}

export interface Built {
  readonly template: Template;
  /** For each value its column: what each record has there. */
  readonly columns: readonly (readonly string[])[];
}

/** What all records share, with places for the words that differ. */
export function buildTemplate(records: readonly Words[], shared: readonly boolean[]): Built {
  const first = records[0]!;
  const pieces: Piece[] = [];
  const columns: (readonly string[])[] = [];
  let text = '';
  for (let at = 0; at < first.length; ) {
    if (needsBlank(first, at)) text += ' ';
    if (shared[at]) {
      text += first[at++]!;
      continue;
    }
    let end = at;
    while (end < first.length && !shared[end]) end++;
    const { before, values, after } = hoist(
      records.map((words) => (end === at + 1 ? words[at]! : words.slice(at, end).join(' '))),
    );
    if (text + before !== '') pieces.push({ kind: 'text', text: text + before });
    const same = columns.findIndex((column) => column.every((value, i) => value === values[i]));
    pieces.push(same < 0 ? { kind: 'value' } : { kind: 'same', index: same });
    if (same < 0) columns.push(values);
    text = after;
    at = end;
  }
  if (text !== '') pieces.push({ kind: 'text', text });
  return { template: pieces, columns };
}

/** A blank stood between two words unless a line break does. */
function needsBlank(words: Words, at: number): boolean {
  return at > 0 && words[at] !== '\n' && words[at - 1] !== '\n';
}

/** What all values begin and end with, cut where a word ends: names stay whole. */
function hoist(values: readonly string[]): { before: string; values: readonly string[]; after: string } {
  let start = values[0]!;
  let end = start;
  let shortest = start.length;
  for (const value of values) {
    if (!value.startsWith(start)) start = start.slice(0, sameAtStart(start, value));
    if (!value.endsWith(end)) end = end.slice(end.length - sameAtEnd(end, value));
    if (value.length < shortest) shortest = value.length;
  }
  const before = snapBefore(start);
  const after = snapAfter(end.slice(Math.max(0, end.length - (shortest - before.length))));
  const isWhole = before === '' && after === '';
  const own = isWhole ? values : values.map((value) => value.slice(before.length, value.length - after.length));
  return { before, values: own, after };
}

function sameAtStart(a: string, b: string): number {
  let same = 0;
  while (same < a.length && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  return same;
}

function sameAtEnd(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) same++;
  return same;
}

function snapBefore(text: string): string {
  const name = text.indexOf('::');
  if (name >= 0) return text.slice(0, name + 2);
  return /^.*(?:[`"']_|[/([=:"'`<@]|[A-Za-z_]\.)/s.exec(text)?.[0] ?? '';
}

function snapAfter(text: string): string {
  return /[)\]>"'`,;:\r]+$/.exec(text)?.[0] ?? '';
}

interface Gain {
  /** Tokens that each row saves, roughly. */
  readonly byRow: number;
  /** Of the template. */
  readonly shared: number;
}

function gainByRow({ template, rows, isNames, period }: Alike): Gain {
  let shared = 0;
  let repeated = 0;
  for (const piece of template) {
    if (piece.kind === 'text') shared += weigh(piece.text.trim());
    else if (piece.kind === 'same') repeated += 2;
  }
  const values = rows[0]!.length;
  // Without values a count says it all.
  if (values === 0) return { byRow: shared + 1, shared: shared + 1 };
  const breaks = (values - 1) * weigh(VALUE_BREAK) - (isNames ? 1 : 0) - (period - 1);
  return { byRow: shared + repeated - breaks, shared };
}

function savesByRow(alike: Alike): boolean {
  return gainByRow(alike).byRow > 0;
}

/** Tokens that the fold saves, roughly. */
function gainOf(alike: Alike): number {
  const { byRow, shared } = gainByRow(alike);
  return byRow * alike.rows.length - shared - HEADING;
}
