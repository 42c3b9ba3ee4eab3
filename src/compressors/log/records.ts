/**
 * Records: a log line with the lines that belong to it (stack traces, indented lines), grouped by template. Where several
 * services write into one log, no line belongs to a record of another service.
 */
import type { Deadline } from '../../core/deadline.ts';
import { valuesOf } from './mine.ts';
import { type Kind, type Line, type Mined, type Template, sampled } from './mine.ts';
import { areOfServices, readService } from './interleaved.ts';
import type { Severity } from './severity.ts';

const LINES_PER_CHECK = 1024;
const NO_LINES: readonly Line[] = [];
const CONTINUATION = /^(?:[ \t]+\S|Caused by:|Traceback \(|\.\.\. \d+ more|[\w.$]+(?:Exception|Error)(?:: |$))/;
/** From this share on, a line without a time belongs to the line before that has one. */
const MIN_TIMED = 0.2;

export interface LogRecord {
  readonly line: Line;
  /** Index of its first line, and after its last. */
  readonly start: number;
  end: number;
}

/** All records of one template whose further lines have the same shapes. */
export interface RecordGroup {
  readonly template: Template | undefined;
  readonly severity: Severity;
  readonly records: LogRecord[];
}

export function groupRecords({ lines, kinds, templates }: Mined, deadline: Deadline): readonly RecordGroup[] {
  const templateOf = new Map(templates.flatMap((template) => template.kinds.map((kind) => [kind, template])));
  const numberOf = new Map<Template | Kind, number>([...templates, ...kinds].map((one, i) => [one, i]));
  const groups = new Map<Template | string, RecordGroup>();
  const keyOf = ({ kind, text }: Line, own: readonly Line[]): string => {
    const template = kind && templateOf.get(kind);
    const trace = own.map(({ kind, text }) => (kind ? numberOf.get(kind) : JSON.stringify(text)));
    return `${template ? numberOf.get(template) : text}\n${trace.join()}`;
  };
  for (const [i, record] of readRecords(lines, deadline).entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const template = record.line.kind && templateOf.get(record.line.kind);
    const own = record.end - record.start === 1 ? NO_LINES : lines.slice(record.start + 1, record.end);
    const key = template && own.length === 0 ? template : keyOf(record.line, own);
    const group = groups.get(key);
    if (group) group.records.push(record);
    else groups.set(key, { template, severity: gravest([record.line, ...own]), records: [record] });
  }
  return [...groups.values()];
}

function gravest(lines: readonly Line[]): Severity {
  if (lines.some(({ kind }) => kind?.severity === 'error')) return 'error';
  return lines.some(({ kind }) => kind?.severity === 'warning') ? 'warning' : 'none';
}

/** Whether a line belongs to the record before it, of which the first line is given. */
type IsFurther = (line: Line, first: Line) => boolean;

function furtherLines(lines: readonly Line[]): IsFurther {
  const timed = lines.filter(({ time }) => time !== undefined).length >= MIN_TIMED * lines.length;
  return ({ text, time }) => (timed ? time === undefined : text === '' || CONTINUATION.test(text));
}

/** Each service has times, or none, by itself. */
function furtherLinesOfServices(lines: readonly Line[]): IsFurther {
  const all = new Map<string, number>();
  const timed = new Map<string, number>();
  for (const { text, time } of lines) {
    const service = readService(text)?.service ?? '';
    all.set(service, (all.get(service) ?? 0) + 1);
    if (time !== undefined) timed.set(service, (timed.get(service) ?? 0) + 1);
  }
  return ({ text, time }, first) => {
    const said = readService(text);
    if (!said) return text === '' || CONTINUATION.test(text);
    if (said.service !== readService(first.text)?.service) return false;
    const isTimed = (timed.get(said.service) ?? 0) >= MIN_TIMED * all.get(said.service)!;
    return isTimed ? time === undefined : said.rest === '' || CONTINUATION.test(said.rest);
  };
}

/** Empty lines at the end of the text belong to no record. */
function readRecords(lines: readonly Line[], deadline: Deadline): readonly LogRecord[] {
  const isMixed = areOfServices(sampled(lines).map(({ text }) => text));
  const isFurther = isMixed ? furtherLinesOfServices(lines) : furtherLines(lines);
  const records: LogRecord[] = [];
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const last = records.at(-1);
    if (last && isFurther(line, lines[last.start]!)) {
      if (line.text.trim() !== '') last.end = i + 1;
    } else if (line.text !== '') {
      records.push({ line, start: i, end: i + 1 });
    }
  }
  return records;
}

export function recordValues(group: RecordGroup): readonly (readonly string[])[] {
  const { template } = group;
  return template ? group.records.map(({ line }) => valuesOf(template, line)) : [];
}
