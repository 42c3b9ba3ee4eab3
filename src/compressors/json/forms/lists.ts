/**
 * Each row has a list of single values, said like a column of their own: with a legend (`ab` for ["bug","docs"]), or
 * with commas between (`lists of {}`: `bug,docs`). An empty list is `[]`.
 */
import { Column } from '../column.ts';
import type { Cell } from '../spell.ts';
import { type Json, isContainer, isList } from '../tree.ts';
import {
  type ColumnForm,
  NO_LOOKUP,
  type Reading,
  type Taken,
  type WriteContext,
  type Wording,
  wholeValue,
} from './form.ts';
import { SPEC as ONE_OF, letters } from './letters.ts';
import { fitOf, listed } from './listed.ts';
import { pattern } from './pattern.ts';

const SPEC = 'lists of';
const SEPARATOR = ',';
const INNER: readonly ColumnForm[] = [letters, listed, pattern];

export const lists: ColumnForm = {
  name: 'lists',
  write(column, context) {
    if (!column.distinct.every(isPlainList)) return [];
    const values = column.ofEach(column.distinct as readonly (readonly Json[])[]);
    const members = values.flat();
    if (members.length < 3) return [];
    const inner = new Column(
      column.path,
      members.map((_, at) => at),
      members,
    );
    const alone: WriteContext = { ...context, others: [], lettered: new Map() };
    return INNER.flatMap((form) => form.write(inner, alone)).flatMap((wording) => listsIn(wording, values));
  },
  read(spec, legend, brackets): Reading | undefined {
    if (spec !== SPEC && !spec.startsWith(`${SPEC} `)) return undefined;
    const main = spec === SPEC ? ONE_OF : spec.slice(SPEC.length + 1);
    const inner = INNER.map((form) => form.read(main, legend, brackets)).find((reading) => reading?.take);
    return inner && reading(inner);
  },
};

function isPlainList(value: Cell): boolean {
  return isList(value) && !value.some(isContainer);
}

function listsIn(wording: Wording, values: readonly (readonly Json[])[]): readonly Wording[] {
  const { cells, fit, legend, spec } = wording;
  if (!cells || wording.isCounted || spec.includes(', but ')) return [];
  const isGlued = fit === 'letter';
  if (!isGlued && cells.some((cell) => cell.includes(SEPARATOR) && !cell.startsWith('"'))) return [];
  let next = 0;
  const joined = values.map((list) => {
    const own = cells.slice(next, next + list.length);
    next += list.length;
    return list.length === 0 ? '[]' : own.join(isGlued ? '' : SEPARATOR);
  });
  const inner = spec === ONE_OF ? SPEC : `${SPEC} ${spec}`;
  const width = fit === 'free' ? fitOf(joined) : 'tight';
  if (fit === 'free' && width === 'tight') return [];
  return [{ spec: inner, legend, cells: joined, fit: width, isCounted: false, letters: undefined }];
}

function reading(inner: Reading): Reading {
  return {
    take(line, stop): Taken {
      const members: Json[] = [];
      if (line.text.startsWith('[]', line.at)) line.at += 2;
      else {
        line.memberStop = inner.isGlued ? '' : SEPARATOR;
        do {
          if (members.length > 0 && !inner.isGlued) line.expect(SEPARATOR);
          members.push(inner.value(0, inner.take!(line, stop), NO_LOOKUP) as Json);
        } while (inner.isGlued ? !line.isAtStop(stop) : line.next === SEPARATOR);
        line.memberStop = '';
      }
      return wholeValue(members);
    },
    isGlued: false,
    letter: undefined,
    value: (_row, taken) => taken!.whole!,
  };
}
