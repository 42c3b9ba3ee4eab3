/** Prints a JSON tree with its lists as tables wherever that is shorter. */
import { embeddedIn, mayEmbed, writeEmbedded } from './embedded.ts';
import { estimate } from './estimate.ts';
import { type RecordRows, ListRows, type RowList } from './row-list.ts';
import { type TableOptions, isWorthTrying, writeTable } from './table-write.ts';
import { TREE, type TableKind } from './table-head.ts';
import { type Json, JsonRecord, isContainer, isList, print, printEntry, quote } from './tree.ts';
import { type TreeRows, treeRows } from './tree-rows.ts';

/** Rows printed as JSON to estimate what the list would cost so. */
const SAMPLE_ROWS = 24;
/** A table that saves less than this share is not worth its head. */
const MIN_SAVED_SHARE = 0.04;
/** Lists inside cells above this many characters, where they are most of the text, are better tables of their own. */
const MAX_INNER_CHARS = 300;

/** Estimated to cost less than this share of the JSON, a table is taken without an exact count. */
const CLEAR_SHARE = 0.8;
/** Smaller objects are read as objects. */
const MIN_ENTRIES = 6;
/** Beyond this many characters no exact count is made. */
const MAX_EXACT_CHARS = 200_000;

export function writeJson(value: Json, options: TableOptions): string {
  return print(value, (part) => {
    if (typeof part === 'string') return embeddedFor(part, options);
    if (isList(part)) return tableFor(part, 'rows', options);
    return (
      treeFor(part, options) ??
      (isDictionary(part) ? tableFor(entriesOf(part, options), 'entries', options) : undefined)
    );
  });
}

/** A tree of records, each node in a line of its own below its parent; undefined when it is none, or does not pay. */
export function treeFor(root: JsonRecord, options: TableOptions): string | undefined {
  const tree = treeRows(root);
  return tree && found(root, options, () => newTree(root, tree, options));
}

function newTree(root: JsonRecord, tree: TreeRows, options: TableOptions): string | undefined {
  options.deadline.check();
  const table = writeTable(new ListRows(tree.nodes, TREE), TREE, options, tree);
  if (table === undefined) return undefined;
  const plain = print(root);
  return estimate(table, options.tokens) < estimate(plain, options.tokens) * CLEAR_SHARE ? table : undefined;
}

/** An object whose keys are names of things: many of them, with values of one kind. */
export function isDictionary({ values }: JsonRecord): boolean {
  if (values.length < MIN_ENTRIES) return false;
  const isRecord = values[0] instanceof JsonRecord;
  const type = typeof values[0];
  return values.every((value) =>
    isRecord ? value instanceof JsonRecord : !isContainer(value) && typeof value === type,
  );
}

/** An object as pairs of a key and a value, always the same ones. */
export function entriesOf(record: JsonRecord, { known }: Pick<TableOptions, 'known'>): readonly Json[] {
  const find = (): readonly Json[] => record.values.map((value, at) => [record.shape.keys[at]!, value]);
  return known ? known.entriesOf(record, find) : find();
}

export function embeddedFor(text: string, options: TableOptions): string | undefined {
  return mayEmbed(text) ? found(text, options, () => newEmbedded(text, options)) : undefined;
}

function newEmbedded(text: string, options: TableOptions): string | undefined {
  const embedded = embeddedIn(text);
  if (!embedded) return undefined;
  const form = writeEmbedded(writeJson(embedded.value, options), embedded.style);
  return estimate(form, options.tokens) < estimate(quote(text), options.tokens) * (1 - MIN_SAVED_SHARE)
    ? form
    : undefined;
}

/** Values that stand beside each other without brackets of their own. */
export function writeRun(values: readonly Json[], kind: 'JSON lines' | 'items', options: TableOptions): string {
  const table = tableFor(values, kind, options);
  return table ?? values.map((value) => writeJson(value, options)).join(kind === 'items' ? ',' : '\n');
}

export function tableFor(list: readonly Json[], kind: TableKind, options: TableOptions): string | undefined {
  return found(list, options, () => newTable(new ListRows(list, kind), kind, options));
}

export function writeCells(rows: RecordRows, options: TableOptions): string {
  const table = newTable(rows, 'rows', options);
  if (table !== undefined) return table;
  const list = rows.all();
  // What is no table is not tried as one again.
  found(list, options, () => undefined);
  return writeJson(list, options);
}

function found(part: unknown, { known, keepsPaths }: TableOptions, find: () => string | undefined): string | undefined {
  return known ? known.formOf(part, keepsPaths ?? false, find) : find();
}

function newTable(list: RowList, kind: TableKind, options: TableOptions): string | undefined {
  if (!isWorthTrying(list)) return undefined;
  options.deadline.check();
  const say = kind === 'entries' ? printEntry : (value: Json): string => print(value);
  const sampled = sampleOf(list);
  const sample = sampled.map(say);
  const chars = sample.reduce((sum, text) => sum + text.length, 0);
  const mayBeInner = Math.max(chars / 2, MAX_INNER_CHARS * sample.length);
  // Inner lists have fewer characters than what they stand in.
  if (chars > mayBeInner && innerChars(sampled) > mayBeInner) return undefined;
  const table = writeTable(list, kind, options);
  if (table === undefined) return undefined;
  const scale = list.length / sample.length;
  // Characters decide clear cases, tokens close ones.
  if (table.length < (chars * scale) / 3) return table;
  const plain = estimate(sample.join(','), options.tokens) * scale;
  const share = estimate(table, options.tokens) / plain;
  if (share < CLEAR_SHARE) return table;
  if (table.length > MAX_EXACT_CHARS) return share < 1 - MIN_SAVED_SHARE ? table : undefined;
  const said = Array.from({ length: list.length }, (_, row) => say(list.at(row))).join(',');
  const json = kind === 'rows' ? `[${said}]` : said;
  // Hardly shorter in characters, it is not in tokens either.
  if (table.length >= json.length * (1 - MIN_SAVED_SHARE)) return undefined;
  return options.tokens.count(table) < options.tokens.count(json) * (1 - MIN_SAVED_SHARE) ? table : undefined;
}

function sampleOf(list: RowList): readonly Json[] {
  if (list.length <= SAMPLE_ROWS) return Array.from({ length: list.length }, (_, row) => list.at(row));
  const step = list.length / SAMPLE_ROWS;
  return Array.from({ length: SAMPLE_ROWS }, (_, at) => list.at(Math.floor((at + 0.5) * step)));
}

/** Characters in lists that could be tables themselves. */
function innerChars(values: readonly Json[]): number {
  let chars = 0;
  for (const value of values) {
    if (isList(value)) chars += isWorthTrying(new ListRows(value, 'rows')) ? print(value).length : innerChars(value);
    else if (value instanceof JsonRecord) chars += innerChars(value.values.filter(isContainer));
  }
  return chars;
}
