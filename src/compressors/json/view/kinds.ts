/** Texts that differ in numbers and ids only, as kinds: each once, with how often it comes and what its numbers are. */
import type { Column } from '../column.ts';
import { GAP } from '../skeleton.ts';
import { textOf } from '../spell.ts';
import { type Fact, short } from './fact.ts';
import type { FieldNode } from './flatten.ts';
import { MAX_SPLIT } from './rare.ts';
import { isFailure, rankOf } from './severity.ts';

const MAX_KINDS = 60;
/** Rows to a kind, on average, for texts to be told by kinds. */
const MIN_REPEATS = 2.5;
const MAX_ROWS_NAMED = 8;

interface Kind {
  readonly level: string;
  readonly places: number[];
}

/** @param severity the column that says how bad things are: kinds are told by it, the worst first. */
export function sayKinds({ column, name, isMany, rows }: FieldNode, severity: FieldNode | undefined): Fact | undefined {
  if (!column.isText || column.distinct.length > MAX_SPLIT) return undefined;
  const levels = new Map(
    isMany || !severity ? [] : severity.rows.map((row, at) => [row, textOf(severity.column.value(at))]),
  );
  const kinds = new Map<string, Kind>();
  for (let at = 0; at < rows.length; at++) {
    const shape = column.shapeOf(column.ids[at]!);
    if (shape === undefined) return undefined;
    const level = levels.get(rows[at]!) ?? '';
    const key = `${level}\n${shape}`;
    const kind = kinds.get(key);
    if (kind) kind.places.push(at);
    else kinds.set(key, { level, places: [at] });
    if (kinds.size > MAX_KINDS || kinds.size * MIN_REPEATS > rows.length) return undefined;
  }
  const sorted = [...kinds.values()].sort(
    (a, b) => rankOf(a.level) - rankOf(b.level) || compare(a.level, b.level) || b.places.length - a.places.length,
  );
  const texts = sorted.map(({ places }) => textOfKind(column, places));
  // Ids alone are no kind.
  const worded = sorted.filter((_, at) => /\p{L}{2}/u.test(texts[at]!.replaceAll(/\{[^}]*\}/g, '')));
  if (worded.reduce((sum, { places }) => sum + places.length, 0) * 2 < rows.length) return undefined;
  const lines = sorted.map(({ level, places }, at) => {
    const own = level === '' ? '' : `${level} `;
    const where = isFailure(level) ? `, ${sayRows(places.map((place) => rows[place]!))}` : '';
    return `${own}${places.length}x ${texts[at]!}${where}`;
  });
  return { name, lines };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function sayRows(rows: readonly number[]): string {
  const named = rows.slice(0, MAX_ROWS_NAMED).join(' ');
  return `row${rows.length === 1 ? '' : 's'} ${named}${rows.length > MAX_ROWS_NAMED ? ' ...' : ''}`;
}

function textOfKind(column: Column, places: readonly number[]): string {
  const all = places.map((place) => column.skeleton(column.ids[place]!)!);
  let slot = 0;
  const text = all[0]!.shape.replaceAll(GAP, () => {
    const own = slot++;
    return saySlot(all.map(({ fills }) => fills[own]!));
  });
  return JSON.stringify(short(text)).slice(1, -1).replaceAll('\\"', '"');
}

function saySlot(fills: readonly string[]): string {
  const first = fills[0]!;
  if (fills.every((fill) => fill === first)) return first;
  if (!fills.every((fill) => /^\d{1,15}$/.test(fill))) return '{}';
  let [least, most] = [first, first];
  for (const fill of fills) {
    if (Number(fill) < Number(least)) least = fill;
    if (Number(fill) > Number(most)) most = fill;
  }
  return `{${least} to ${most}}`;
}
