/** Reads the lossless form back. Anything that the writer would not have written makes it no form at all. */
import {
  CODED,
  ESCAPE,
  HEADING,
  isAmbiguous,
  markPattern,
  MAX_LINES,
  readCount,
  readHead,
  REST_NAME,
  TIME_NAME,
  VALUE,
  writeCode,
} from './spell.ts';
import type { Head, Marks } from './spell.ts';

/** Fixed texts and marks in turn: `['', 'time', ' GET ', '', ' took ', '', 'ms']`. */
interface Template {
  readonly pieces: readonly string[];
  readonly slots: number;
  readonly hasTime: boolean;
  readonly hasRest: boolean;
}

/** A damaged form must not blow up. */
const MAX_CHARS = 1 << 28;

export function readForm(text: string): string | undefined {
  const form = text.split('\n');
  const head = readHead(form[0]!);
  if (!head || head.templates + head.values + 1 > form.length || head.lines > MAX_LINES) return undefined;
  const templates = new Map<string, Template>();
  for (let i = 0; i < head.templates; i++) {
    const code = writeCode(i);
    const line = form[i + 1]!;
    if (!line.startsWith(`${code}=`)) return undefined;
    templates.set(code, readTemplate(line.slice(code.length + 1), head.marks));
  }
  const start = head.templates + 1;
  const values = readValues(form.slice(start, start + head.values));
  const lines = values && new Reader(head, templates, values).read(form, start + head.values);
  return lines?.length === head.lines ? lines.join('\n') : undefined;
}

/** Undefined when they are not numbered in order. */
function readValues(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [i, line] of lines.entries()) {
    const number = `${VALUE}${i + 1}`;
    if (!line.startsWith(`${number}=`)) return undefined;
    values.set(number, line.slice(number.length + 1));
  }
  return values;
}

function readTemplate(spelled: string, marks: Marks): Template {
  const pieces = spelled.split(markPattern(marks));
  const names = pieces.filter((_, i) => i % 2 === 1);
  return {
    pieces,
    slots: names.filter((name) => name === '').length,
    hasTime: names.includes(TIME_NAME),
    hasRest: names.includes(REST_NAME),
  };
}

interface Said {
  readonly values: readonly string[];
  readonly rest: string;
}

class Reader {
  readonly #head: Head;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #values: ReadonlyMap<string, string>;
  readonly #lines: string[] = [];
  #chars = 0;
  #heading = '';
  #time = '';

  constructor(head: Head, templates: ReadonlyMap<string, Template>, values: ReadonlyMap<string, string>) {
    this.#head = head;
    this.#templates = templates;
    this.#values = values;
  }

  read(form: readonly string[], start: number): readonly string[] | undefined {
    for (let at = start; at < form.length; at++) {
      const line = form[at]!;
      if (!this.#readLine(line)) return undefined;
      if (this.#lines.length > this.#head.lines || this.#chars > MAX_CHARS) return undefined;
    }
    return this.#lines;
  }

  #readLine(line: string): boolean {
    if (line.startsWith(ESCAPE)) return this.#add(line.slice(1));
    if (!isAmbiguous(line, (code) => this.#templates.has(code))) return this.#add(line);
    if (line.startsWith(HEADING)) {
      this.#heading = line.slice(1);
      this.#time = this.#heading;
      return true;
    }
    const times = readCount(line);
    return times === undefined ? this.#readCoded(line) : this.#repeat(times);
  }

  #repeat(times: number): boolean {
    const last = this.#lines.at(-1);
    if (last === undefined || times < 1) return false;
    if (this.#lines.length + times - 1 > this.#head.lines) return false;
    if (this.#chars + (last.length + 1) * times > MAX_CHARS) return false;
    for (let i = 1; i < times; i++) this.#add(last);
    return true;
  }

  #readCoded(line: string): boolean {
    const [, time, code = '', said] = CODED.exec(line)!;
    const template = this.#templates.get(code)!;
    if (time !== undefined) {
      if (!template.hasTime) return false;
      this.#time = this.#heading + time;
    }
    if (!template.hasRest && template.slots === 0)
      return this.#readPlain(said === undefined ? code : `${code} ${said}`);
    const read = readSaid(template, said, this.#values);
    return read !== undefined && this.#add(fillTemplate(template, read, this.#time));
  }

  #readPlain(codes: string): boolean {
    return codes.split(' ').every((code) => {
      const template = this.#templates.get(code);
      if (!template || template.hasRest || template.slots > 0) return false;
      return this.#add(fillTemplate(template, { values: [], rest: '' }, this.#time));
    });
  }

  #add(line: string): boolean {
    this.#lines.push(line);
    this.#chars += line.length + 1;
    return true;
  }
}

function readSaid(
  { slots, hasRest }: Template,
  said: string | undefined,
  numbers: ReadonlyMap<string, string>,
): Said | undefined {
  const values: string[] = [];
  let left = said;
  for (let slot = 0; slot < slots; slot++) {
    if (left === undefined) return undefined;
    const end = left.indexOf(' ');
    const value = end < 0 ? left : left.slice(0, end);
    values.push(numbers.get(value) ?? value);
    left = end < 0 ? undefined : left.slice(end + 1);
  }
  if (hasRest ? left === undefined : left !== undefined) return undefined;
  return { values, rest: left ?? '' };
}

function fillTemplate({ pieces }: Template, { values, rest }: Said, time: string): string {
  let line = '';
  let slot = 0;
  for (const [i, piece] of pieces.entries()) {
    if (i % 2 === 0) line += piece;
    else if (piece === '') line += values[slot++]!;
    else if (piece === TIME_NAME) line += time;
    else if (piece === REST_NAME) line += rest;
    else line += values[Number(piece) - 1] ?? '';
  }
  return line;
}
