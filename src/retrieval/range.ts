/**
 * Pieces of an original by their places: lines, rows, the characters of one of them. What there is no room for is named,
 * with what to ask for next: so all of an original comes piece by piece, however long its lines are.
 */
import { type Answered, edgeAt, MAX_CHARS, no } from './answered.ts';
import type { Original, Rows } from './original.ts';

/** Lines or rows, of all the original or of what stands at a place in it. */
export interface Records extends Rows {
  /** The place, as it was asked for. */
  readonly path?: string | undefined;
}

const TO = String.raw`\s*(?:-|–|\.\.|to)\s*`;
/** `120`, `120-180`, `120-` to the end. */
const RANGE = new RegExp(String.raw`^(\d{1,9})(?:(?:${TO}|\s*[,:]\s*)(\d{1,9})|${TO})?$`);
/** `4:40001-80000`: characters of one. */
const CHARACTERS = new RegExp(String.raw`^(\d{1,9})\s*:\s*(\d{1,9})${TO}(\d{0,9})$`);

/** Of the JSON around a text whose lines are shown. */
const MAX_AROUND = 4000;

export function range(records: Records, asked: string, unit: 'lines' | 'rows'): Answered {
  const { texts, name } = records;
  const [, record, start, end] = CHARACTERS.exec(asked) ?? [];
  const [, from, to = /\D$/.test(asked) ? texts.length : from] = RANGE.exec(asked) ?? [];
  const first = Math.max(1, Number(record ?? from));
  if (Number.isNaN(first)) {
    return no(`${unit} must be one number, a range, or characters of one: "120", "120-180", "120:1-${MAX_CHARS}"`);
  }
  if (first > texts.length || Number(to) < first)
    return no(`there are ${texts.length} ${name}, from 1 to ${texts.length}`);
  if (record === undefined) return shown(records, first, Math.min(Number(to), texts.length));
  return characters(records, first, Number(start) - 1, end ? Number(end) : Infinity);
}

/** The whole where it is short enough. */
export function beginning(original: Original, limit: number | undefined, path?: string): Answered {
  const { text, lines } = original;
  if (limit === undefined && text.length <= MAX_CHARS) return { text, isError: false };
  const first = shown({ ...lines, path }, 1, Math.min(limit ?? lines.texts.length, lines.texts.length));
  const around = original.around ?? '';
  const isTold = around !== '' && around.length + first.text.length <= MAX_CHARS + MAX_AROUND;
  return isTold ? { ...first, text: `${around}\n${first.text}` } : first;
}

/** As much of a range as there is room for, and how to go on. */
function shown(records: Records, first: number, last: number): Answered {
  const { texts, name, path } = records;
  let [end, chars] = [first - 1, 0];
  while (end < last && chars + texts[end]!.length < MAX_CHARS) chars += texts[end++]!.length + 1;
  if (end < first) return characters(records, first, 0, Infinity);
  const next = path === undefined ? `go on from ${end + 1}` : onwards(records, `${end + 1}-${last}`);
  const count = `${name} ${first}-${end} of ${texts.length}${whereOf(path)}`;
  const isAll = path === undefined && first === 1 && end === texts.length;
  const note = isAll ? '' : `[${count}${end < last ? `; ${next}` : ''}]\n`;
  return { text: note + texts.slice(first - 1, end).join('\n'), isError: false };
}

/** Of one line or row. @param from the first, counted from 0. */
function characters(records: Records, record: number, from: number, to: number): Answered {
  const { texts, name, path } = records;
  const text = texts[record - 1]!;
  const which = name.replace(/^(line|row)s/, `$1 ${record} of ${texts.length}`) + whereOf(path);
  const start = edgeAt(text, Math.max(0, from));
  if (start >= text.length || to <= start) return no(`${which} has the characters 1 to ${text.length}`);
  const end = endOf(text, start, Math.min(to, text.length));
  const next = `${record}:${end + 1}-${Math.min(end + MAX_CHARS, text.length)}`;
  const more = end < text.length ? `; ${onwards(records, next)}` : '';
  const note = `[characters ${start + 1}-${end} of ${text.length} of ${which}${more}]`;
  return { text: `${note}\n${text.slice(start, end)}`, isError: false };
}

/** At least one sign, also where only half of it was asked for. */
function endOf(text: string, start: number, to: number): number {
  const end = edgeAt(text, Math.min(to, start + MAX_CHARS));
  return end > start ? end : start + 2;
}

function onwards({ name, path }: Records, next: string): string {
  const unit = name.startsWith('rows') ? 'rows' : 'lines';
  return `go on with ${path === undefined ? '' : 'the same path and '}${unit} "${next}"`;
}

function whereOf(path: string | undefined): string {
  return path === undefined ? '' : ` at ${path}`;
}
