/** The phrases for single columns: rules, counts of values, ranges of numbers and times, lengths of texts. */
import { Column } from '../column.ts';
import type { WriteContext } from '../forms/form.ts';
import { wholeRule } from '../forms/pattern.ts';
import { textOf } from '../spell.ts';
import { type Json, isContainer, isList } from '../tree.ts';
import { type Fact, label } from './fact.ts';
import type { FieldNode } from './flatten.ts';

const MAX_VALUES = 40;
/** More different times or dates are a range. */
const MAX_TIMES = 10;
const MIN_REPEATS = 3;
const LONG_COLUMN = 2_000;
const PROBED = 100;
/** Fewer different values are better counted than ruled. */
const MIN_RULED = 8;
/** Of longer columns it is not known how many values are different. */
const MAX_COUNTED = 5_000;

/** What follows from the row's number or from other columns: nothing of it is lost. */
export function sayFormula({ column, isMany, name }: FieldNode, context: WriteContext): Fact | undefined {
  if (isMany || column.distinct.length <= MIN_RULED || !mayBeRuled(column, context)) return undefined;
  const said = wholeRule(column, context);
  if (!said) return undefined;
  const ends = !said.isCounted ? '' : ` (${column.texts[0]!} to ${column.texts.at(-1)!})`;
  return { name, text: said.spec + ends };
}

/** What no rule gives at the start of a long column is not worth a look at the rest. */
function mayBeRuled(column: Column, context: WriteContext): boolean {
  if (column.rows.length <= LONG_COLUMN) return true;
  const head = new Column(column.path, column.rows.slice(0, PROBED), column.texts.slice(0, PROBED));
  return wholeRule(head, context) !== undefined;
}

export function sayCounts({ column, name }: FieldNode): Fact | undefined {
  const { distinct, counts, rows } = column;
  if (distinct.some(isContainer))
    return distinct.every((value) => isList(value) && !value.some(isContainer)) ? sayMembers(column, name) : undefined;
  const isTimes = distinct.length > MAX_TIMES && column.numbers !== undefined && column.isText;
  if (isTimes || distinct.length > MAX_VALUES || distinct.length * MIN_REPEATS > rows.length) return undefined;
  return { name, counts: counted(distinct.map((value, id) => [label(value), counts[id]!])) };
}

/** Lists of single values: how often each value is in one. */
function sayMembers(column: Column, name: string): Fact | undefined {
  const { distinct, counts } = column;
  const totals = new Map<string, number>();
  distinct.forEach((value, id) => {
    const members = value as readonly Json[];
    const labels = members.length === 0 ? ['(empty list)'] : new Set(members.map((member) => label(member)));
    for (const each of labels) totals.set(each, (totals.get(each) ?? 0) + counts[id]!);
  });
  if (totals.size > MAX_VALUES) {
    return { name, text: `lists of ${totals.size} different values`, unsaid: wordingIn(column) };
  }
  return { name: `${name} (rows with)`, counts: counted([...totals]) };
}

function counted(counts: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
  return counts.toSorted((a, b) => b[1] - a[1]);
}

export function sayNumbers({ column, name, isMany }: FieldNode): Fact | undefined {
  const { series } = column;
  if (!series) return undefined;
  const { places, values } = series;
  const text = (value: number): string => column.texts[places[values.indexOf(value)]!]!;
  const { min, max, median } = series.spread;
  if (min === max) return undefined;
  const isTime = column.isText;
  const parts = [`${text(min)} to ${text(max)}`];
  if (!isTime) parts.push(`median ${text(median)}`, different(column));
  const others = column.rows.length - places.length;
  if (others > 0) parts.push(`${others} are none`);
  if (!isTime && !isMany) {
    for (const { at, before, after } of series.shifts) {
      parts.push(
        `from row ${column.rows[places[at]!]!} on at another level: median ${text(before)} before, ${text(after)} after`,
      );
    }
  }
  return { name, text: parts.join(', ') };
}

export function sayTexts({ column, name }: FieldNode): Fact {
  const { distinct } = column;
  const lengths = distinct.map((value) => textOf(value).length);
  const least = lengths.reduce((a, b) => Math.min(a, b));
  const most = lengths.reduce((a, b) => Math.max(a, b));
  const chars = least === most ? `${least}` : `${least} to ${most}`;
  return { name, text: `${different(column)}, of ${chars} characters`, unsaid: wordingIn(column) };
}

export function sayLists({ name, listRows, member }: FieldNode): Fact {
  return { name: `${name}[]`, text: `${member?.count ?? 0} in ${listRows.length} lists` };
}

export function sayMap({ name, objectRows, fields }: FieldNode): Fact {
  return { name, text: `in ${objectRows.length} rows, with ${fields.size} different keys in all` };
}

/** Characters of texts that are sentences rather than ids. */
function wordingIn({ distinct, counts }: Column): number {
  let chars = 0;
  distinct.forEach((value, id) => {
    const text = textOf(value);
    if (/\p{L} \S/u.test(text)) chars += text.length * counts[id]!;
  });
  return chars;
}

function different({ distinct }: Column): string {
  return `${distinct.length > MAX_COUNTED ? `over ${MAX_COUNTED}` : distinct.length} different`;
}
