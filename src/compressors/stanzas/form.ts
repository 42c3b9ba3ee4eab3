/**
 * The form: a head, each shape as a line that says its letter and how many lines follow, and the text, in which a stanza
 * is a row: the letter of its shape and its values. All other lines stand as they are.
 */
import type { Deadline } from '../../core/deadline.ts';
import { type ReadShape, cellsOf, fillShape, readShape } from '../../core/shape.ts';
import { shapesOf } from './found.ts';
import { type Run, findLeftOut } from './left-out.ts';
import type { Row, Shapes } from './shapes.ts';

const HEAD_START = '[headroom: ';
const HEAD =
  /^\[headroom: (\d{1,7}) lines(, ending in CRLF)?; blocks that are alike are said by their shape: A a(.)b is shape A, \{1\} a and \{2\} b(?:, \{3=c\} c where nothing is said)?(?:; (\d) blank lines? between rows)?\]$/;
const SHAPE = /^([A-Z]), (\d{1,3}) lines:$/;
const ROW = /^([A-Z])(?: (.*))?$/;
const RAW = '\\';
const MAX_LINES = 2_000_000;
const MAX_CHARS = 64_000_000;

function headOf(lines: number, crlf: boolean, { shapes, separator }: Shapes, blanks: number): string {
  const usual = shapes.some(({ columns }) => columns.some((column) => column.usual !== undefined));
  const between = blanks === 0 ? '' : `; ${blanks} blank line${blanks === 1 ? '' : 's'} between rows`;
  return `${HEAD_START}${lines} lines${crlf ? ', ending in CRLF' : ''}; blocks that are alike are said by their shape: A a${separator}b is shape A, {1} a and {2} b${usual ? ', {3=c} c where nothing is said' : ''}${between}]`;
}

export function hasOwnHead(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith(HEAD_START) && HEAD.test(line));
}

/** Empty lines from one on. */
function blanksFrom(lines: readonly string[], at: number): number {
  let count = 0;
  while (lines[at + count] === '') count++;
  return count;
}

/** How many empty lines most often stand between two paragraphs that are rows; none where they do not follow each other. */
function usualBlanks(lines: readonly string[], rows: ReadonlyMap<number, Row>): number {
  const counts = new Map<number, number>();
  for (const { stanza } of rows.values()) {
    const blanks = blanksFrom(lines, stanza.end);
    if (blanks > 0 && blanks < 10 && rows.has(stanza.end + blanks)) counts.set(blanks, (counts.get(blanks) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** What would be read as something else. */
function mustStandRaw(line: string): boolean {
  return ROW.test(line) || SHAPE.test(line) || line.startsWith(RAW);
}

function bodyOf(
  lines: readonly string[],
  { rows, separator }: Shapes,
  blanks: number,
  leftOut: ReadonlyMap<number, Run>,
): readonly string[] {
  const said: string[] = [];
  for (let i = 0; i < lines.length; ) {
    const row = rows.get(i);
    const run = leftOut.get(i);
    if (run) {
      said.push(run.said);
      i = run.end;
      if (blanksFrom(lines, i) === blanks && rows.has(i + blanks)) i += blanks;
      continue;
    }
    if (!row) {
      const line = lines[i++]!;
      said.push(mustStandRaw(line) ? RAW + line : line);
      continue;
    }
    const { shape, at, stanza } = row;
    const cells = cellsOf(shape.columns, at).join(separator);
    said.push(cells === '' ? shape.letter : `${shape.letter} ${cells}`);
    i = stanza.end;
    if (blanks > 0 && rows.has(i)) said.push(RAW);
    else if (blanks > 0 && blanksFrom(lines, i) === blanks && rows.has(i + blanks)) i += blanks;
  }
  return said;
}

const NOTHING: ReadonlyMap<number, Run> = new Map();

/** What is alike in a text, for its forms; undefined where nothing is. */
export function shapesFor(lines: readonly string[], deadline: Deadline): Shapes | undefined {
  const shapes = hasOwnHead(lines) ? undefined : shapesOf(lines, deadline);
  deadline.check();
  return shapes;
}

export function writeForm(lines: readonly string[], crlf: boolean, shapes: Shapes): string {
  return write(lines, crlf, shapes, NOTHING);
}

/** The same without rows that say nothing of their own; undefined where none is left out. */
export function writeShortForm(lines: readonly string[], shapes: Shapes): string | undefined {
  const leftOut = findLeftOut(lines, shapes);
  return leftOut.size > 0 ? write(lines, false, shapes, leftOut) : undefined;
}

function write(lines: readonly string[], crlf: boolean, shapes: Shapes, leftOut: ReadonlyMap<number, Run>): string {
  const blanks = usualBlanks(lines, shapes.rows);
  const out = [headOf(lines.length, crlf, shapes, blanks)];
  for (const { letter, lines: own } of shapes.shapes) out.push(`${letter}, ${own.length} lines:`, ...own);
  for (const line of bodyOf(lines, shapes, blanks, leftOut)) out.push(line);
  return out.join('\n');
}

interface ReadHead {
  readonly shapes: ReadonlyMap<string, ReadShape>;
  /** Where the text begins. */
  readonly end: number;
}

function readShapes(lines: readonly string[]): ReadHead | undefined {
  const shapes = new Map<string, ReadShape>();
  let at = 1;
  for (;;) {
    const match = SHAPE.exec(lines[at] ?? '');
    if (!match || shapes.has(match[1]!)) return shapes.size > 0 ? { shapes, end: at } : undefined;
    const count = Number(match[2]);
    if (at + 1 + count > lines.length) return undefined;
    shapes.set(match[1]!, readShape(lines.slice(at + 1, at + 1 + count)));
    at += 1 + count;
  }
}

/** Collects the lines of a text; what is damaged may ask for no more than there could have been. */
class Lines {
  readonly out: string[] = [];
  readonly #limit: number;
  #chars = 0;
  isTooLong = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(line: string): void {
    this.#chars += line.length;
    this.isTooLong ||= this.out.length >= this.#limit || this.#chars > MAX_CHARS;
    if (!this.isTooLong) this.out.push(line);
  }
}

/** Reads the text behind the shapes. */
class BodyReader {
  readonly #shapes: ReadonlyMap<string, ReadShape>;
  readonly #separator: string;
  readonly #blanks: number;
  #isBehindRow = false;

  constructor(shapes: ReadonlyMap<string, ReadShape>, separator: string, blanks: number) {
    this.#shapes = shapes;
    this.#separator = separator;
    this.#blanks = blanks;
  }

  /** The lines that one line says; undefined where it is damaged. */
  read(line: string): readonly string[] | undefined {
    const row = ROW.exec(line);
    const wasBehindRow = this.#isBehindRow;
    this.#isBehindRow = row !== null;
    // A backslash by itself only keeps two rows apart.
    if (!row) return line === RAW && wasBehindRow ? [] : [line.startsWith(RAW) ? line.slice(RAW.length) : line];
    const shape = this.#shapes.get(row[1]!);
    const said = row[2] ?? '';
    // A shape without holes has a row without values.
    const cells = said === '' && shape?.holes === 0 ? [] : said.split(this.#separator);
    const filled = shape && fillShape(shape, cells);
    return filled && wasBehindRow ? [...Array.from({ length: this.#blanks }, () => ''), ...filled] : filled;
  }
}

/** The source of a form; undefined when the text is none or is damaged. */
export function readForm(text: string): string | undefined {
  if (!text.startsWith(HEAD_START)) return undefined;
  const lines = text.split('\n');
  const head = HEAD.exec(lines[0]!);
  const count = Number(head?.[1]);
  const read = head && count <= MAX_LINES ? readShapes(lines) : undefined;
  if (!head || !read) return undefined;
  const body = new BodyReader(read.shapes, head[3]!, Number(head[4] ?? 0));
  const found = new Lines(count);
  for (let i = read.end; i < lines.length && !found.isTooLong; i++) {
    const own = body.read(lines[i]!);
    if (!own) return undefined;
    for (const line of own) found.push(line);
  }
  if (found.isTooLong || found.out.length !== count) return undefined;
  return found.out.join(head[2] === undefined ? '\n' : '\r\n');
}
