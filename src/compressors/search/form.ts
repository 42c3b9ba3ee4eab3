/**
 * The lossless form of search results: each path once, above its lines, as `rg --heading` prints them. A file with one
 * line stays `path:12:text`, and lines of one file that say the same stand together as `12,40:text`. What is no hit stays
 * too, behind a backslash where it could be taken for something else.
 */
import type { Deadline } from '../../core/deadline.ts';
import type { Hit, Hits } from './hits.ts';

const HEADER =
  /^\[\d+ match(?:es)?(?: and \d+ lines? of context)? in \d+ files?; each path stands above its (lines|unnumbered lines)\]$/;
const LINES_PER_CHECK = 1024;
/** `12:text`, or `12,40:text` for both lines. */
const NUMBERED = /^(\d{1,9}(?:,\d{1,9})*)([:=-])/;
const FOLDED = /^\d+,/;

function writeHeader(hits: Hits, isNumbered: boolean): string {
  const paths = new Set<string>();
  let [matches, context] = [0, 0];
  for (const hit of hits) {
    if (!hit) continue;
    paths.add(hit.path);
    if (hit.separator === ':') matches++;
    else context++;
  }
  const counts = `${matches} match${matches === 1 ? '' : 'es'}`;
  const contexts = context > 0 ? ` and ${context} line${context === 1 ? '' : 's'} of context` : '';
  const files = `${paths.size} file${paths.size === 1 ? '' : 's'}`;
  return `[${counts}${contexts} in ${files}; each path stands above its ${isNumbered ? 'lines' : 'unnumbered lines'}]`;
}

/** For each hit, whether a neighbour (the lines between are no hits) is in the same file. */
function findRuns(hits: Hits): readonly boolean[] {
  const isInRun = hits.map(() => false);
  let before = -1;
  for (const [i, hit] of hits.entries()) {
    if (!hit) continue;
    if (before >= 0 && hits[before]!.path === hit.path) isInRun[i] = isInRun[before] = true;
    before = i;
  }
  return isInRun;
}

function opensBlock(line: string | undefined): boolean {
  return line === '' || line === '--';
}

/** What has been written so far, and under which path. */
class NumberedForm {
  readonly #out: string[];
  #path: string | undefined;
  #row: Hit[] = [];
  #isAfterHit = false;

  constructor(header: string) {
    this.#out = [header];
  }

  addToRow(hit: Hit): void {
    if (hit.path !== this.#path) {
      this.endRow();
      const isFirst = this.#out.length === 1;
      if (!isFirst && (!opensBlock(this.#out.at(-1)) || NUMBERED.test(hit.path))) this.#out.push('');
      this.#out.push(hit.path);
      this.#path = hit.path;
    }
    this.#row.push(hit);
    this.#isAfterHit = true;
  }

  /** A hit whose neighbours are of other files. */
  addSingle(line: string): void {
    this.endRow();
    if (this.#isAfterHit && this.#out.at(-1) !== '--') this.#out.push('');
    this.#path = undefined;
    this.#isAfterHit = false;
    this.#addLine(line, false);
  }

  addOther(line: string, next: Hit | undefined): void {
    this.endRow();
    // Under a path that goes on, a line that opens a block would be read as a path itself.
    const isLikeHeading = this.#path !== undefined && next?.path === this.#path;
    this.#addLine(line, isLikeHeading && (this.#out.length === 1 || opensBlock(this.#out.at(-1))));
  }

  #addLine(line: string, isTaken: boolean): void {
    this.#out.push(isTaken || line === '' || line.startsWith('\\') || NUMBERED.test(line) ? `\\${line}` : line);
  }

  endRow(): readonly string[] {
    for (const line of foldSame(this.#row)) this.#out.push(line);
    this.#row = [];
    return this.#out;
  }
}

export function writeNumbered(lines: readonly string[], hits: Hits, deadline: Deadline): string {
  const form = new NumberedForm(writeHeader(hits, true));
  const isInRun = findRuns(hits);
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const hit = hits[i];
    if (!hit) form.addOther(line, hits[i + 1]);
    else if (isInRun[i]) form.addToRow(hit);
    else form.addSingle(line);
  }
  return form.endRow().join('\n');
}

/** Hits in a row: equal texts together, where the order can be had back from the numbers. */
function foldSame(row: readonly Hit[]): readonly string[] {
  const isOrdered = row.every((hit, i) => {
    if (hit.separator !== ':' || String(Number(hit.number)) !== hit.number) return false;
    return i === 0 || Number(hit.number) > Number(row[i - 1]!.number);
  });
  if (!isOrdered) return row.map(({ number, separator, text }) => number + separator + text);
  const numbers = new Map<string, string>();
  for (const { number, text } of row) {
    const before = numbers.get(text);
    numbers.set(text, before === undefined ? number : `${before},${number}`);
  }
  return [...numbers].map(([text, number]) => `${number}:${text}`);
}

/** A path follows the header or an empty line, or a `--` if it does not look like a numbered line itself. */
function isHeading(lines: readonly string[], at: number): boolean {
  const line = lines[at]!;
  if (line === '' || line.startsWith('\\') || !NUMBERED.test(lines[at + 1] ?? '')) return false;
  return at === 1 || lines[at - 1] === '' || (lines[at - 1] === '--' && !NUMBERED.test(line));
}

/** The lines of a row as they were printed. */
function unfold(row: readonly string[], path: string): readonly string[] {
  if (!row.some((line) => FOLDED.test(line))) return row.map((line) => path + NUMBERED.exec(line)![2]! + line);
  const hits = row.flatMap((line) => {
    const [start, numbers = ''] = NUMBERED.exec(line)!;
    return numbers.split(',').map((number) => ({ number: Number(number), text: line.slice(start.length) }));
  });
  return hits.sort((a, b) => a.number - b.number).map(({ number, text }) => `${path}:${number}:${text}`);
}

/** Undefined when a numbered line stands under no path. */
function readNumberedForm(lines: readonly string[]): string | undefined {
  const out: string[] = [];
  let path: string | undefined;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (isHeading(lines, i)) path = line;
    else if (line.startsWith('\\')) out.push(line.slice(1));
    else if (NUMBERED.test(line)) {
      if (path === undefined) return undefined;
      const start = i;
      while (NUMBERED.test(lines[i + 1] ?? '')) i++;
      for (const hit of unfold(lines.slice(start, i + 1), path)) out.push(hit);
    } else if (line !== '') out.push(line);
  }
  return out.join('\n');
}

export function writeBare(lines: readonly string[], hits: Hits, deadline: Deadline): string {
  const out = [writeHeader(hits, false)];
  // Undefined before the first block, an empty string in a block of lines that are no hits.
  let path: string | undefined;
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const hit = hits[i];
    const next = hit?.path ?? '';
    const isNewBlock = next !== path;
    if (isNewBlock && path !== undefined) out.push('');
    path = next;
    if (hit && isNewBlock) out.push(hit.path);
    const said = hit?.text ?? line;
    out.push(said === '' || said.startsWith('\\') || (!hit && isNewBlock) ? `\\${said}` : said);
  }
  return out.join('\n');
}

function readBareForm(lines: readonly string[]): string {
  const out: string[] = [];
  let prefix = '';
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === '') continue;
    const opens = i === 1 || lines[i - 1] === '';
    if (opens && !line.startsWith('\\')) {
      prefix = `${line}:`;
      continue;
    }
    if (opens) prefix = '';
    out.push(prefix + (line.startsWith('\\') ? line.slice(1) : line));
  }
  return out.join('\n');
}

/** The source; a final line break stands in both. */
export function readForm(text: string): string | undefined {
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const header = HEADER.exec(lines[0]!);
  if (!header) return undefined;
  const source = header[1] === 'lines' ? readNumberedForm(lines) : readBareForm(lines);
  return source === undefined ? undefined : source + end;
}
