/**
 * A list's view with the columns in full that are asked for again and again, within the view's own budget: what rows in
 * full and names do not take of it, and then their part too. Where nothing is known, or nothing fits, it is the plain view.
 */
import type { Json } from '../tree.ts';
import { type DescribeOptions, describe } from './describe.ts';
import { type Fact, label } from './fact.ts';
import type { FieldNode, FlatTable } from './flatten.ts';
import { MIN_CELLS, VIEW_LIMITS, rareCells } from './rare.ts';
import { WEIGHT, type Weights } from './select.ts';
import { shapeOf } from './structure.ts';
import { type ListView, type MadeView, type ViewOptions, chooseRows, plainView, writeListView } from './view.ts';

const VALUES_A_LINE = 10;
const MAX_GROUPS = 40;
/** Attempts at the number of rows, each nearer to the room that there is. */
const ATTEMPTS = 4;

/** @param keys of the rows, where they stand in an object. */
export function viewOf(list: readonly Json[], keys: readonly string[] | undefined, options: ViewOptions): ListView {
  const made = plainView(list, keys, options);
  const { importance } = options;
  if (!importance) return made.view;
  const shape = shapeOf(made.table);
  if (importance.isLost(shape)) return { ...made.view, isLost: true };
  const weigh = ({ name, rows }: FieldNode): number => (rows.length > 0 ? importance.weightOf(shape, name) : 0);
  const columns = made.table.nodes.filter((node) => weigh(node) > 0).sort((a, b) => weigh(b) - weigh(a));
  return columns.length === 0 ? made.view : withColumns(columns, list, keys, made, options);
}

function withColumns(
  columns: readonly FieldNode[],
  list: readonly Json[],
  keys: readonly string[] | undefined,
  made: MadeView,
  options: ViewOptions,
): ListView {
  const { table, view: plain } = made;
  const count = (view: ListView): number => options.tokens.count(writeListView(list, keys, view));
  const room = Math.max(count(plain), options.learnedTokens);
  const inFull = new Map<FieldNode, Fact>();
  let { facts } = plain;
  let nameTokens = options.nameTokens;
  for (const node of columns) {
    const fact = inFullBy(node, table, options);
    const cost = options.tokens.count(fact.text!);
    // Lists of names are a guess at what will be asked for: they give way.
    for (const names of new Set([nameTokens, Math.max(0, nameTokens - cost), 0])) {
      const next = describe(table, { ...options, nameTokens: names, inFull: new Map([...inFull, [node, fact]]) });
      if (count({ ...plain, kept: plain.kept.slice(0, 1), named: [], facts: next }) > room) continue;
      inFull.set(node, fact);
      facts = next;
      nameTokens = names;
      break;
    }
  }
  const weights = weighAgain(
    made.weights,
    columns.filter((node) => !inFull.has(node)),
  );
  if (inFull.size === 0 && weights === made.weights) return plain;
  let rowTokens = Math.min(options.rowTokens, room - count({ ...plain, kept: [], named: [], facts }));
  for (let attempt = 0; attempt < ATTEMPTS && rowTokens > 0; attempt++) {
    const view = { ...plain, facts, ...chooseRows(list, weights, rowTokens, options.tokens) };
    const excess = count(view) - room;
    if (excess <= 0) return view;
    rowTokens -= excess;
  }
  return plain;
}

/** Where a column has no room, the rows that are unlike the others in it come first. */
function weighAgain(weights: Weights, columns: readonly FieldNode[]): Weights {
  const found = columns.filter(({ rows }) => rows.length >= MIN_CELLS);
  if (found.length === 0) return weights;
  const again = new Map(weights);
  for (const { column, rows } of found)
    for (const at of rareCells(column, VIEW_LIMITS))
      again.set(rows[at]!, (again.get(rows[at]!) ?? 0) + 2 * WEIGHT.rare);
  return again;
}

/** Every value by its row: row after row, or for each value the rows that have it, whichever is shorter. */
function inFullBy(node: FieldNode, table: FlatTable, { tokens }: DescribeOptions): Fact {
  const cells = cellsOf(node, table);
  const byRow = sayByRow(cells);
  const byValue = sayByValue(cells);
  const text = byValue !== undefined && tokens.count(byValue) < tokens.count(byRow) ? byValue : byRow;
  return { name: `${node.name}, in full`, text };
}

function cellsOf({ rows, column }: FieldNode, { count }: FlatTable): readonly string[] {
  const cells: string[] = Array.from({ length: count }, () => '');
  rows.forEach((row, at) => {
    const said = label(column.value(at));
    cells[row] = cells[row] === '' ? said : `${cells[row]},${said}`;
  });
  return cells.map((cell) => (cell === '' ? '-' : cell));
}

function sayByRow(cells: readonly string[]): string {
  const between = cells.some((cell) => cell.includes(' ')) ? '; ' : ' ';
  const lines = ['ten rows a line, the number of the first before it'];
  for (let row = 0; row < cells.length; row += VALUES_A_LINE)
    lines.push(` ${row}: ${cells.slice(row, row + VALUES_A_LINE).join(between)}`);
  return lines.join('\n');
}

function sayByValue(cells: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(cells.keys(), (row) => cells[row]!)].sort((a, b) => b[1].length - a[1].length);
  if (groups.length > MAX_GROUPS) return undefined;
  const [[most] = [''], ...others] = groups;
  const lines = others.map(([value, rows]) => ` ${value}: rows ${rows.join(' ')}`);
  return [`${most} but for`, ...lines].join('\n');
}
