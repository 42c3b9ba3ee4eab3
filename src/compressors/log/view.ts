/**
 * The view of a log: one line for each template with its count, lines, times and values; rare records, and the first
 * of each warning or error, in full with their stack traces. Every template is in it; line numbers are the source's.
 */
import type { Deadline } from '../../core/deadline.ts';
import { foldColumns } from './columns.ts';
import type { Line, Mined } from './mine.ts';
import { groupRecords, recordValues } from './records.ts';
import type { LogRecord, RecordGroup } from './records.ts';
import { SLOT, TIME } from './shape.ts';
import { sayValues } from './values.ts';
import type { ValueLimits } from './values.ts';

/** Records of a template that comes so rarely are all shown. */
const MAX_RARE = 2;
/** For a slot that always holds the value of an earlier one. */
const SAME_VALUES = '{as before}';

export function writeView(mined: Mined, limits: ValueLimits, deadline: Deadline): string {
  const groups = groupRecords(mined, deadline);
  const all = groups.flatMap(({ records }) => records);
  const ends = [first(all), last(all)];
  const shared = sharedTime(mined.lines);
  const said: Said[] = [];
  for (const group of groups) {
    deadline.check();
    const { records, severity } = group;
    if (records.length <= MAX_RARE) {
      for (const record of records) said.push(sayRecord(record, mined));
      continue;
    }
    const isFull = severity !== 'none' || records[0]!.end - records[0]!.start > 1;
    const slots = sayGroup(group, isFull ? { ...limits, examples: limits.examples - 1 } : limits, deadline);
    const isEnd = (record: LogRecord): boolean => ends.includes(record) && slots.values.length > 0;
    const inFull = isFull || isEnd(records[0]!);
    said.push(inFull ? sayFirst(group, slots, shared, mined) : sayPattern(group, slots, shared));
    if (isEnd(records.at(-1)!)) said.push(sayRecord(records.at(-1)!, mined));
  }
  const body = said.sort((a, b) => a.start - b.start).map(({ text }) => text);
  return [sayHead(mined, groups, shared), ...body].join('\n');
}

/** A line of the view, and the line of the source that it stands at. */
interface Said {
  readonly start: number;
  readonly text: string;
}

function sayRecord({ start, end }: LogRecord, { lines }: Mined): Said {
  const text = lines.slice(start, end).map((line) => line.text);
  return { start, text: `${start + 1}: ${text.join('\n')}` };
}

function first(records: readonly LogRecord[]): LogRecord | undefined {
  return records.reduce<LogRecord | undefined>((a, b) => (a && a.start < b.start ? a : b), undefined);
}

function last(records: readonly LogRecord[]): LogRecord | undefined {
  return records.reduce<LogRecord | undefined>((a, b) => (a && a.start > b.start ? a : b), undefined);
}

/** What all times begin with, to the last blank or dash: said once, in the head. */
function sharedTime(lines: readonly Line[]): string {
  let shared: string | undefined;
  for (const { time } of lines) {
    if (time === undefined) continue;
    shared ??= time;
    let end = 0;
    while (end < shared.length && shared[end] === time[end]) end++;
    shared = shared.slice(0, end);
  }
  return /^.*[ T_-]/.exec(shared ?? '')?.[0] ?? '';
}

function sayHead({ lines, kinds }: Mined, groups: readonly RecordGroup[], shared: string): string {
  const times = lines.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const count = lines.length - (lines.at(-1)?.text === '' ? 1 : 0);
  const said = [`[view of a log of ${count} lines, ${groups.length} templates`];
  if (times.length > 0) said.push(`; ${times[0]!} to ${times.at(-1)!}`);
  const levels = new Map<string, number>();
  for (const { level, lines } of kinds) if (level !== undefined) levels.set(level, (levels.get(level) ?? 0) + lines);
  if (levels.size > 0) said.push(`; ${[...levels].map(([level, lines]) => `${level} ${lines}`).join(', ')}`);
  const but = times.length === 0 ? '' : shared === '' ? 'times and ' : `times (after "${shared}") and `;
  said.push(`. 40x 3-98: 40 lines from 3 to 98, alike but for ${but}{values}; 12: line 12 in full]`);
  return said.join('');
}

/** What the slots of a group hold over all its records. */
interface Slots {
  /** The template with all of it in place. */
  readonly text: string;
  /** Of those that differ. */
  readonly values: readonly string[];
  /** Lines that each record has below its first. */
  readonly more: number;
}

function sayGroup(group: RecordGroup, limits: ValueLimits, deadline: Deadline): Slots {
  const { template, records } = group;
  const { start, end, line } = records[0]!;
  const more = end - start - 1;
  if (!template) return { text: line.text, values: [], more };
  const rows = recordValues(group);
  const columns = foldColumns(rows, deadline);
  const values: string[] = [];
  let slot = 0;
  const text = template.shape.replaceAll(SLOT, () => {
    const column = slot++;
    const { kind } = columns[column]!;
    if (kind === 'constant') return rows[0]![column]!;
    if (kind === 'same') return SAME_VALUES;
    const own = rows.map((row) => row[column]!);
    values.push(sayValues(own, limits));
    return values.at(-1)!;
  });
  return { text, values, more };
}

function sayCount({ records }: RecordGroup): string {
  return `${records.length}x ${records[0]!.start + 1}-${records.at(-1)!.end}`;
}

/** The first in full, with its stack trace, after what is to be said of the others. */
function sayFirst(group: RecordGroup, { values, more }: Slots, shared: string, mined: Mined): Said {
  const { records } = group;
  const { time } = records.at(-1)!.line;
  const parts = [
    sayCount(group),
    ...(time === undefined ? [] : [`to ${time.slice(shared.length)}`]),
    ...(more === 0 ? [] : [`each with ${more} more ${more === 1 ? 'line' : 'lines'}`]),
    ...(values.length === 0 ? [] : [`values ${values.join(' ')}`]),
  ];
  const { start, text } = sayRecord(records[0]!, mined);
  return { start, text: `${parts.join(', ')}, the first:\n${text}` };
}

function sayPattern(group: RecordGroup, { text }: Slots, shared: string): Said {
  const [from, to] = [group.records[0]!, group.records.at(-1)!];
  const times = [from, to].map(({ line }) => line.time?.slice(shared.length) ?? '').join(' to ');
  return { start: from.start, text: `${sayCount(group)} ${text.replace(TIME, () => times)}` };
}
