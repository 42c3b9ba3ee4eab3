/** A tree of records (a directory tree, say) as rows: each node before the nodes below it, which its last key holds. */
import { Column } from './column.ts';
import { isReferable } from './slots/index.ts';
import { MAX_ROWS, isPlainBelow } from './table-head.ts';
import type { RowList } from './row-list.ts';
import { type Json, JsonRecord, isList } from './tree.ts';

export interface TreeLayout {
  /** The key under which a node has the nodes below it. */
  readonly key: string;
  readonly depths: readonly number[];
  /** Of each node the one above it; -1 for the root. */
  readonly parents: readonly number[];
}

export interface TreeRows extends TreeLayout {
  /** The nodes, without what is below them. */
  readonly nodes: readonly JsonRecord[];
}

export const PARENT = 'parent.';
const MIN_NODES = 8;
const MAX_LOOKED_AT = 50;

/** Undefined when the record is no tree: nodes below nodes under one key, which is the last of each node. */
export function treeRows(root: JsonRecord): TreeRows | undefined {
  const key = root.shape.size > 1 ? root.shape.key : '';
  const below = root.values.at(-1);
  if (!isNodes(below) || !isPlainBelow(key)) return undefined;
  const isDeep = below.slice(0, MAX_LOOKED_AT).some((node) => node.shape.key === key && isNodes(node.values.at(-1)));
  if (!isDeep) return undefined;
  const rows = { key, depths: [] as number[], parents: [] as number[], nodes: [] as JsonRecord[] };
  return add(root, -1, 0) && rows.nodes.length >= MIN_NODES ? rows : undefined;

  function add(node: JsonRecord, parent: number, depth: number): boolean {
    const own = rows.nodes.length;
    const last = node.values.at(-1);
    const isAbove = node.shape.key === key && isNodes(last);
    rows.nodes.push(isAbove ? new JsonRecord(node.shape.parent!, node.values.slice(0, -1)) : node);
    rows.parents.push(parent);
    rows.depths.push(depth);
    if (!isAbove) return own < MAX_ROWS;
    return last.every((each) => add(each, own, depth + 1));
  }
}

function isNodes(value: Json | undefined): value is readonly JsonRecord[] {
  return (
    isList(value) && value.length > 0 && value.every((each) => each instanceof JsonRecord && each.values.length > 0)
  );
}

/** For each text column of a key of its own: what the node above says there. */
export function parentColumns(nodes: RowList, columns: readonly Column[], { parents }: TreeLayout): readonly Column[] {
  const made: Column[] = [];
  for (const column of columns) {
    const [key] = column.path;
    const name = PARENT + column.name;
    if (column.path.length > 1 || typeof key !== 'string' || !column.isText || !isReferable(name)) continue;
    if (columns.some((each) => each.name === name)) continue;
    const values = column.rows.map((row) => valueAt(nodes.at(parents[row]!), key));
    if (!values.every((value) => typeof value === 'string')) continue;
    const parent = new Column(column.path, column.rows, values);
    parent.name = name;
    made.push(parent);
  }
  return made;
}

export function valueAt(node: Json | undefined, key: string): Json | undefined {
  if (!(node instanceof JsonRecord)) return undefined;
  const place = node.shape.keys.indexOf(key);
  return place < 0 ? undefined : node.values[place];
}
