/** The view of a tree of records: every node by its name, below its parent; what else the nodes hold as counts and ranges. */
import type { TreeRows } from '../tree-rows.ts';
import { valueAt } from '../tree-rows.ts';
import { type JsonRecord, quote } from '../tree.ts';
import { describe } from './describe.ts';
import type { DescribeOptions } from './describe.ts';
import type { Fact } from './fact.ts';
import { FlatTable } from './flatten.ts';
import { sayFact } from './view.ts';

/** What nodes are called, if they have it. */
const NAMES = ['name', 'title', 'label', 'key', 'path', 'file', 'id'];

/** Undefined when the nodes have no names. */
export function writeTreeView(rows: TreeRows, { tokens }: Pick<DescribeOptions, 'tokens'>): string | undefined {
  const { nodes, depths, key } = rows;
  const name = NAMES.find((each) => nodes.every((node) => typeof valueAt(node, each) === 'string'));
  if (name === undefined) return undefined;
  const facts = describe(new FlatTable(nodes), { tokens, nameTokens: 0 }).filter((fact) => !isSaid(fact, name));
  const lines = [
    `[headroom view of ${nodes.length} nodes of a tree, below others: their ${quote(key)}; each by its ${name}, what else they hold as counts and ranges:`,
  ];
  lines.push(...facts.flatMap(sayFact));
  for (let row = 0; row < nodes.length; row++) {
    const depth = depths[row]!;
    const isAbove = (depths[row + 1] ?? 0) > depth;
    const text = `${nameOf(nodes[row]!, name)}${isAbove ? ' >' : ''}`;
    // Neighbours with nothing below them share a line.
    const isBeside = !isAbove && row > 0 && depths[row - 1] === depth && lines.at(-1)!.length < MAX_LINE;
    if (isBeside) lines[lines.length - 1] += `  ${text}`;
    else lines.push(' '.repeat(depth) + text);
  }
  return `${lines.join('\n')}\n]`;
}

const MAX_LINE = 400;

/** Paths are the names above, one after the other. */
function isSaid({ name }: Fact, nameKey: string): boolean {
  return name === nameKey || name === 'path';
}

function nameOf(node: JsonRecord, key: string): string {
  const name = valueAt(node, key) as string;
  return /^$|^\s|\s$|  |[\n\r]| >$/.test(name) ? quote(name) : name;
}
