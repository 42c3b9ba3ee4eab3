/**
 * Reads TOML as programs write it (lock files) and INI files as tables: tables of one name in a row are a list, tables
 * within the last of them its entries. Comments and blank lines are entries named `#`.
 */
import type { Deadline } from '../../core/deadline.ts';
import { type Node, readValue, type Spelling, type Table } from './values.ts';

const LINES_PER_CHECK = 512;
const TABLE = /^(\[\[?)([^[\]]{1,200})(\]\]?)$/;
const ENTRY = /^((?:[\w.\-/@:*+]+|"[^"\\]*")(?: [\w.-]+)*?)( = | =|=|: )(.*)$/;
const ODD_KEY = /^(?:\d+|__proto__)$/;
const MAX_LINE = 20_000;
const MAX_REMARKS = 60;
const MAX_RETURNS = 200;
/** Key of what stands before the first table. */
export const TOP = '';
export const REMARK = '#';
/** Before the key of a list that has a line for each item. */
export const LINES = '/';

class Reader {
  readonly #lines: readonly string[];
  readonly #spelling: Spelling;
  readonly #deadline: Deadline;
  readonly #document: Record<string, Node | Node[]> = {};
  #table: Record<string, Node> = {};
  #remarks = 0;
  #returns = 0;
  #last = '';

  constructor(lines: readonly string[], spelling: Spelling, deadline: Deadline) {
    this.#lines = lines;
    this.#spelling = spelling;
    this.#deadline = deadline;
  }

  /** Undefined when it is not read here. */
  read(): Table | undefined {
    this.#document[TOP] = this.#table;
    for (let at = 0; at < this.#lines.length; ) {
      if (at % LINES_PER_CHECK === 0) this.#deadline.check();
      const line = this.#lines[at]!;
      const next = line.length > MAX_LINE ? 0 : this.#take(line, at);
      if (next === 0) return undefined;
      at = next;
    }
    return this.#document as Table;
  }

  /** Where the next thing begins; 0 when this one is not read here. */
  #take(line: string, at: number): number {
    const isBlank = line === '';
    const heading = isBlank ? (this.#lines[at + 1] ?? '') : line;
    // Each table but one at the very beginning has an empty line above it.
    if (heading.startsWith('[') && TABLE.test(heading))
      return (isBlank || at === 0) && this.#open(heading) ? at + (isBlank ? 2 : 1) : 0;
    if (isBlank || line.startsWith('#') || line.startsWith(';')) return this.#remark(line) ? at + 1 : 0;
    return this.#entry(line, at);
  }

  #entry(line: string, at: number): number {
    const [, key = '', equals, raw = ''] = ENTRY.exec(line) ?? [];
    if (ODD_KEY.test(key) || equals !== this.#spelling.equals) return 0;
    if (raw === '[' && !this.#spelling.isBare) return this.#list(key, at + 1);
    return this.#set(key, readValue(raw, this.#spelling)) ? at + 1 : 0;
  }

  #set(key: string, value: Node): boolean {
    if (Object.hasOwn(this.#table, key)) return false;
    this.#table[key] = value;
    return true;
  }

  #remark(line: string): boolean {
    this.#remarks++;
    return this.#remarks <= MAX_REMARKS && this.#set(`${REMARK}${Object.keys(this.#table).length}`, line);
  }

  /** The items of a list, each on a line of its own with a comma behind it. */
  #list(key: string, start: number): number {
    const lead = ' '.repeat(this.#spelling.indent);
    const items: Node[] = [];
    for (let at = start; at < this.#lines.length; at++) {
      const line = this.#lines[at]!;
      if (line === ']') return this.#set(LINES + key, items) ? at + 1 : 0;
      if (!line.startsWith(lead) || line[lead.length] === ' ' || !line.endsWith(',')) return 0;
      items.push(readValue(line.slice(lead.length, -1), this.#spelling));
    }
    return 0;
  }

  #open(line: string): boolean {
    const [, open = '', name = '', close = ''] = TABLE.exec(line)!;
    if (open.length !== close.length) return false;
    if (open === '[' && this.#last !== '' && name.startsWith(`${this.#last}.`)) {
      const rows = this.#document[`[[${this.#last}]]`] as Node[];
      const row = rows.at(-1) as Record<string, Node>;
      const key = `[${name.slice(this.#last.length)}]`;
      if (Object.hasOwn(row, key)) return false;
      row[key] = this.#table = {};
      return true;
    }
    return this.#openOwn(line, open === '[[' ? name : '');
  }

  #openOwn(line: string, name: string): boolean {
    this.#table = {};
    if (name === '') {
      this.#last = '';
      let key = line;
      if (Object.hasOwn(this.#document, key)) key = `${line}${REMARK}${++this.#returns}`;
      this.#document[key] = this.#table;
      return this.#returns <= MAX_RETURNS;
    }
    const rows = this.#document[line] as Node[] | undefined;
    if (rows && this.#last !== name) return false;
    if (rows) rows.push(this.#table);
    else this.#document[line] = [this.#table];
    this.#last = name;
    return true;
  }
}

export function readToml(lines: readonly string[], spelling: Spelling, deadline: Deadline): Table | undefined {
  return new Reader(lines, spelling, deadline).read();
}
