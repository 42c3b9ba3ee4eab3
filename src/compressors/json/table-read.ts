/** Reads a table back into JSON. Everything it needs stands in the text. */
import { splitSpec, type Case } from './forms/exceptions.ts';
import type { Reading, RowLookup, Taken } from './forms/form.ts';
import { HEADING } from './forms/heading.ts';
import { columnForms } from './forms/index.ts';
import { namesFor } from './names.ts';
import type { Brackets } from './pattern.ts';
import { RowLine } from './row-line.ts';
import { ABSENT, type Cell, OPEN, textOf, valueOf } from './spell.ts';
import { parseWhole } from './parse.ts';
import { END, LAYOUT, TREE, type TableHead, isLabel, isMarked, readHead, rowLabel, rowMark } from './table-head.ts';
import { JsonRecord, print, quote } from './tree.ts';
import { TreeOutline } from './tree-read.ts';
import { PARENT, valueAt } from './tree-rows.ts';

/** References that go round in a circle end here; no table of ours has them. */
const MAX_CHAIN = 50;
const LEGEND_LINE = /^[A-Za-z] = /;

interface Node {
  readonly step: string | number;
  /** What stands before its value in an object. */
  readonly head: string;
  readonly column: ReadColumn | undefined;
  readonly children: Node[];
}

interface ReadColumn {
  name: string;
  readonly path: readonly (string | number)[];
  readonly reading: Reading;
  readonly cases: readonly Case[];
  readonly dash: Cell;
  /** Per row what stood in the line. */
  readonly taken: (Taken | undefined)[];
  /** The text read last, and its JSON: the next row often has the same. */
  lastText: string;
  lastJson: string;
}

class Lines {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  peek(): string {
    const end = this.text.indexOf('\n', this.at);
    return this.text.slice(this.at, end < 0 ? this.text.length : end);
  }

  next(): string {
    if (this.at > this.text.length) throw new SyntaxError('the table ends too early');
    const line = this.peek();
    this.at += line.length + 1;
    return line;
  }
}

/** @throws SyntaxError when what stands here only looks like a table. */
export function readTable(text: string, start: number): { readonly json: string; readonly end: number } {
  const { head, lines, table, layout } = openTable(text, start);
  const parts: string[] = [];
  for (let row = 0; row < head.count; row++) parts.push(table.row(row, lines, layout));
  const json = table.outline ? table.outline.assembled(parts, head.below!) : assembled(parts, head);
  return { json, end: endOf(text, lines) };
}

/** A table whose rows are objects of single values. */
export interface TableCells {
  readonly keys: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly end: number;
}

/** Undefined when it is another table. @throws SyntaxError when what stands here only looks like a table. */
export function readTableCells(text: string, start: number): TableCells | undefined {
  const { head, root, columns, lines, table, layout } = openTable(text, start);
  const { children } = root;
  if (head.isPlain || head.kind !== 'rows' || children.length === 0 || children.length !== columns.length)
    return undefined;
  const keys: string[] = [];
  for (const { step, column } of children) {
    if (typeof step !== 'string' || !column) return undefined;
    keys.push(step);
  }
  const rows: (readonly Cell[])[] = [];
  for (let row = 0; row < head.count; row++) {
    const cells = table.cells(row, lines, layout);
    if (!cells) return undefined;
    rows.push(cells);
  }
  return { keys, rows, end: endOf(text, lines) };
}

interface OpenTable {
  readonly head: TableHead;
  readonly root: Node;
  readonly columns: readonly ReadColumn[];
  readonly lines: Lines;
  readonly table: Table;
  readonly layout: readonly Place[];
}

function openTable(text: string, start: number): OpenTable {
  const found = readHead(text, start);
  if (!found) throw new SyntaxError('no table starts here');
  const { head } = found;
  const lines = new Lines(text, found.end + 1);
  const columns: ReadColumn[] = [];
  const root = head.isPlain ? readPlain(lines, head, columns) : { step: '', head: '', column: undefined, children: [] };
  if (!head.isPlain) readFields(lines, root, [], { brackets: head.brackets, columns });
  const names = namesFor(columns.map(({ path }) => path));
  columns.forEach((column, at) => {
    column.name = names[at]!;
  });
  const layout = head.isPlain ? plainLayout(columns) : readLayout(lines, columns, head.brackets);
  return { head, root, columns, lines, table: new Table(head, root, columns), layout };
}

function endOf(text: string, lines: Lines): number {
  if (!text.startsWith(END, lines.at)) throw new SyntaxError('the table does not end where it should');
  return lines.at + END.length;
}

function assembled(parts: readonly string[], { kind }: TableHead): string {
  if (kind === 'rows') return `[${parts.join(',')}]`;
  if (kind === 'entries') return `{${parts.join(',')}}`;
  return parts.join(kind === 'items' ? ',' : '\n');
}

function readPlain(lines: Lines, { brackets }: TableHead, columns: ReadColumn[]): Node {
  const column = readColumn(lines.next(), lines, '', { path: [], brackets });
  columns.push(column);
  return { step: '', head: '', column, children: [] };
}

interface FieldContext {
  readonly brackets: Brackets;
  readonly columns: ReadColumn[];
}

function readFields(lines: Lines, parent: Node, path: readonly (string | number)[], context: FieldContext): void {
  const indent = ' '.repeat(path.length);
  while (isField(lines.peek(), indent)) {
    const { keys, spec } = readKeys(lines.next().slice(indent.length));
    for (const step of keys) {
      const own = [...path, step];
      const column =
        spec === '' ? undefined : readColumn(spec, lines, indent, { path: own, brackets: context.brackets });
      if (column) context.columns.push(column);
      const node: Node = { step, head: `${quote(String(step))}:`, column, children: [] };
      parent.children.push(node);
      readFields(lines, node, own, context);
    }
  }
}

const FIXED_LINE = /^(?:each line: |row \d+: |\]|#\d+ )/;

function isField(line: string, indent: string): boolean {
  if (!line.startsWith(indent) || line === '') return false;
  const own = line.slice(indent.length);
  return own !== '' && !own.startsWith(' ') && !(indent === '' && FIXED_LINE.test(own)) && !LEGEND_LINE.test(own);
}

function readKeys(line: string): { readonly keys: readonly (string | number)[]; readonly spec: string } {
  const keys: (string | number)[] = [];
  const walk = new RowLine(line);
  for (;;) {
    if (walk.next === '"') keys.push(walk.json() as string);
    else {
      const text = /^[^:,]*/.exec(line.slice(walk.at))![0];
      walk.at += text.length;
      const place = /^\[(\d+)\]$/.exec(text);
      keys.push(place ? Number(place[1]) : text);
    }
    if (!line.startsWith(', ', walk.at)) break;
    walk.at += 2;
  }
  walk.expect(':');
  if (!walk.isAtEnd) walk.expect(' ');
  return { keys, spec: line.slice(walk.at) };
}

function readColumn(
  spec: string,
  lines: Lines,
  indent: string,
  { path, brackets }: { readonly path: readonly (string | number)[]; readonly brackets: Brackets },
): ReadColumn {
  const { main, cases, dash } = splitSpec(spec);
  const legend: string[] = [];
  const inner = `${indent} `;
  while (lines.peek().startsWith(inner) && LEGEND_LINE.test(lines.peek().slice(inner.length))) {
    legend.push(lines.next().slice(inner.length));
  }
  for (const form of columnForms) {
    const reading = form.read(main, legend, brackets);
    if (reading)
      return {
        name: '',
        path,
        reading,
        cases,
        dash: dash === undefined ? ABSENT : dash,
        taken: [],
        lastText: '',
        lastJson: '""',
      };
  }
  throw new SyntaxError(`unknown words for a column: ${spec}`);
}

interface Place {
  readonly column: ReadColumn;
  readonly stop: string;
}

function plainLayout(columns: readonly ReadColumn[]): readonly Place[] {
  return columns.filter(({ reading }) => reading.take).map((column) => ({ column, stop: '' }));
}

function readLayout(lines: Lines, columns: readonly ReadColumn[], { open, close }: Brackets): readonly Place[] {
  const line = lines.peek();
  if (!line.startsWith(LAYOUT)) return [];
  lines.next();
  const layout: Place[] = [];
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (let at = LAYOUT.length; at < line.length; ) {
    const end = line.indexOf(close, at);
    const column = byName.get(line.slice(at + open.length, end));
    if (end < 0 || !column) throw new SyntaxError(`unknown layout: ${line}`);
    const next = line.indexOf(open, end);
    const stop = line.slice(end + close.length, next < 0 ? line.length : next);
    layout.push({ column, stop });
    at = next < 0 ? line.length : next;
  }
  return layout;
}

function quoteIn(column: ReadColumn, text: string): string {
  if (column.lastText !== text) {
    column.lastText = text;
    column.lastJson = quote(text);
  }
  return column.lastJson;
}

class Table {
  readonly #head: TableHead;
  readonly #root: Node;
  readonly #byName: ReadonlyMap<string, ReadColumn>;
  readonly outline: TreeOutline | undefined;
  #chain = 0;
  #heading: Cell | undefined;
  readonly #hasHeadings: boolean;
  readonly #lookup: RowLookup = {
    text: (name, row) => {
      const column = this.#byName.get(name);
      if (!column && this.outline && name.startsWith(PARENT)) return this.#parentText(name.slice(PARENT.length), row);
      if (!column || ++this.#chain > MAX_CHAIN) throw new SyntaxError(`no column ${name} to refer to`);
      const text = textOf(this.#cell(column, row));
      this.#chain--;
      return text;
    },
    letter: (name, row) => {
      const column = this.#byName.get(name);
      return column?.reading.letter?.(row, column.taken[row]);
    },
    heading: () => this.#heading,
  };

  constructor(head: TableHead, root: Node, columns: readonly ReadColumn[]) {
    this.#head = head;
    this.#root = root;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
    this.#hasHeadings = columns.some(({ reading }) => reading.isHeading);
    this.outline = head.kind === TREE ? new TreeOutline() : undefined;
  }

  /** What the node above says in a column. */
  #parentText(name: string, row: number): string {
    const parent = this.outline!.parentOf(row);
    const column = this.#byName.get(name);
    const whole = this.outline!.whole.get(parent);
    const value = whole === undefined ? undefined : valueAt(parseWhole(whole), String(column?.path[0]));
    if (whole !== undefined && value === undefined) throw new SyntaxError(`no ${name} above row ${row}`);
    return value === undefined ? this.#lookup.text(name, parent) : textOf(value);
  }

  /** The JSON of a row, which may have taken a line. */
  row(row: number, lines: Lines, layout: readonly Place[]): string {
    this.outline?.take(lines, row);
    const whole = this.#lineOf(row, lines, layout);
    if (whole !== undefined) return whole;
    if (this.#head.kind !== 'entries') return this.#print(this.#root, row) ?? '';
    const [key, value] = this.#root.children.map((child) => this.#print(child, row));
    return `${key}:${value}`;
  }

  /** The values of a row in the order of the columns; undefined when it has others. */
  cells(row: number, lines: Lines, layout: readonly Place[]): readonly Cell[] | undefined {
    const { children } = this.#root;
    const whole = this.#lineOf(row, lines, layout);
    if (whole !== undefined) {
      const record = parseWhole(whole);
      const isLike = record instanceof JsonRecord && record.shape.keys.every((key, at) => key === children[at]?.step);
      return isLike ? record.values : undefined;
    }
    const cells: Cell[] = [];
    for (const { column } of children) cells.push(this.#cell(column!, row));
    return cells;
  }

  /** Takes what stands of a row in lines; gives its JSON where it stands as it is. */
  #lineOf(row: number, lines: Lines, layout: readonly Place[]): string | undefined {
    if (this.#hasHeadings && lines.text.startsWith(HEADING, lines.at)) {
      this.#heading = valueOf(lines.next().slice(HEADING.length));
    }
    const whole = isLabel(lines.text, lines.at) ? this.#whole(row, lines) : undefined;
    if (whole === undefined && layout.length > 0) this.#take(row, new RowLine(lines.next()), layout);
    return whole;
  }

  /** The JSON of a row that stands as it is. */
  #whole(row: number, lines: Lines): string | undefined {
    const label = rowLabel(row);
    if (!lines.text.startsWith(label, lines.at)) return undefined;
    const whole = lines.next().slice(label.length);
    this.outline?.whole.set(row, whole);
    return whole;
  }

  #take(row: number, line: RowLine, layout: readonly Place[]): void {
    if (isMarked(row, this.#head)) line.expect(rowMark(row));
    for (const { column, stop } of layout) {
      const isDash = column.reading.letter ? line.next === '-' : line.isWord('-', stop);
      if (isDash) line.at++;
      else column.taken[row] = column.reading.take!(line, stop);
      line.expect(stop);
    }
    if (!line.isAtEnd) throw new SyntaxError(`more than the row: ${line.text}`);
  }

  #cell(column: ReadColumn, row: number): Cell {
    if (column.cases.length > 0) {
      const special = this.#special(column.cases, row);
      if (special) return special.value;
    }
    const taken = column.taken[row];
    if (column.reading.take && !taken) return column.dash;
    return column.reading.value(row, taken, this.#lookup);
  }

  /** The exception that holds in a row. */
  #special(cases: readonly Case[], row: number): Case | undefined {
    for (const each of cases) {
      if ('ranges' in each) {
        if (each.ranges.some(([first, last]) => row >= first && row <= last)) return each;
      } else if (each.letters.has(this.#lookup.letter(each.column, row) ?? '')) return each;
    }
    return undefined;
  }

  /** Undefined for a key that the row does not have. */
  #print({ column, children }: Node, row: number): string | undefined {
    if (column) {
      const value = this.#cell(column, row);
      if (value === ABSENT) return undefined;
      if (value !== OPEN) return typeof value === 'string' ? quoteIn(column, value) : print(value);
    }
    if (typeof children[0]?.step === 'number') {
      return `[${children.map((child) => this.#print(child, row) ?? 'null').join(',')}]`;
    }
    let text = '';
    for (let at = 0; at < children.length; at++) {
      const child = children[at]!;
      const value = this.#print(child, row);
      if (value !== undefined) text += (text === '' ? '' : ',') + child.head + value;
    }
    return `{${text}}`;
  }
}
