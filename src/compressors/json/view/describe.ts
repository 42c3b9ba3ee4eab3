/** What the view says of each column: counts of values or of kinds of text, ranges of numbers and times, names in full. */
import type { Tokenizer } from '../../../core/tokenizer.ts';
import type { WriteContext } from '../forms/form.ts';
import { BRACKETS } from '../pattern.ts';
import { isReferable } from '../slots/index.ts';
import { textOf } from '../spell.ts';
import { isIdName } from '../telling-names.ts';
import { type Fact, short } from './fact.ts';
import type { FieldNode, FlatTable } from './flatten.ts';
import { sayKinds } from './kinds.ts';
import { isWhole, nameLists } from './name-lists.ts';
import { sayCounts, sayFormula, sayLists, sayMap, sayNumbers, sayTexts } from './phrases.ts';
import { VIEW_LIMITS } from './rare.ts';
import { severityOf } from './severity.ts';

export interface DescribeOptions {
  readonly tokens: Tokenizer;
  /** How many tokens lists of names may take together. */
  readonly nameTokens: number;
  /** What is said of these columns in any case. */
  readonly inFull?: ReadonlyMap<FieldNode, Fact> | undefined;
}

const MAX_REFERRED = 40;
const MAX_FEW_NAMED = 30;

interface Context {
  readonly table: FlatTable;
  readonly names: ReadonlyMap<FieldNode, Fact>;
  readonly inFull: ReadonlyMap<FieldNode, Fact> | undefined;
  readonly severity: FieldNode | undefined;
  readonly write: WriteContext;
}

export function describe(table: FlatTable, { tokens, nameTokens, inFull }: DescribeOptions): readonly Fact[] {
  const context: Context = {
    table,
    names: nameLists(table, tokens, nameTokens),
    inFull,
    severity: severityOf(table),
    write: contextFor(table, tokens),
  };
  const others = inFull ? table.nodes.filter((node) => !inFull.has(node)) : table.nodes;
  const few = new Set(others.filter((node) => isOfFew(node, table)));
  const always = new Set(others.filter((node) => !few.has(node) && isConstant(node, table)));
  const facts = table.nodes
    .filter((node) => !few.has(node) && !always.has(node))
    .flatMap((node) => sayNode(node, context));
  if (always.size > 0) facts.unshift({ name: 'always the same, where present', text: sayAlways([...always]) });
  if (few.size > 0) facts.push({ name: 'in few rows', text: sayFew([...few]) });
  return facts;
}

function isConstant(node: FieldNode, table: FlatTable): boolean {
  return node.rows.length > 0 && node.column.distinct.length === 1 && (isEverywhere(node, table) || node.isMany);
}

function sayAlways(nodes: readonly FieldNode[]): string {
  return nodes.map(({ name, column }) => `${name}: ${short(textOf(column.distinct[0]!))}`).join(', ');
}

function sayNode(node: FieldNode, context: Context): Fact[] {
  const facts = node.isMap ? [sayMap(node)] : [];
  if (node.rows.length > 0) facts.push(sayColumn(node, context));
  else if (node.listRows.length > 0) facts.push(sayLists(node));
  return facts;
}

function sayColumn(node: FieldNode, context: Context): Fact {
  const { table, names } = context;
  const known = context.inFull?.get(node);
  if (known) return known;
  const list = names.get(node);
  const fact =
    (list && isWhole(node, table) ? list : undefined) ??
    sayFormula(node, context.write) ??
    sayCounts(node) ??
    (isIdName(node.name) ? list : undefined) ??
    sayNumbers(node) ??
    sayKinds(node, context.severity) ??
    list ??
    sayTexts(node);
  if (isEverywhere(node, table) || node.isMany) return fact;
  return { ...fact, name: `${node.name} (in ${node.rows.length} rows)` };
}

function sayFew(nodes: readonly FieldNode[]): string {
  const outer = outermost(nodes.map(({ name }) => name));
  const names = nodes.filter(({ name }) => outer.has(name)).map(({ name }) => name);
  const more = names.length - MAX_FEW_NAMED;
  return names.slice(0, MAX_FEW_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The names that are not below another one: `a.b` and `a[].b` are below `a`. */
function outermost(names: readonly string[]): ReadonlySet<string> {
  const outer = new Set<string>();
  /** In order, names that begin alike stand together, the shortest first. */
  const starts: string[] = [];
  for (const name of names.toSorted()) {
    while (starts.length > 0 && !name.startsWith(starts.at(-1)!)) starts.pop();
    if (!starts.some(({ length }) => name[length] === '.' || name[length] === '[')) outer.add(name);
    starts.push(name);
  }
  return outer;
}

/** Rows that have it are unlike the others, and said so elsewhere. */
function isOfFew({ count, isMany }: FieldNode, table: FlatTable): boolean {
  return !isMany && count <= Math.max(1, Math.floor(table.count * VIEW_LIMITS.share)) && count < table.count;
}

function isEverywhere(node: FieldNode, table: FlatTable): boolean {
  return !node.isMany && node.rows.length === table.count;
}

function contextFor(table: FlatTable, tokens: Tokenizer): WriteContext {
  const columns = table.nodes.filter((node) => isEverywhere(node, table)).map(({ column }) => column);
  const others = columns
    .filter(({ name, distinct }) => distinct.length > 1 && isReferable(name))
    .slice(0, MAX_REFERRED);
  return { brackets: BRACKETS[0]!, others, legends: 0, lettered: new Map(), count: (text) => tokens.count(text) };
}
