/** Which rows of a list the view says in full: all that are unlike the others first, then errors, top scores, both ends. */
import type { Deadline } from '../../../core/deadline.ts';
import { textOf } from '../spell.ts';
import type { FieldNode, FlatTable } from './flatten.ts';
import { MAX_SPLIT, MIN_CELLS, VIEW_LIMITS, rareCells } from './rare.ts';
import { isFailure, severityOf } from './severity.ts';

/** How much a row is worth: rows of more weight are said first where not all can be. */
export type Weights = Map<number, number>;

export const WEIGHT = { end: 1, top: 4, shift: 4, failure: 5, rare: 6, first: 20 } as const;

/** Columns by which results are ranked; in the second kind the lowest are the best. */
const SCORES = /(?:^|_|\.|\b)(?:score|relevance|similarity|confidence|match_score|rating)$|Score$/i;
const RANKS = /(?:^|_|\.|\b)(?:rank|distance|position)$/i;
const TOP_ROWS = 5;
const FIRST_ROWS = 2;

export function weighRows(table: FlatTable, deadline: Deadline): Weights {
  const weights: Weights = new Map();
  const add = (row: number, weight: number): void => {
    weights.set(row, (weights.get(row) ?? 0) + weight);
  };
  for (const node of table.nodes) {
    deadline.check();
    for (const row of oddlyBuilt(node)) add(row, WEIGHT.rare);
    if (node.rows.length < MIN_CELLS) continue;
    for (const at of rareCells(node.column, VIEW_LIMITS)) add(node.rows[at]!, WEIGHT.rare);
    for (const row of topRows(node)) add(row, WEIGHT.top);
    for (const row of shiftRows(node)) add(row, WEIGHT.shift);
  }
  for (const row of failures(table)) add(row, WEIGHT.failure);
  for (let row = 0; row < Math.min(FIRST_ROWS, table.count); row++) add(row, row === 0 ? WEIGHT.first : WEIGHT.end);
  add(table.count - 1, WEIGHT.end);
  return weights;
}

/** Rows that lack a key that nearly all have, have one that hardly any has, or have something else in its place. */
function oddlyBuilt({ fields, objectRows, listRows, rows, isMany, isMap, count }: FieldNode): readonly number[] {
  const odd: number[] = [];
  const mayBe = Math.max(1, Math.floor(count * VIEW_LIMITS.share));
  if (count >= MIN_CELLS) {
    for (const part of [objectRows, listRows, rows])
      if (part.length > 0 && part.length <= mayBe && part.length < count) odd.push(...part);
  }
  if (objectRows.length < MIN_CELLS || isMap) return odd;
  const limit = Math.max(1, Math.floor(objectRows.length * VIEW_LIMITS.share));
  for (const field of fields.values()) {
    if (field.count <= limit) odd.push(...field.rows, ...field.objectRows, ...field.listRows);
    else if (!isMany && field.count < objectRows.length && objectRows.length - field.count <= limit) {
      const has = new Set([...field.rows, ...field.objectRows, ...field.listRows]);
      odd.push(...objectRows.filter((row) => !has.has(row)));
    }
  }
  return odd;
}

function topRows({ name, column, isMany }: FieldNode): readonly number[] {
  if (isMany || column.distinct.length <= TOP_ROWS || !(SCORES.test(name) || RANKS.test(name))) return [];
  const numbers = column.isNumber ? column.numbers : undefined;
  if (!numbers) return [];
  const sign = RANKS.test(name) ? 1 : -1;
  const order = [...numbers.keys()].sort((a, b) => sign * (numbers[a]! - numbers[b]!) || a - b);
  return order.slice(0, TOP_ROWS).map((at) => column.rows[at]!);
}

function shiftRows({ column, isMany }: FieldNode): readonly number[] {
  const series = isMany || !column.isNumber ? undefined : column.series;
  if (!series || series.values.length < column.rows.length) return [];
  return series.shifts.flatMap(({ at }) => [column.rows[at - 1]!, column.rows[at]!]);
}

/** The first row of each kind of text that is logged as a failure. */
function failures(table: FlatTable): readonly number[] {
  const severity = severityOf(table);
  if (!severity) return [];
  const levels = new Map(severity.rows.map((row, at) => [row, textOf(severity.column.value(at))]));
  const found = new Map<string, number>();
  for (const node of table.nodes) {
    const { column } = node;
    if (node.isMany || node === severity || node.rows.length < MIN_CELLS) continue;
    if (!column.isText || column.distinct.length > MAX_SPLIT) continue;
    // Ids are different in each row: that is no kind.
    const shapes = column.distinct.map((_, id) => column.shapeOf(id) ?? `#${id}`);
    if (!shapes.some((shape) => shape.includes(' ')) || new Set(shapes).size * 4 > column.rows.length) continue;
    column.rows.forEach((row, at) => {
      const level = levels.get(row);
      if (level === undefined || !isFailure(level)) return;
      const key = `${node.name}\n${level}\n${shapes[column.ids[at]!]!}`;
      if (!found.has(key)) found.set(key, row);
    });
  }
  return [...found.values()];
}
