/**
 * The view of JSON lines: every record on a line of its own under its number, long strings and ids shortened in place with
 * how much is left out, what nearly all records share said once. Records that tell of a failure, and rare ones, lose nothing.
 */
import type { Deadline } from '../../core/deadline.ts';
import { readLoose } from './loose-json.ts';
import type { Loose } from './loose-json.ts';
import { type Placed, Places } from './record-paths.ts';
import { type Limits, RecordWriter, writeWhole } from './record-writer.ts';
import { type Record, sameFields } from './same-fields.ts';
import { shortenedLine } from './shorten.ts';

export interface RecordLines {
  readonly records: readonly Record[];
  /** Lines that are no records, by their numbers. */
  readonly others: ReadonlyMap<number, string>;
  readonly lines: readonly string[];
}

const LINES_PER_CHECK = 256;
/** Of the lines that hold anything, so many must be records. */
const MIN_SHARE = 0.9;

/** Undefined when the lines are mostly something else. */
export function readRecords(lines: readonly string[], deadline: Deadline): RecordLines | undefined {
  const records: Record[] = [];
  const others = new Map<number, string>();
  let strangers = 0;
  for (const [at, line] of lines.entries()) {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const read = readLoose(line.trimEnd());
    if (read) records.push({ number: at + 1, ...read });
    else {
      others.set(at + 1, line);
      if (line.trim() !== '') strangers++;
    }
  }
  const isMostly = records.length > 0 && strangers <= (records.length + strangers) * (1 - MIN_SHARE);
  return isMostly ? { records, others, lines } : undefined;
}

const FAILURE =
  /"(?:is_?error|isApiErrorMessage)"\s*:\s*true|"(?:level|severity|status|type|subtype|outcome|state)"\s*:\s*"(?:error|fatal|critical|crit|emerg|panic|fail\w*|exception|aborted|timeout)"|"(?:error|exception|err|errors|stack|traceback)"\s*:\s*(?!null|""|false|0\b|\{\s*\}|\[\s*\])|"(?:exit_?code|exit_?status|return_?code)"\s*:\s*-?[1-9]/i;
/** In few records a kind that comes once is nothing rare. */
const MIN_RECORDS = 12;
const MAX_RARE_SHARE = 0.15;
/** What rare records may take of the text. */
const MAX_RARE_CHARS = 0.25;

/** Numbers of the records that stay whole: every failure, and what is rare. */
function wholeRecords({ records, lines }: RecordLines): ReadonlySet<number> {
  const chars = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + lines[one - 1]!.length, 0);
  const failed = records.filter(({ number }) => FAILURE.test(lines[number - 1]!)).map(({ number }) => number);
  const rare = rareRecords(records);
  const isShort = chars(rare) <= chars(records.map(({ number }) => number)) * MAX_RARE_CHARS;
  return new Set([...failed, ...(isShort ? rare : [])]);
}

function rareRecords(records: readonly Record[]): readonly number[] {
  if (records.length < MIN_RECORDS) return [];
  const kinds = new Map<string, number[]>();
  for (const { number, value } of records) {
    const kind = kindOf(value);
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind)!.push(number);
  }
  const rare = [...kinds.values()].filter(({ length }) => length === 1).flat();
  return rare.length <= records.length * MAX_RARE_SHARE ? rare : [];
}

const KIND_KEY = /^(?:type|kind|event|name|level|op|operation|action|method|role)$/i;

/** The keys of a record, and what the fields say that tell its kind. */
function kindOf(value: Loose): string {
  if (value.kind !== 'object') return value.kind;
  return value.members
    .map(([key, member]) => (KIND_KEY.test(key) && member.kind === 'text' ? `${key}=${member.raw}` : key))
    .sort()
    .join(' ');
}

/** What is the same under all limits. */
export class RecordsView {
  readonly #read: RecordLines;
  readonly #phrases: readonly string[];
  readonly #places: Places;
  /** By line numbers, what is written under any limit: the records that stay whole, or where a record's values stand. */
  readonly #lines: readonly (string | Placed | undefined)[];

  constructor(read: RecordLines) {
    const same = sameFields(read.records);
    const whole = wholeRecords(read);
    this.#read = read;
    this.#phrases = same.phrases;
    this.#places = new Places(read.records, same.paths);
    const lines: (string | Placed | undefined)[] = read.lines.map(() => undefined);
    for (const record of read.records) {
      const placed = this.#places.of(record);
      const { number } = record;
      lines[number - 1] = whole.has(number) ? `${number}, whole: ${writeWhole(placed)}${endOf(record)}` : placed;
    }
    this.#lines = lines;
  }

  write(limits: Limits, deadline: Deadline): string {
    const { records, others, lines } = this.#read;
    const writer = new RecordWriter(this.#places, limits);
    const body: string[] = [];
    let next = 0;
    for (const [at, line] of this.#lines.entries()) {
      if (at % LINES_PER_CHECK === 0) deadline.check();
      if (line === undefined) {
        if (others.get(at + 1)!.trim() !== '') body.push(`${at + 1}: ${shortenedLine(lines[at]!, limits.chars * 2)}`);
        continue;
      }
      const record = records[next++]!;
      body.push(typeof line === 'string' ? line : `${at + 1}: ${writer.write(line, at + 1)}${endOf(record)}`);
    }
    const notes = [
      `${records.length} JSON ${records.length === 1 ? 'record' : 'records'} by line number`,
      '"abc"+9 is a string with 9 more characters',
      ...writer.notes,
      ...(this.#phrases.length > 0 ? [`left out below because the same ${this.#phrases.join('; ')}`] : []),
    ];
    return [`[headroom: ${notes.join('; ')}]`, ...body].join('\n');
  }
}

function endOf({ isCut }: Record): string {
  return isCut ? ' (the line breaks off here)' : '';
}
