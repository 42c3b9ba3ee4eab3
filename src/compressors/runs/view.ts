/**
 * The view of a run: every failure, error and summary in full, what passed and what was progress counted for each file,
 * the rest as far as the budget reaches. What is left out is counted where it stood.
 */
import type { Level } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { groupReports } from './reports.ts';
import { CONTEXT, KEY, LEAD, NOISE } from './sheet.ts';
import type { Sheet } from './sheet.ts';
import { countLines } from './spell.ts';
import { understand } from './understand.ts';

/** Share of the source that a view may take beyond its failures. */
const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.075, aggressive: 0.04 };
const MAX_BUDGET = 1450;
const MIN_BUDGET: Readonly<Record<Level, number>> = { lossless: 0, balanced: 600, aggressive: 350 };
const MAX_KEY_LINE = 1000;
const MAX_LINE = 240;
const MIN_SAID_TWICE = 40;
/** So many characters are nowhere the same by chance. */
const PART = 120;
/** Errors are wrapped soon, if they are. */
const MAX_PARTS = 32;
const CHARS_PER_TOKEN = 6;
/** Lines said twice are shown once: the estimate may be that much too high. */
const MAX_TWICE = 2;
const LINES_PER_CHECK = 512;

export interface ViewOptions {
  readonly level: Level;
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
  readonly sourceTokens: number;
}

export function writeView(text: string, { level, tokens, deadline, sourceTokens }: ViewOptions): string {
  const sheet = understand(text, deadline);
  const counts = countResults(sheet);
  const budget = Math.max(MIN_BUDGET[level], Math.min(SHARE[level] * sourceTokens, MAX_BUDGET));
  for (let rank = firstRank(sheet, budget); rank > KEY; rank--) {
    deadline.check();
    const view = new ViewWriter(sheet, counts, rank).write(deadline);
    if (view.length / CHARS_PER_TOKEN <= budget && tokens.count(view) <= budget) return view;
  }
  return new ViewWriter(sheet, counts, KEY).write(deadline);
}

/** The highest rank whose lines may fit into the budget. */
function firstRank(sheet: Sheet, budget: number): number {
  const chars = Array.from({ length: NOISE + 1 }, () => 0);
  for (const [at, { length }] of sheet.lines.entries()) chars[sheet.rankOf(at)]! += Math.min(length, MAX_LINE);
  let sum = 0;
  let rank = KEY;
  while (rank <= CONTEXT && (sum += chars[rank]!) / CHARS_PER_TOKEN <= budget * MAX_TWICE) rank++;
  return Math.max(KEY, rank - 1);
}

const EPOCH_SAID = 'test session starts';
const EPOCH = /^\s+Running |^running \d+ tests?|^\s+Doc-tests |^Testing started|^>>>>> /;
const DOTS = /^([.FEsSxXpPuRT*]{6,}) *(?:\[ *\d+%\])?$/;
const RULE_ONLY = /^[\s\W_]*$/;

class ViewWriter {
  readonly #sheet: Sheet;
  readonly #rank: number;
  readonly #out: string[] = [];
  readonly #seen = new Set<string>();
  /** Of the last long lines, what is said of them at any length. */
  readonly #parts: string[] = [];
  readonly #counts: ReadonlyMap<number, string>;
  #hidden = 0;

  constructor(sheet: Sheet, counts: ReadonlyMap<number, string>, rank: number) {
    this.#sheet = sheet;
    this.#counts = counts;
    this.#rank = rank;
  }

  write(deadline: Deadline): string {
    const { lines } = this.#sheet;
    for (let at = 0; at < lines.length; ) {
      if (at % LINES_PER_CHECK === 0) deadline.check();
      at = this.#addNext(at);
    }
    this.#endGap();
    const head = `[view of ${countLines(lines)} lines of output; "…n": n lines left out, blank ones and rules not counted; "file: n PASSED": n lines that say so]`;
    return [head, ...groupReports(this.#out, deadline)].join('\n');
  }

  #addNext(at: number): number {
    const sheet = this.#sheet;
    const counts = this.#counts.get(at);
    if (counts !== undefined) this.#say(counts);
    if (sheet.results[at] && sheet.rankOf(at) !== KEY) return at + 1;
    if (sheet.progress[at] !== undefined) return this.#addProgress(at);
    if (DOTS.test(sheet.line(at))) return this.#addDots(at);
    if (sheet.repeated.has(at)) return this.#addRepeated(at);
    if (sheet.joined.has(at)) return at + 1;
    this.#addLine(at);
    return at + 1;
  }

  #addRepeated(start: number): number {
    let at = start;
    while (this.#sheet.repeated.has(at)) at++;
    this.#say(`(${at - start} ${at - start === 1 ? 'line' : 'lines'}: the names above again)`);
    return at;
  }

  #addLine(at: number): void {
    const sheet = this.#sheet;
    const rank = sheet.rankOf(at);
    const line = sheet.said.get(at) ?? sheet.line(at);
    const isTwice = rank >= LEAD && line.length >= MIN_SAID_TWICE && this.#seen.has(line);
    if (rank <= this.#rank && !isTwice && line !== '') {
      const start = shapeOfStart(line);
      const isNew = rank === KEY && !this.#seen.has(start);
      // What is said instead of several lines is never cut.
      if (sheet.said.has(at)) this.#say(line);
      else if (isNew && this.#saysAgain(line)) this.#say(cutMiddle(line));
      else this.#say(cut(line, isNew ? MAX_KEY_LINE : MAX_LINE));
      this.#seen.add(line).add(start);
    } else if (!RULE_ONLY.test(line)) this.#hidden++;
  }

  /** Whether a long line says again what one above it said at length, as an error does that wraps another. */
  #saysAgain(line: string): boolean {
    if (line.length <= MAX_LINE + END) return false;
    const plain = line.replaceAll('\\', '');
    const isSaid = this.#parts.some((part) => plain.includes(part));
    if (!isSaid) this.#parts.push(plain.slice(MAX_LINE - PART, MAX_LINE));
    if (this.#parts.length > MAX_PARTS) this.#parts.shift();
    return isSaid;
  }

  #say(line: string): void {
    this.#endGap();
    this.#out.push(line);
  }

  #endGap(): void {
    if (this.#hidden > 0) this.#out.push(`…${this.#hidden}`);
    this.#hidden = 0;
  }

  #addProgress(start: number): number {
    const { progress, lines } = this.#sheet;
    const counts = new Map<string, number>();
    let at = start;
    for (; at < lines.length && (progress[at] !== undefined || lines[at] === ''); at++) {
      const kind = progress[at];
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const isAlone = counts.size === 1 && [...counts.values()][0]! === 1;
    if (isAlone && this.#rank > KEY) this.#say(cut(lines[start]!, MAX_LINE));
    else
      this.#say(
        `(${[...counts].map(([kind, count]) => `${count} ${count === 1 ? 'line' : 'lines'}: ${kind}`).join(', ')})`,
      );
    return at;
  }

  #addDots(start: number): number {
    const { lines } = this.#sheet;
    const counts = new Map<string, number>();
    let at = start;
    for (; at < lines.length && (lines[at] === '' || DOTS.test(lines[at]!)); at++) {
      for (const dot of DOTS.exec(lines[at]!)?.[1] ?? '') counts.set(dot, (counts.get(dot) ?? 0) + 1);
    }
    this.#say([...counts].map(([dot, count]) => `${count} "${dot}"`).join(', '));
    return at;
  }
}

const START = 100;
const END = 80;

/** How a long line begins, whatever its numbers: one of its kind is said at length. */
function shapeOfStart(line: string): string {
  return line.length <= MAX_LINE ? '' : `start ${line.slice(0, START).replaceAll(/[\da-f-]*\d[\da-f-]*/g, '0')}`;
}

function cut(line: string, max: number): string {
  return line.length <= max ? line : `${line.slice(0, max)}… (first ${max} of ${line.length} characters)`;
}

/** Its beginning and its end are its own. */
function cutMiddle(line: string): string {
  const left = line.length - MAX_LINE;
  return `${line.slice(0, MAX_LINE - END)}… (${left} characters left out) …${line.slice(-END)}`;
}

interface FileResults {
  /** Where the first of them stands. */
  readonly at: number;
  readonly epoch: number;
  readonly how: number;
  readonly file: string;
  readonly words: Map<string, number>;
}

/** For each file, at its first result: how many lines say what. */
function countResults(sheet: Sheet): ReadonlyMap<number, string> {
  const files = new Map<string, FileResults>();
  let epoch = 0;
  let last: FileResults | undefined;
  for (const [at, line] of sheet.lines.entries()) {
    const result = sheet.results[at];
    if (!result) {
      if (line.length < 200 && (line.includes(EPOCH_SAID) || EPOCH.test(line))) epoch++;
      continue;
    }
    const { word, how, file } = result;
    if (word === '') continue;
    // Most stand below one of the same file.
    if (last?.epoch !== epoch || last.how !== how || last.file !== file) {
      const key = `${epoch} ${how} ${file}`;
      last = files.get(key);
      if (!last) files.set(key, (last = { at, epoch, how, file, words: new Map() }));
    }
    last.words.set(word, (last.words.get(word) ?? 0) + 1);
  }
  return new Map(
    [...files.values()].map(({ at, file, words }) => {
      const counts = [...words].map(([word, count]) => `${count} ${word}`).join(', ');
      return [at, file === '' ? counts : `${file}: ${counts}`];
    }),
  );
}
