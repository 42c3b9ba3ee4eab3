/**
 * The view of a log: one line for each template with its count, lines, times and values; rare records, and the first
 * of each warning or error, in full with their stack traces. Every template is in it; line numbers are the source's.
 */
import type { Deadline } from '../../core/deadline.ts';
import { foldColumns } from './columns.ts';
import type { Mined } from './mine.ts';
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
  const times = mined.lines.map(({ time }) => time).filter((time) => time !== undefined);
  const unsaid = unsaidOf(times);
  const shared = typeof unsaid === 'number' ? unsaid : unsaid.length;
  const said: Said[] = [];
  for (const group of groups) {
    deadline.check();
    const { records, severity } = group;
    if (records.length <= MAX_RARE) {
      for (const record of records) said.push(sayRecord(record, mined));
      continue;
    }
    const isFull = severity !== 'none' || records[0]!.end - records[0]!.start > 1;
    const slots = sayGroup(group, isFull ? { ...limits, examples: 0 } : limits, deadline);
    said.push(isFull ? sayFirst(group, slots, shared, mined) : sayPattern(group, slots, shared));
  }
  const body = said.sort((a, b) => a.start - b.start).map(({ text }) => text);
  return [sayHead(mined, times, unsaid), ...body].join('\n');
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

const CLOCK = /\d{1,2}:\d\d:\d\d/;

/** How far into each time the view need not say it: what all begin with, or the day where the clock alone tells it. */
function unsaidOf(times: readonly string[]): string | number {
  const clock = times[0]?.search(CLOCK) ?? -1;
  if (clock > 0 && tellsByClock(times, clock)) return clock;
  let shared = times[0] ?? '';
  for (const time of times) {
    if (time.startsWith(shared)) continue;
    let end = 0;
    while (shared[end] === time[end]) end++;
    shared = shared.slice(0, end);
  }
  return /^.*[ T_-]/.exec(shared)?.[0] ?? '';
}

/** Whether the log ends on its second day, earlier by the clock than it began: then no two times look alike. */
function tellsByClock(times: readonly string[], clock: number): boolean {
  const first = times[0]!;
  const last = times.at(-1)!;
  const [one, two] = [first.slice(0, clock), last.slice(0, clock)];
  if (one === two || first.slice(clock) <= last.slice(clock)) return false;
  const change = times.findIndex((time) => !time.startsWith(one));
  return times.every((time, i) => time.startsWith(i < change ? one : two) && CLOCK.test(time.slice(clock)));
}

function sayHead({ lines, kinds }: Mined, times: readonly string[], unsaid: string | number): string {
  const count = lines.length - (lines.at(-1)?.text === '' ? 1 : 0);
  const said = [`[view of a log: ${count} lines`];
  if (times.length > 0) said.push(`, ${times[0]!} to ${times.at(-1)!}`);
  const levels = new Map<string, number>();
  for (const { level, lines } of kinds) if (level !== undefined) levels.set(level, (levels.get(level) ?? 0) + lines);
  if (levels.size > 0) said.push(`, ${[...levels].map(([level, lines]) => `${lines} ${level}`).join(', ')}`);
  if (typeof unsaid === 'string' && unsaid !== '') said.push(`, times after "${unsaid}"`);
  said.push('. 40x 3-98: 40 such lines from 3 to 98]');
  return said.join('');
}

/** What the slots of a group hold over all its records. */
interface Slots {
  /** The template with all of it in place. */
  readonly text: string;
  /** Of those that differ. */
  readonly values: readonly string[];
}

function sayGroup(group: RecordGroup, limits: ValueLimits, deadline: Deadline): Slots {
  const { template, records } = group;
  if (!template) return { text: records[0]!.line.text, values: [] };
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
  return { text, values };
}

function sayCount({ records }: RecordGroup): string {
  return `${records.length}x ${records[0]!.start + 1}-${records.at(-1)!.end}`;
}

/** The first in full, with its stack trace, after what is to be said of the others. */
function sayFirst(group: RecordGroup, { values }: Slots, shared: number, mined: Mined): Said {
  const { start, end } = group.records[0]!;
  const { time } = group.records.at(-1)!.line;
  const more = end - start - 1;
  const said = [
    sayCount(group),
    ...(time === undefined ? [] : [`to ${time.slice(shared)}`]),
    ...(more === 0 ? [] : [`each with ${more} more ${more === 1 ? 'line' : 'lines'}`]),
    ...values,
  ];
  const lines = mined.lines.slice(start, end).map(({ text }) => text);
  return { start, text: `${said.join(' ')}, first: ${lines.join('\n')}` };
}

function sayPattern(group: RecordGroup, { text }: Slots, shared: number): Said {
  const [from, to] = [group.records[0]!, group.records.at(-1)!];
  const times = [from, to].map(({ line }) => line.time?.slice(shared) ?? '').join(' to ');
  return { start: from.start, text: `${sayCount(group)} ${text.replace(TIME, () => times)}` };
}
