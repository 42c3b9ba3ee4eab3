/** Decides which lines of a log are written as template and values, and spells the templates. */
import type { Deadline } from '../../core/deadline.ts';
import { foldColumns, ownParts } from './columns.ts';
import type { Column } from './columns.ts';
import { mineTemplates, valuesOf } from './mine.ts';
import type { Line, Mined, Template } from './mine.ts';
import { countSlots, REST, SLOT, TIME } from './shape.ts';
import { MAX_TEMPLATES, REST_NAME, TIME_NAME, writeCode } from './spell.ts';
import type { Marks } from './spell.ts';
import { findTails, tailTemplate, tailValues } from './tails.ts';

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
  readonly lines: ReadonlyMap<Line, CodedLine>;
  readonly hasReferences: boolean;
}

/** Fewer lines of one template stand as they are, and errors until they repeat many times. */
const MIN_LINES = 3;
const MIN_ERROR_LINES = 6;
/** Characters of one token, roughly, and the tokens of a template beside its text. */
const CHARS_PER_TOKEN = 4;
const TEMPLATE_COST = 3;
const LINES_PER_CHECK = 1024;

interface Group {
  readonly template: Template;
  readonly lines: Line[];
  readonly columns: readonly Column[];
  values(line: Line): { readonly values: readonly string[]; readonly rest?: string };
}

export function planLines({ lines, kinds }: Mined, marks: Marks, deadline: Deadline): Plan {
  const templates = mineTemplates(kinds, deadline);
  const groups = groupLines(lines, templates, deadline);
  const isTaken = new Set(groups.flatMap(({ lines }) => lines));
  const left = lines.filter((line) => line.kind && line.kind.severity !== 'error' && !isTaken.has(line));
  deadline.check();
  for (const [shape, group] of findTails(left)) {
    const slots = countSlots(shape);
    const values = (line: Line): ReturnType<Group['values']> => tailValues(shape, line, slots);
    const rows = group.map((line) => values(line).values);
    groups.push({ template: tailTemplate(shape), lines: [...group], columns: foldColumns(rows, deadline), values });
  }
  return writePlan(lines, groups, marks, deadline);
}

/** The lines of each template that is worth saying. */
function groupLines(lines: readonly Line[], templates: readonly Template[], deadline: Deadline): Group[] {
  const linesOf = new Map<Template, Line[]>();
  const templateOf = new Map(templates.flatMap((template) => template.kinds.map((kind) => [kind, template])));
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const template = line.kind && templateOf.get(line.kind);
    if (!template) continue;
    const group = linesOf.get(template);
    if (group) group.push(line);
    else linesOf.set(template, [line]);
  }
  const groups: Group[] = [];
  for (const [template, own] of linesOf) {
    if (own.length < (template.kinds[0]!.severity === 'error' ? MIN_ERROR_LINES : MIN_LINES)) continue;
    const rows = own.map((line) => valuesOf(template, line));
    const rowOf = new Map(own.map((line, i) => [line, rows[i]!]));
    const columns = foldColumns(rows, deadline);
    if (isWorthIt(template.shape, columns, own.length)) {
      groups.push({ template, lines: own, columns, values: (line) => ({ values: rowOf.get(line)! }) });
    }
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

function writePlan(lines: readonly Line[], groups: Group[], marks: Marks, deadline: Deadline): Plan {
  const firsts = new Map(lines.map((line, i) => [line, i]));
  const ordered = groups
    .sort((a, b) => b.lines.length - a.lines.length || firsts.get(a.lines[0]!)! - firsts.get(b.lines[0]!)!)
    .slice(0, MAX_TEMPLATES)
    .sort((a, b) => firsts.get(a.lines[0]!)! - firsts.get(b.lines[0]!)!);
  const coded: Coded[] = [];
  const said = new Map<Line, CodedLine>();
  for (const [index, group] of ordered.entries()) {
    deadline.check();
    const { template, columns } = group;
    const one: Coded = {
      code: writeCode(index),
      spelled: spell(template.shape, columns, marks),
      hasTime: template.shape.includes(TIME),
      isPlain: !/[\0\u0002]/.test(spellFixed(template.shape, columns)),
    };
    coded.push(one);
    for (const line of group.lines) {
      const { values, rest } = group.values(line);
      const parts = ownParts(columns, values);
      said.set(line, { coded: one, said: [one.code, ...parts, ...(rest === undefined ? [] : [rest])].join(' ') });
    }
  }
  const hasReferences = ordered.some(({ columns }) => columns.some(({ kind }) => kind === 'same'));
  return { coded, lines: said, hasReferences };
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
  return spelled
    .replace(TIME, () => `${open}${TIME_NAME}${close}`)
    .replace(REST, () => `${open}${REST_NAME}${close}`);
}
