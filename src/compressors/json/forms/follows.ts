/** What another column's letter decides: `level: INFO, but WARN if message is E F`. */
import type { Column } from '../column.ts';
import type { Cell } from '../spell.ts';
import { writeConstant } from './constant.ts';
import { butIf } from './exceptions.ts';
import { type ColumnForm, type Lettered, type Wording, type WriteContext, headOnly } from './form.ts';

export const follows: ColumnForm = {
  name: 'follows',
  write(column, context) {
    if (column.distinct.length < 2) return [];
    const wordings: Wording[] = [];
    for (const [name, letters] of context.lettered) {
      const wording = name === column.name ? undefined : followsFrom(column, name, letters, context);
      if (wording) wordings.push(wording);
    }
    return wordings;
  },
  read: () => undefined,
};

function followsFrom(
  column: Column,
  name: string,
  { rows, letters }: Lettered,
  { brackets }: WriteContext,
): Wording | undefined {
  const decided = new Map<string, number>();
  for (let at = 0, place = 0; at < column.rows.length; at++, place++) {
    while (rows[place]! < column.rows[at]!) place++;
    const letter = rows[place] === column.rows[at] ? letters[place]! : '';
    if (letter === '') return undefined;
    const id = decided.get(letter);
    if (id === undefined) decided.set(letter, column.ids[at]!);
    else if (id !== column.ids[at]) return undefined;
  }
  if (decided.size >= column.rows.length / 2) return undefined;
  const lettersOf = new Map<number, string[]>();
  for (const [letter, id] of decided) lettersOf.set(id, [...(lettersOf.get(id) ?? []), letter]);
  const [most, ...others] = [...lettersOf].sort((a, b) => b[1].length - a[1].length);
  const cases = others.map(([id, of]): [Cell, string, string[]] => [column.distinct[id]!, name, of.sort()]);
  return headOnly(butIf(writeConstant(column.distinct[most![0]]!, brackets), cases), false);
}
