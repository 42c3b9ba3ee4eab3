/**
 * How the lists of a JSON text are built, so that what is learned about one holds for the next: the names and types of
 * the columns that most rows have; and which columns somebody means who asks for a path, or for what stands in them.
 */
import type { Asked, Place, Structure } from '../../../core/importance.ts';
import type { Region } from '../find.ts';
import { textOf } from '../spell.ts';
import { type Json, JsonRecord, isList } from '../tree.ts';
import { entriesOf, isDictionary } from '../write.ts';
import { type FieldNode, FlatTable } from './flatten.ts';
import { kindOf } from './rare.ts';
import { MIN_VIEW_ROWS } from './view.ts';

interface Listed {
  readonly path: readonly string[];
  readonly table: FlatTable;
  readonly shape: string;
}

/** Longer paths are no columns. */
const MAX_DEPTH = 6;
const MAX_LISTS = 20;
/** Of one list. */
const MOST_FOUND = 2;

export function structureOf(regions: readonly Region[]): Structure | undefined {
  const lists: Listed[] = [];
  for (const { kind, values } of regions) {
    if (kind === 'value') collect(values[0]!, [], lists);
    else add(values, undefined, [], lists);
  }
  if (lists.length === 0) return undefined;
  return { shapes: lists.map(({ shape }) => shape), isOpen: false, find: (asked) => findIn(lists, asked) };
}

function collect(value: Json, path: readonly string[], lists: Listed[]): void {
  if (path.length > MAX_DEPTH || lists.length >= MAX_LISTS) return;
  if (isList(value)) {
    if (value.length >= MIN_VIEW_ROWS) add(value, undefined, path, lists);
    else value.forEach((each) => collect(each, path, lists));
  } else if (value instanceof JsonRecord) {
    const { keys } = value.shape;
    if (isDictionary(value) && value.values.length >= MIN_VIEW_ROWS) {
      const pairs = entriesOf(value, { known: undefined }) as readonly (readonly [string, Json])[];
      add(
        pairs.map((pair) => pair[1]),
        pairs.map((pair) => pair[0]),
        path,
        lists,
      );
    } else value.values.forEach((each, at) => collect(each, [...path, keys[at]!], lists));
  }
}

function add(
  list: readonly Json[],
  keys: readonly string[] | undefined,
  path: readonly string[],
  lists: Listed[],
): void {
  if (list.length < MIN_VIEW_ROWS) return;
  const table = new FlatTable(list, keys);
  lists.push({ path, table, shape: shapeOf(table) });
}

/** Not of what few rows have: it comes and goes from answer to answer of the same program. */
export function shapeOf(table: FlatTable): string {
  const columns = table.nodes
    .filter((node) => !node.isMany && node.count * 2 >= table.count)
    .map((node) => `${node.name}:${typeOf(node)}`);
  return `list ${columns.sort().join('\n')}`;
}

function typeOf({ rows, objectRows, listRows, values }: FieldNode): string {
  if (objectRows.length > rows.length) return 'object';
  if (listRows.length > 0) return 'list';
  const counts = new Map<string, number>();
  for (const value of values) {
    const kind = kindOf(value).replace('empty ', '');
    if (kind !== 'null') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'null';
}

function findIn(lists: readonly Listed[], asked: Asked): readonly Place[] {
  if (!('text' in asked)) return [];
  const { kind, text } = asked;
  if (kind === 'path') return lists.flatMap((list) => atPath(list, text));
  return lists.flatMap((list) => {
    const holding = columnsWith(list.table, text);
    const found = holding.length > 0 || kind === 'name' ? holding : columnsCalled(list.table, text);
    return found.length > MOST_FOUND ? [] : found.map(({ name }) => ({ shape: list.shape, place: name }));
  });
}

/** `$.items[3].user.name` is the column `user.name` of the list at `items`. */
function atPath({ path, table, shape }: Listed, asked: string): readonly Place[] {
  const words = (asked.match(/[^.[\]"']+/g) ?? []).filter(
    (word, at) => !(at === 0 && word === '$') && !/^\d+$/.test(word),
  );
  if (!path.every((step, at) => words[at] === step)) return [];
  const column = words.slice(path.length).join('.');
  const node = table.nodes.find(({ name }) => name.replaceAll('[]', '') === column);
  return node ? [{ shape, place: node.name }] : [];
}

function columnsWith({ nodes }: FlatTable, text: string): readonly FieldNode[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return nodes.filter(
    ({ rows, column }) =>
      rows.length > 0 && column.distinct.some((value) => textOf(value).toLowerCase().includes(wanted)),
  );
}

/** Whoever writes words of which one is the name of a column. */
function columnsCalled({ nodes }: FlatTable, text: string): readonly FieldNode[] {
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
  return nodes.filter(({ path, rows }) => rows.length > 0 && words.has((path.at(-1) ?? '').toLowerCase()));
}
