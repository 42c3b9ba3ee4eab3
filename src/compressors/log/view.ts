/**
 * The view of a log: one line for each template with its count, lines, times and values; rare records, and the first
 * of each warning or error, in full with their stack traces. Every template is in it; line numbers are the source's.
 */
import type { Deadline } from '../../core/deadline.ts';
import type { ToolImportance } from '../../core/importance.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { foldColumns } from './columns.ts';
import type { Mined } from './mine.ts';
import { Opening } from './opening.ts';
import { groupRecords, recordValues } from './records.ts';
import type { LogRecord, RecordGroup } from './records.ts';
import { SLOT, TIME } from './shape.ts';
import { placeOf } from './structure.ts';
import { sayValues } from './values.ts';
import type { ValueLimits } from './values.ts';

/** Records of a template that comes so rarely are all shown. */
const MAX_RARE = 2;
/** For a slot that always holds the value of an earlier one. */
const SAME_VALUES = '{as before}';

/** How much to say of some groups. */
interface Details {
  readonly limits: ValueLimits;
  /** Of these groups so many records each by its values. */
  readonly each: ReadonlyMap<RecordGroup, number>;
}

export interface Learning {
  readonly importance: ToolImportance;
  readonly tokens: Tokenizer;
  /** What a view with the lines that are asked for may have more than one without. */
  readonly moreTokens: number;
}

export function writeView(mined: Mined, limits: ValueLimits, deadline: Deadline, learning?: Learning): string {
  const groups = groupRecords(mined, deadline);
  const view = write(groups, mined, { limits, each: new Map() }, deadline);
  if (!learning) return view;
  const { importance, tokens, moreTokens } = learning;
  const kept = groups.filter(({ template, records }) => {
    if (!template || records.length <= MAX_RARE) return false;
    const { shape, place } = placeOf(template);
    return importance.weightOf(shape, place) > 0;
  });
  if (kept.length === 0) return view;
  const room = tokens.count(view) + moreTokens;
  const found = mostWithin(kept, (each) => {
    const text = write(groups, mined, { limits, each }, deadline);
    return tokens.count(text) <= room ? text : undefined;
  });
  return found ?? view;
}

/** All their records where they fit, else as many of each as do. */
function mostWithin(
  kept: readonly RecordGroup[],
  fits: (each: Details['each']) => string | undefined,
): string | undefined {
  const upTo = (count: number): Details['each'] =>
    new Map(kept.map((group) => [group, Math.min(count, group.records.length)]));
  const all = Math.max(...kept.map(({ records }) => records.length));
  const whole = fits(upTo(all));
  if (whole !== undefined) return whole;
  let [few, many] = [0, all];
  let best: string | undefined;
  while (many - few > 1) {
    const count = (few + many) >> 1;
    const found = fits(upTo(count));
    if (found === undefined) many = count;
    else [few, best] = [count, found];
  }
  return best;
}

function write(groups: readonly RecordGroup[], mined: Mined, { limits, each }: Details, deadline: Deadline): string {
  const opening = new Opening(
    mined.lines,
    groups.filter(({ records }) => records.length > MAX_RARE),
  );
  const said: Said[] = [];
  for (const group of groups) {
    deadline.check();
    const { records, severity } = group;
    if (records.length <= MAX_RARE) {
      for (const record of records) said.push(sayRecord(record, mined));
      continue;
    }
    const count = each.get(group);
    if (count !== undefined) {
      said.push(sayEach(group, count, opening, { mined, deadline }));
      continue;
    }
    const isFull = severity !== 'none' || records[0]!.end - records[0]!.start > 1;
    const slots = sayGroup(group, opening, isFull ? { ...limits, examples: 0 } : limits, deadline);
    said.push(isFull ? sayFirst(group, slots, opening, mined) : sayPattern(group, slots, opening));
  }
  const body = said.sort((a, b) => a.start - b.start).map(({ text }) => text);
  return [sayHead(mined, opening), ...body].join('\n');
}

/** The template once with what is always the same in it, then of each record its line, its time and what stands in the gaps. */
function sayEach(group: RecordGroup, count: number, opening: Opening, { mined, deadline }: Within): Said {
  const rows = recordValues(group);
  const columns = foldColumns(rows, deadline);
  const { records, template } = group;
  let slot = opening.slots;
  const gaps = opening.restOf(template!.shape).replaceAll(SLOT, () => {
    const column = slot++;
    const { kind } = columns[column]!;
    return kind === 'constant' ? rows[0]![column]! : kind === 'same' ? SAME_VALUES : '{}';
  });
  const more = count < records.length ? `, the first ${count}` : '';
  const said = records.slice(0, count).map(({ line, start, end }, at) => {
    const time = line.time === undefined ? [] : [opening.timeOf(line.time)];
    const own = rows[at]!.filter((_, column) => !['constant', 'same'].includes(columns[column]!.kind));
    const further = mined.lines.slice(start + 1, end).map(({ text }) => text);
    return [[`${start + 1}:`, ...time, ...own].join(' '), ...further].join('\n');
  });
  const head = `${sayCount(group)} ${gaps.replace(TIME, '{time}')}, each${more}:`;
  return { start: records[0]!.start, text: [head, ...said].join('\n') };
}

interface Within {
  readonly mined: Mined;
  readonly deadline: Deadline;
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

function sayHead({ lines, kinds }: Mined, opening: Opening): string {
  const count = lines.length - (lines.at(-1)?.text === '' ? 1 : 0);
  const said = [`[log view: ${count} lines`, opening.said];
  const levels = new Map<string, number>();
  for (const { level, lines } of kinds) if (level !== undefined) levels.set(level, (levels.get(level) ?? 0) + lines);
  if (levels.size > 0) said.push(`, ${[...levels].map(([level, lines]) => `${lines} ${level}`).join(', ')}`);
  said.push(`; count x lines, ${opening.isSaid ? 'other ' : ''}times: first or template]`);
  return said.join('');
}

/** What the slots of a group hold over all its records. */
interface Slots {
  /** The template with all of it in place. */
  readonly text: string;
  /** Of those that differ. */
  readonly values: readonly string[];
}

function sayGroup(group: RecordGroup, opening: Opening, limits: ValueLimits, deadline: Deadline): Slots {
  const { template, records } = group;
  if (!template) return { text: opening.restOfLine(records[0]!.line), values: [] };
  const rows = recordValues(group);
  const columns = foldColumns(rows, deadline);
  const values: string[] = [];
  let slot = opening.slots;
  const text = opening.restOf(template.shape).replaceAll(SLOT, () => {
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
function sayFirst(group: RecordGroup, { values }: Slots, opening: Opening, mined: Mined): Said {
  const { line, start, end } = group.records[0]!;
  const more = end - start - 1;
  const said = [
    sayCount(group),
    opening.timesOf(group),
    more === 0 ? '' : `each with ${more} more ${more === 1 ? 'line' : 'lines'}`,
    ...values,
  ].filter((part) => part !== '');
  const trace = mined.lines.slice(start + 1, end).map(({ text }) => text);
  return { start, text: [`${said.join(' ')}: ${opening.restOfLine(line)}`, ...trace].join('\n') };
}

function sayPattern(group: RecordGroup, { text }: Slots, opening: Opening): Said {
  return { start: group.records[0]!.start, text: `${sayCount(group)} ${opening.withTimes(text, group)}` };
}
