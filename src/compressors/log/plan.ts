/** Decides which lines of a log are written as template and values, and spells the templates. */
import type { Deadline } from '../../core/deadline.ts';
import { foldColumns, ownValues } from './columns.ts';
import type { Column } from './columns.ts';
import { valuesOf } from './mine.ts';
import type { Kind, Line, Mined, Template } from './mine.ts';
import { numberValues } from './repeated-values.ts';
import { countSlots, REST, SLOT, TIME } from './shape.ts';
import { MAX_TEMPLATES, REST_NAME, TIME_NAME, writeCode } from './spell.ts';
import type { Marks } from './spell.ts';
import { findTails, tailValues } from './tails.ts';

/** A template as the form says it. */
export interface Coded {
  readonly code: string;
  readonly spelled: string;
  readonly hasTime: boolean;
  /** Says the whole line, but for its time: no values. */
  readonly isPlain: boolean;
}

/** A line as the form says it, without its time. */
export interface CodedLine {
  readonly coded: Coded;
  readonly said: string;
}

export interface Plan {
  readonly coded: readonly Coded[];
  /** By the index of the line; lines without an entry stand as they are. */
  readonly said: readonly (CodedLine | undefined)[];
  readonly hasReferences: boolean;
  /** Values that are said once, and what stands for them. */
  readonly values: ReadonlyMap<string, string>;
}

/** Fewer lines of one template stand as they are, and errors until they repeat many times. */
const MIN_LINES = 3;
const MIN_ERROR_LINES = 6;
/** Characters of one token, roughly, and the tokens of a template beside its text. */
const CHARS_PER_TOKEN = 4;
const TEMPLATE_COST = 3;
const LINES_PER_CHECK = 1024;

interface Group {
  readonly shape: string;
  readonly lines: readonly Line[];
  /** Values of each line, and its rest, if the template leaves one. */
  readonly rows: readonly (readonly string[])[];
  readonly rests: readonly string[] | undefined;
  readonly columns: readonly Column[];
}

export function planLines({ lines, templates }: Mined, marks: Marks, deadline: Deadline): Plan {
  const groups = groupLines(lines, templates, deadline);
  const isTaken = new Uint8Array(lines.length);
  for (const group of groups) for (const { index } of group.lines) isTaken[index] = 1;
  const left = lines.filter(({ kind, index }) => kind && kind.severity !== 'error' && isTaken[index] === 0);
  deadline.check();
  for (const [shape, own] of findTails(left)) {
    const slots = countSlots(shape);
    const tails = own.map((line) => tailValues(shape, line, slots));
    const rows = tails.map(({ values }) => values);
    const rests = tails.map(({ rest }) => rest);
    groups.push({ shape, lines: own, rows, rests, columns: foldColumns(rows, deadline) });
  }
  return writePlan(lines.length, groups, marks, deadline);
}

/** The lines of each template that is worth saying. */
function groupLines(lines: readonly Line[], templates: readonly Template[], deadline: Deadline): Group[] {
  const linesOf = new Map<Kind, Line[]>();
  for (const { kinds } of templates) {
    const own: Line[] = [];
    for (const kind of kinds) linesOf.set(kind, own);
  }
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    if (line.kind) linesOf.get(line.kind)!.push(line);
  }
  const groups: Group[] = [];
  for (const template of templates) {
    deadline.check();
    const own = linesOf.get(template.kinds[0]!)!;
    if (own.length < (template.kinds[0]!.severity === 'error' ? MIN_ERROR_LINES : MIN_LINES)) continue;
    const rows = own.map((line) => valuesOf(template, line));
    const columns = foldColumns(rows, deadline);
    const { shape } = template;
    if (isWorthIt(shape, columns, own.length)) groups.push({ shape, lines: own, rows, rests: undefined, columns });
  }
  return groups;
}

function isWorthIt(shape: string, columns: readonly Column[], lines: number): boolean {
  let said = shape.length;
  for (const column of columns) {
    if (column.kind === 'constant') said += column.text.length;
    if (column.kind === 'own') said += column.prefix.length + column.suffix.length;
  }
  const tokens = said / CHARS_PER_TOKEN;
  return lines * (tokens - 1) > tokens + TEMPLATE_COST;
}

function writePlan(lineCount: number, groups: Group[], marks: Marks, deadline: Deadline): Plan {
  const firstOf = (group: Group): number => group.lines[0]!.index;
  const ordered = groups
    .sort((a, b) => b.lines.length - a.lines.length || firstOf(a) - firstOf(b))
    .slice(0, MAX_TEMPLATES)
    .sort((a, b) => firstOf(a) - firstOf(b));
  const coded: Coded[] = [];
  const owns = ordered.map(({ rows, columns }) => rows.map((row) => ownValues(columns, row)));
  const numbers = numberValues(owns, deadline);
  const said = Array<CodedLine | undefined>(lineCount).fill(undefined);
  for (const [index, { shape, lines, rests, columns }] of ordered.entries()) {
    deadline.check();
    const one: Coded = {
      code: writeCode(index),
      spelled: spell(shape, columns, marks),
      hasTime: shape.includes(TIME),
      isPlain: !/[\0\u0002]/.test(spellFixed(shape, columns)),
    };
    coded.push(one);
    for (const [i, line] of lines.entries()) {
      const rest = rests ? ` ${rests[i]!}` : '';
      said[line.index] = { coded: one, said: one.code + sayValues(owns[index]![i]!, numbers) + rest };
    }
  }
  const hasReferences = ordered.some(({ columns }) => columns.some(({ kind }) => kind === 'same'));
  return { coded, said, hasReferences, values: numbers };
}

/** What a line must say of its values, each after a space. */
function sayValues(values: readonly string[], numbers: ReadonlyMap<string, string>): string {
  let said = '';
  for (const value of values) said += ` ${numbers.get(value) ?? value}`;
  return said;
}

/** The shape with its constants in place: what is left of marks is said by each line. */
function spellFixed(shape: string, columns: readonly Column[]): string {
  let slot = 0;
  return shape.replaceAll(SLOT, () => {
    const column = columns[slot++]!;
    return column.kind === 'constant' ? column.text : SLOT;
  });
}

/** `{}` for a value that the line gives, `{2}` for the second of them once more. */
function spell(shape: string, columns: readonly Column[], { open, close }: Marks): string {
  const numbers = new Map<number, number>();
  for (const [i, column] of columns.entries()) if (column.kind === 'own') numbers.set(i, numbers.size + 1);
  let slot = 0;
  const spelled = shape.replaceAll(SLOT, () => {
    const column = columns[slot++]!;
    if (column.kind === 'constant') return column.text;
    if (column.kind === 'same') return `${open}${numbers.get(column.as)!}${close}`;
    return `${column.prefix}${open}${close}${column.suffix}`;
  });
  return spelled.replace(TIME, () => `${open}${TIME_NAME}${close}`).replace(REST, () => `${open}${REST_NAME}${close}`);
}
