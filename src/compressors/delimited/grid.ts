/**
 * Tables drawn with bars: boxes of mysql, sqlite, duckdb and tabulate, the aligned output of psql, padded Markdown.
 * The bars, the rules and the blanks follow from the cells; what does not follow is said as a fact.
 */
import type { Deadline } from '../../core/deadline.ts';
import { areSame } from '../../core/keep-last.ts';
import type { Dialect, Found, Spelled } from './dialect.ts';
import { type Measure, characters, pad, places, trimBlanks } from './measure.ts';
import type { Row, Table } from './table.ts';

const ROWS_PER_CHECK = 256;
const MIN_ROWS = 2;
const MAX_LINE = 100_000;
const MAX_COLUMNS = 200;
const BARS = '|│┃║';
const RULE = /^[ |│┃║+\-=─━═┼├┤┬┴┌┐└┘╞╪╡╭╮╰╯┏┓┳┻┗┛┡╇┩╔╦╗╠╬╣╚╩╝╒╤╕╘╧╛┠╂┨:]+$/;
const BLANK = 0x20;
const FILLS = '-=─━═';

/** A rule as its four signs: at the left, along, where columns meet, at the right. */
interface Rule {
  readonly left: string;
  readonly fill: string;
  readonly cross: string;
  readonly right: string;
  readonly widths: readonly number[];
}

export function isFill(code: number): boolean {
  return code === 0x2d || code === 0x3d || code === 0x2500 || code === 0x2501 || code === 0x2550;
}

function readRule(line: string): Rule | undefined {
  const mayBe = isFill(line.charCodeAt(0)) || isFill(line.charCodeAt(1));
  if (!mayBe || line.length < 3 || line.length > MAX_LINE || !RULE.test(line)) return undefined;
  const fill = Array.from(FILLS).find((sign) => line.includes(sign));
  if (fill === undefined) return undefined;
  const isOpen = line.startsWith(fill);
  const left = isOpen ? '' : line[0]!;
  const right = line.endsWith(fill) ? '' : line.at(-1)!;
  const inner = line.slice(left.length, line.length - right.length);
  const cross = Array.from(inner).find((sign) => sign !== fill) ?? '';
  const parts = cross === '' ? [inner] : inner.split(cross);
  if (parts.length > MAX_COLUMNS || parts.some((part) => part === '' || part !== fill.repeat(part.length)))
    return undefined;
  return { left, fill, cross, right, widths: parts.map((part) => part.length) };
}

function writeRule(signs: string, widths: readonly number[]): string {
  const [left, fill, cross, right] = signs.split('').map((sign) => (sign === '.' ? '' : sign));
  return left + widths.map((width) => fill!.repeat(width)).join(cross) + right;
}

function signsOf({ left, fill, cross, right }: Rule): string {
  return [left, fill, cross, right].map((sign) => (sign === '' ? '.' : sign)).join('');
}

/** How the rows of a table are drawn. */
interface Drawing {
  readonly bar: string;
  readonly left: string;
  readonly right: string;
  readonly widths: readonly number[];
}

/** The cells of a line with their blanks. */
function cut(line: string, { bar, left, right, widths }: Drawing): Row | undefined {
  if (line.length > MAX_LINE || !line.startsWith(left) || !line.endsWith(right)) return undefined;
  const inner = line.slice(left.length, line.length - right.length);
  const parts = inner.split(bar);
  if (parts.length === widths.length) return parts;
  if (parts.length < widths.length) return undefined;
  let at = 0;
  const cells: string[] = [];
  for (const [i, width] of widths.entries()) {
    const isLast = i === widths.length - 1;
    if (!isLast && inner[at + width] !== bar) return undefined;
    cells.push(isLast ? inner.slice(at) : inner.slice(at, at + width));
    at += width + 1;
  }
  return cells;
}

/** All lines of a drawn table, by what they are. */
interface Lines {
  readonly top: Rule | undefined;
  readonly titles: Row | undefined;
  readonly head: Rule | undefined;
  readonly between: Rule | undefined;
  readonly rows: readonly Row[];
  readonly bottom: Rule | undefined;
  readonly drawing: Drawing;
  readonly end: number;
}

function readLines(lines: readonly string[], at: number, deadline: Deadline): Lines | undefined {
  const top = readRule(lines[at]!);
  const first = at + (top ? 1 : 0);
  const head = readRule(lines[first + 1] ?? '');
  // Under a rule of one piece stands the title of a table that begins with the next rule.
  if (!head || (top && top.widths.length < head.widths.length)) return undefined;
  const drawing = drawingOf(top ?? head, lines[first]!);
  const titles = drawing && cut(lines[first]!, drawing);
  if (!titles) return undefined;
  return { top, titles, head, drawing, ...readBody(lines, first + 2, drawing, deadline) };
}

/** Undefined where the titles are not between bars as the rule has it. */
function drawingOf({ left, right, widths }: Rule, titles: string): Drawing | undefined {
  const bar = Array.from(BARS).find((sign) => titles.includes(sign));
  if (bar === undefined && widths.length > 1) return undefined;
  if (left !== '' && !BARS.includes(titles[0]!)) return undefined;
  return { bar: bar ?? '|', left: left === '' ? '' : titles[0]!, right: right === '' ? '' : (bar ?? '|'), widths };
}

function readBody(
  lines: readonly string[],
  start: number,
  drawing: Drawing,
  deadline: Deadline,
): Pick<Lines, 'rows' | 'between' | 'bottom' | 'end'> {
  const rows: Row[] = [];
  let between: Rule | undefined;
  let bottom: Rule | undefined;
  let i = start;
  for (; i < lines.length; i++) {
    if (i % ROWS_PER_CHECK === 0) deadline.check();
    const rule = readRule(lines[i]!);
    if (rule) {
      const next = lines[i + 1];
      const goesOn = next !== undefined && !readRule(next) && cut(next, drawing) !== undefined;
      if (goesOn && (between !== undefined || rows.length === 1)) {
        between ??= rule;
        continue;
      }
      bottom = rule;
      i++;
      break;
    }
    const row = cut(lines[i]!, drawing);
    if (!row) break;
    rows.push(row);
  }
  return { rows, between, bottom, end: i };
}

function isBlankAt(text: string, at: number): boolean {
  return text.charCodeAt(at) === BLANK;
}

/** Blanks before a cell and behind it. AWS sets one more before it, and aligns nothing. */
const GAP = 1;
const AWS_GAP = 2;

function gapOf(rows: readonly Row[]): number {
  const isIndented = (cell: string): boolean => cell.startsWith('  ') && !isBlankAt(cell, AWS_GAP);
  return rows.every((row) => row.every((cell) => isIndented(cell) || cell.trim() === '')) ? AWS_GAP : GAP;
}

/** On which side the cells of a column stand. */
function sideOf(rows: readonly Row[], column: number, gap: number): string {
  let [isLeft, isRight] = [true, true];
  for (const row of rows) {
    const cell = row[column] ?? '';
    const end = cell.length;
    const isIndented = isBlankAt(cell, 0) && isBlankAt(cell, gap);
    const isClose = isBlankAt(cell, end - 1) && !isBlankAt(cell, end - 2);
    if ((!isIndented && isClose) || cell.trim() === '') continue;
    if (isIndented) isLeft = false;
    if (!isClose) isRight = false;
    if (!isLeft && !isRight) break;
  }
  return isRight && !isLeft ? 'r' : 'l';
}

function inner(cell: string, side: string, gap: number): string {
  if (side === 'r') return (cell.endsWith(' ') ? cell.slice(0, -1) : cell).trimStart();
  if (side !== 'l') return cell.trim();
  let end = cell.length;
  while (end > 0 && isBlankAt(cell, end - 1)) end--;
  return cell.slice(isBlankAt(cell, 0) ? gap : 0, end);
}

/** Everything about a table that its cells do not say. */
interface Style {
  readonly top: string;
  readonly head: string;
  readonly between: string;
  readonly bottom: string;
  readonly bar: string;
  readonly left: string;
  readonly right: string;
  readonly sides: string;
  readonly titleSide: string;
  /** Where the blanks at the end of lines are missing: nowhere, in rows, in all. */
  readonly trimmed: string;
  readonly measure: string;
  /** Blanks before a cell. */
  readonly gap: string;
  /** Only where they are not those of the widest cells. */
  readonly widths: string;
}

const USUAL: Style = {
  top: '',
  head: '',
  between: '',
  bottom: '',
  bar: '|',
  left: '',
  right: '',
  sides: '',
  titleSide: 'l',
  trimmed: 'no',
  measure: 'characters',
  gap: String(GAP),
  widths: '',
};
/** How the facts are called in the form. */
const CALLED: Readonly<Record<keyof Style, string>> = {
  top: 'top rule',
  head: 'rule',
  between: 'rule between rows',
  bottom: 'last rule',
  bar: 'bar',
  left: 'left',
  right: 'right',
  sides: 'aligned',
  titleSide: 'titles aligned',
  trimmed: 'trimmed',
  measure: 'padded by',
  gap: 'blanks',
  widths: 'widths',
};
/** Longer words first: one begins like another. */
const KEYS = (Object.keys(CALLED) as (keyof Style)[]).sort((a, b) => CALLED[b].length - CALLED[a].length);

/** A box such as mysql draws, an open table as psql does: said by one word. */
const PRESETS: ReadonlyMap<string, Style> = new Map<string, Style>([
  ['box', { ...USUAL, top: '+-++', head: '+-++', bottom: '+-++', left: '|', right: '|' }],
  ['open', { ...USUAL, head: '.-+.', titleSide: 'c', trimmed: 'rows' }],
  ['markdown', { ...USUAL, head: '|-||', left: '|', right: '|' }],
  ['drawn', { ...USUAL, top: '┌─┬┐', head: '├─┼┤', bottom: '└─┴┘', bar: '│', left: '│', right: '│' }],
]);

function toFacts(style: Style): readonly string[] {
  let best: readonly string[] | undefined;
  for (const [name, preset] of PRESETS) {
    const odd = KEYS.filter((key) => style[key] !== preset[key]).map((key) => `${CALLED[key]} ${style[key] || 'none'}`);
    const facts = [name, ...odd];
    if (!best || facts.join().length < best.join().length) best = facts;
  }
  return best!;
}

function fromFacts([name, ...odd]: readonly string[]): Style | undefined {
  const preset = PRESETS.get(name ?? '');
  if (!preset) return undefined;
  const style: Record<keyof Style, string> = { ...preset };
  for (const fact of odd) {
    const key = KEYS.find((one) => fact.startsWith(`${CALLED[one]} `));
    if (!key) return undefined;
    const value = fact.slice(CALLED[key].length + 1);
    style[key] = value === 'none' ? '' : value;
  }
  return style;
}

function widthsFor({ names, rows }: Table, measure: Measure, gap: number): readonly number[] {
  const widths: number[] = [];
  for (const row of names ? [names, ...rows] : rows) {
    for (let i = 0; i < row.length; i++) widths[i] = Math.max(widths[i] ?? 0, measure(row[i]!));
  }
  return widths.map((width) => width + gap + GAP);
}

const MEASURES: Readonly<Record<string, Measure>> = { characters, places };
const MAX_WIDTH = 10_000;

function write(table: Spelled): readonly string[] | undefined {
  const style = fromFacts(table.facts);
  return style && draw(table, style);
}

function draw(table: Table, style: Style): readonly string[] | undefined {
  const measure = MEASURES[style.measure];
  const gap = Number(style.gap);
  if (!measure || !table.names || (gap !== GAP && gap !== AWS_GAP)) return undefined;
  const widths = style.widths === '' ? widthsFor(table, measure, gap) : style.widths.split(' ').map(Number);
  if (widths.some((width) => !(width >= 1 && width <= MAX_WIDTH)) || widths.length < table.names.length)
    return undefined;
  const trim = (line: string, isRow: boolean): string =>
    style.trimmed === 'all' || (style.trimmed === 'rows' && isRow) ? trimBlanks(line) : line;
  const blanks = ' '.repeat(gap);
  const line = (row: Row, sides: readonly string[], isRow: boolean): string => {
    let cells = style.left;
    for (let i = 0; i < row.length; i++) {
      const [width, side] = [widths[i]!, sides[i] ?? 'l'];
      if (i > 0) cells += style.bar;
      if (side === WHOLE) cells += centred(row[i]!, width, measure);
      else cells += `${blanks}${pad(row[i]!, width - gap - GAP, side, measure)} `;
    }
    return trim(cells + style.right, isRow);
  };
  const sides = widths.map((_, i) => style.sides[i] ?? 'l');
  const body = table.rows.map((row) => line(row, sides, true));
  const titleSides = style.titleSide === 's' ? sides : widths.map(() => style.titleSide);
  const lines: string[] = [];
  if (style.top !== '') lines.push(writeRule(style.top, widths));
  lines.push(line(table.names, titleSides, false), writeRule(style.head, widths));
  const between = style.between === '' ? undefined : writeRule(style.between, widths);
  for (const [i, one] of body.entries()) {
    if (between !== undefined && i > 0) lines.push(between);
    lines.push(one);
  }
  if (style.bottom !== '') lines.push(writeRule(style.bottom, widths));
  return lines;
}

/** Centred in its whole cell, blanks beside the bars and all: the odd one stands where Python's `center` puts it. */
const WHOLE = 'w';

function centred(text: string, width: number, measure: Measure): string {
  const room = Math.max(0, width - measure(text));
  const left = (room >> 1) + (room & width & 1);
  return ' '.repeat(left) + text + ' '.repeat(room - left);
}

/** The style under which the lines come back, or undefined. */
function fit(found: Lines, source: readonly string[]): Spelled | undefined {
  const { titles, head, rows, drawing } = found;
  const gap = gapOf(rows);
  const sides = drawing.widths.map((_, i) => sideOf(rows, i, gap)).join('');
  const names = titles!.map((cell) => cell.trim());
  const cells = rows.map((row) => row.map((cell, i) => inner(cell, sides[i]!, gap)));
  for (const measure of ['characters', 'places']) {
    const derived = widthsFor({ names, rows: cells }, MEASURES[measure]!, gap);
    const isDerived =
      derived.length === drawing.widths.length && derived.every((width, i) => width === drawing.widths[i]);
    const style: Style = {
      top: found.top ? signsOf(found.top) : '',
      head: signsOf(head!),
      between: found.between ? signsOf(found.between) : '',
      bottom: found.bottom ? signsOf(found.bottom) : '',
      bar: drawing.bar,
      left: drawing.left,
      right: drawing.right,
      sides: sides.includes('r') ? sides : '',
      titleSide: 'l',
      trimmed: 'no',
      measure,
      gap: String(gap),
      widths: isDerived ? '' : drawing.widths.join(' '),
    };
    for (const titleSide of ['l', 'c', 's', 'C', 'r', WHOLE]) {
      for (const trimmed of drawing.right === '' ? ['rows', 'no', 'all'] : ['no']) {
        const first = { names, rows: cells.slice(0, 1) };
        const start = draw(first, { ...style, titleSide, trimmed, widths: drawing.widths.join(' ') });
        if (!start || !start.slice(0, 3).every((line, i) => line === source[i])) continue;
        const table = { names, rows: cells, facts: toFacts({ ...style, titleSide, trimmed }) };
        if (areSame(write(table) ?? [], source)) return table;
      }
    }
  }
  return undefined;
}

export const gridDialect: Dialect = {
  name: 'table',
  separator: '|',
  isDrawn: true,
  begins: (lines, at) => readRule(lines[at]!) !== undefined || readRule(lines[at + 1] ?? '') !== undefined,
  read(lines, at, deadline): Found | { past: number } {
    const found = readLines(lines, at, deadline);
    if (!found) return { past: at + 1 };
    if (found.rows.length < MIN_ROWS) return { past: found.end };
    const table = fit(found, lines.slice(at, found.end));
    return table ? { ...table, start: at, end: found.end } : { past: found.end };
  },
  write,
};
