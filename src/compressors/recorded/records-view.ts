/**
 * The view of JSON lines: every record on a line of its own under its number, long strings and ids shortened in place with
 * how much is left out, what nearly all records share said once. Records that tell of a failure, and rare ones, lose nothing.
 */
import type { Deadline } from '../../core/deadline.ts';
import { readLoose } from './loose-json.ts';
import type { Loose } from './loose-json.ts';
import { RecordWriter } from './record-writer.ts';
import type { Limits } from './record-writer.ts';
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

export function writeRecords(read: RecordLines, limits: Limits, deadline: Deadline): string {
  const { records, others, lines } = read;
  const same = sameFields(records);
  const whole = wholeRecords(read);
  const writer = new RecordWriter(records, same.paths, limits);
  const byNumber = new Map(records.map((record) => [record.number, record]));
  const body = lines.map((line, at) => {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const record = byNumber.get(at + 1);
    if (!record) return others.get(at + 1)!.trim() === '' ? '' : `${at + 1}: ${shortenedLine(line, limits.chars * 2)}`;
    const end = record.isCut ? ' (the line breaks off here)' : '';
    if (whole.has(at + 1)) return `${at + 1}, whole: ${writer.writeWhole(record)}${end}`;
    return `${at + 1}: ${writer.write(record)}${end}`;
  });
  const notes = [
    `${records.length} JSON ${records.length === 1 ? 'record' : 'records'} by line number`,
    '"abc"+9 is a string with 9 more characters',
    ...writer.notes,
    ...(same.phrases.length > 0 ? [`left out below because the same ${same.phrases.join('; ')}`] : []),
  ];
  return [`[headroom: ${notes.join('; ')}]`, ...body.filter((line) => line !== '')].join('\n');
}
