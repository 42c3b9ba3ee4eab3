/** One value for all rows: `level: INFO`. A list or an object stands as JSON. */
import type { Column } from '../column.ts';
import { type Brackets, writePattern } from '../pattern.ts';
import { ABSENT, type Cell, OPEN, textOf } from '../spell.ts';
import { JsonRecord } from '../tree.ts';
import { parseWhole } from '../parse.ts';
import { type ColumnForm, type Reading, type WriteContext, headOnly } from './form.ts';

export const constant: ColumnForm = {
  name: 'constant',
  write(column: Column, { brackets }: WriteContext) {
    return column.distinct.length === 1 ? [headOnly(writeConstant(column.distinct[0]!, brackets), false)] : [];
  },
  /** Constants that are plain text are read as patterns without slots. */
  read(spec, legend): Reading | undefined {
    if (legend.length > 0) return undefined;
    const value = readConstant(spec);
    return value === undefined ? undefined : { take: undefined, isGlued: false, letter: undefined, value: () => value };
  },
};

export function writeConstant(value: Cell, brackets: Brackets): string {
  if (typeof value === 'string') return writePattern([value], brackets, false);
  // `{}` alone would be an empty slot.
  return value instanceof JsonRecord && value.values.length === 0 ? '{ }' : textOf(value);
}

function readConstant(spec: string): Cell | undefined {
  if (spec === 'absent') return ABSENT;
  if (spec === '{...}') return OPEN;
  return /^(?:\[|\{"|\{ \}$)/.test(spec) ? parseWhole(spec) : undefined;
}
