/** Rebuilds the source of a lossless form. */
import { hasPlace, nameOfKind, PathBefore, readKind, ROW, splitRow, unfoldRow } from './kind.ts';
import { addPercents } from './percent.ts';
import { readEntry, unfoldPlaces } from './places.ts';
import type { Entry } from './places.ts';
import { countLines, ESCAPE, FOLD, MAX_CHARS, readHead, VALUE_BREAK } from './spell.ts';
import type { ReadHead } from './spell.ts';
import { countValues, fillTemplate, readTemplate } from './template.ts';
import type { Template } from './template.ts';

const ALIKE = /^≡ (\d{1,7}) (rows|values|times): (.*)$/s;
const PLACES = /^≡ (\d{1,7}) lines at (.+)$/s;
const MARK = /^\[#(\d{1,7})\]$/;
const AGAIN = /^\[(\d{1,7}) lines? as from #(\d{1,7})\]$/;

export function readForm(text: string): string | undefined {
  const end = text.indexOf('\n');
  const head = end < 0 ? undefined : readHead(text.slice(0, end));
  if (!head) return undefined;
  const lines = new Reader(head, text.split('\n')).read();
  if (!lines || countLines(lines) !== head.lines) return undefined;
  const source = head.percentColumn === undefined ? lines : addPercents(lines, head.percentColumn);
  return source?.join('\n');
}

class Reader {
  readonly #head: ReadHead;
  readonly #form: readonly string[];
  #at = 1;
  readonly #lines: string[] = [];
  #chars = 0;
  readonly #marks = new Map<string, number>();
  readonly #names = new Map<string, string>();
  readonly #kinds = new Map<string, Template>();
  readonly #before = new PathBefore();

  constructor(head: ReadHead, form: readonly string[]) {
    this.#head = head;
    this.#form = form;
  }

  read(): readonly string[] | undefined {
    for (let i = 0; i < this.#head.names; i++) {
      const name = /^([A-Z])=(.*)$/s.exec(this.#form[this.#at++] ?? '');
      if (!name) return undefined;
      this.#names.set(`=${name[1]!}`, name[2]!);
    }
    for (let i = 0; i < this.#head.kinds; i++) {
      const kind = /^([a-z]{1,2}): (.*)$/s.exec(this.#form[this.#at++] ?? '');
      if (kind?.[1] !== nameOfKind(i) || this.#head.slot === undefined) return undefined;
      this.#kinds.set(kind[1]!, readKind(kind[2]!, this.#head.slot));
    }
    while (this.#at < this.#form.length) if (!this.#readLine(this.#form[this.#at++]!)) return undefined;
    return this.#lines;
  }

  #readLine(line: string): boolean {
    if (line.startsWith(ESCAPE)) return this.#addPlain(line.slice(1));
    const row = this.#head.kinds > 0 ? ROW.exec(line) : null;
    if (row) return this.#readRow(row[1]!, row[2] ?? '');
    if (line.startsWith(FOLD)) return this.#readFold(line);
    if (!line.startsWith('[')) return this.#addPlain(line);
    const mark = MARK.exec(line);
    if (mark) {
      this.#marks.set(mark[1]!, this.#lines.length);
      return true;
    }
    const again = AGAIN.exec(line);
    return again ? this.#readAgain(Number(again[1]), again[2]!) : this.#addPlain(line);
  }

  #readRow(name: string, text: string): boolean {
    const template = this.#kinds.get(name);
    const row = template && splitRow(text, hasPlace(template), countValues(template));
    if (!template || !row) return false;
    const said = row.place?.path ?? '';
    const path = said === '' ? this.#before.path : (this.#names.get(said) ?? said);
    if (row.place && path === undefined) return false;
    const place = row.place && { path: path!, spelled: row.place.spelled };
    this.#before.seePlace(place);
    return unfoldRow(template, { place, values: row.values }, this.#head.style).every((line) => this.#add(line));
  }

  #addPlain(line: string): boolean {
    this.#before.seePlain(line);
    return this.#add(line);
  }

  #readAgain(count: number, mark: string): boolean {
    const from = this.#marks.get(mark);
    if (from === undefined || from + count > this.#lines.length) return false;
    for (let i = from; i < from + count; i++) if (!this.#add(this.#lines[i]!)) return false;
    return true;
  }

  #readFold(line: string): boolean {
    const places = PLACES.exec(line);
    if (places) return this.#readPlaces(Number(places[1]), places[2]!);
    const alike = ALIKE.exec(line);
    if (!alike || this.#head.slot === undefined) return false;
    const template = readTemplate(alike[3]!, this.#head.slot);
    const count = Number(alike[1]);
    if (count > this.#head.lines) return false;
    return alike[2] === 'values' ? this.#readValues(template, count) : this.#readRows(template, count);
  }

  #readValues(template: Template, count: number): boolean {
    for (let left = count; left > 0; ) {
      const line = this.#form[this.#at++];
      if (line === undefined) return false;
      for (const value of line.split(' ')) {
        if (left-- <= 0 || !this.#addFilled(template, [value])) return false;
      }
    }
    return true;
  }

  #readRows(template: Template, count: number): boolean {
    const slots = countValues(template);
    for (let i = 0; i < count; i++) {
      const line = slots === 0 ? '' : this.#form[this.#at++];
      if (line === undefined) return false;
      const values = slots === 1 ? [line] : line.split(VALUE_BREAK);
      if (slots > 0 && values.length !== slots) return false;
      if (!this.#addFilled(template, values)) return false;
    }
    return true;
  }

  #readPlaces(count: number, file: string): boolean {
    const entries: { places: Entry['places']; text: string }[] = [];
    for (let left = count; left > 0; ) {
      const line = this.#form[this.#at++];
      if (line === undefined) return false;
      const entry = readEntry(line, file);
      if (entry) entries.push({ places: [...entry.places], text: this.#names.get(entry.text) ?? entry.text });
      else if (entries.length === 0) return false;
      else entries.at(-1)!.text += `\n${line}`;
      left -= entries.at(-1)!.places.length;
      if (left < 0) return false;
    }
    return unfoldPlaces(file, entries).every((line) => this.#add(line));
  }

  #addFilled(template: Template, values: readonly string[]): boolean {
    return fillTemplate(template, values)
      .split('\n')
      .every((line) => this.#add(line));
  }

  #add(line: string): boolean {
    this.#lines.push(line);
    this.#chars += line.length + 1;
    return this.#lines.length <= this.#head.lines + 1 && this.#chars <= MAX_CHARS;
  }
}
