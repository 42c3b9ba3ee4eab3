/** The view of whole JSON: long lists of records as views where those are much shorter, everything else as the lossless form says it. */
import type { Deadline } from '../../../core/deadline.ts';
import type { Level } from '../../../core/compressor.ts';
import type { ToolImportance } from '../../../core/importance.ts';
import type { Tokenizer } from '../../../core/tokenizer.ts';
import { type Region, wholeValue } from '../find.ts';
import type { Known } from '../known.ts';
import type { TableKind } from '../table-head.ts';
import { type Json, JsonRecord, isContainer, isList, print, quote } from '../tree.ts';
import { treeRows } from '../tree-rows.ts';
import { embeddedFor, entriesOf, isDictionary, tableFor, treeFor, writeRun } from '../write.ts';
import type { Fact } from './fact.ts';
import { writeTreeView } from './tree-view.ts';
import { viewOf } from './learned.ts';
import { type ListView, MIN_VIEW_ROWS, type ViewOptions, writeListView } from './view.ts';

export interface DocumentOptions {
  readonly keepsPaths?: boolean;
  readonly level: Level;
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
  /** Also where a lossless form would be short enough. */
  readonly isForced?: boolean;
  readonly known?: Known | undefined;
  readonly importance?: ToolImportance | undefined;
}

interface Share {
  readonly rows: number;
  readonly minRowTokens: number;
  readonly names: number;
}

/** Of a list's own tokens: what rows in full and lists of names may take. */
const SHARES: Readonly<Record<Exclude<Level, 'lossless'>, Share>> = {
  balanced: { rows: 0.08, minRowTokens: 1000, names: 0.15 },
  aggressive: { rows: 0.06, minRowTokens: 600, names: 0.1 },
};
/** A list whose lossless form is this short needs no view. */
const SHORT_TOKENS = 300;
const MAX_VIEW_SHARE = 0.7;
/** Of the lossless form: what is learned makes no view longer than this. */
const MAX_LEARNED_SHARE = 0.55;
const MAX_UNSAID_SHARE = 0.25;
/** Longer lists are not written as tables to see how short they are. */
const MAX_TABLE_ROWS = 20_000;

/** Undefined when there is no list to leave something out of. */
export function writeView(text: string, regions: readonly Region[], given: DocumentOptions): string | undefined {
  const options: DocumentOptions = { ...given, keepsPaths: true };
  let at = 0;
  let said = '';
  let views = 0;
  const view = (list: readonly Json[], kind: TableKind): string | undefined => {
    const short = shortOf(list, kind, options);
    if (short.isView) views++;
    return short.text;
  };
  const tree = (root: JsonRecord): string | undefined => {
    const rows = treeRows(root);
    if (!rows) return undefined;
    const table = treeFor(root, options);
    const text = writeTreeView(rows, options);
    const isView =
      text !== undefined && options.tokens.count(text) <= options.tokens.count(table ?? print(root)) * MAX_VIEW_SHARE;
    if (isView) views++;
    return isView ? text : table;
  };
  for (const { start, end, kind, values } of regions) {
    said += text.slice(at, start);
    if (kind === 'value') said += printWith(values[0]!, { list: view, tree }, options);
    else
      said +=
        view(values, kind === 'lines' ? 'JSON lines' : 'items') ??
        writeRun(values, kind === 'lines' ? 'JSON lines' : 'items', options);
    at = end;
  }
  return views === 0 ? undefined : said + text.slice(at);
}

interface Writers {
  readonly list: (list: readonly Json[], kind: TableKind) => string | undefined;
  readonly tree: (root: JsonRecord) => string | undefined;
}

function printWith(value: Json, { list, tree }: Writers, options: DocumentOptions): string {
  return print(value, (part) => {
    if (typeof part === 'string') return embeddedFor(part, options);
    if (isList(part)) return list(part, 'rows');
    return tree(part) ?? (isDictionary(part) ? list(entriesOf(part, options), 'entries') : undefined);
  });
}

/** A list's shortest saying: as a view, as a lossless table, or (no text) as plain JSON. */
function shortOf(
  list: readonly Json[],
  kind: TableKind,
  options: DocumentOptions,
): { readonly text: string | undefined; readonly isView: boolean } {
  const table = list.length > MAX_TABLE_ROWS ? undefined : tableFor(list, kind, options);
  if (list.length < MIN_VIEW_ROWS) return { text: table, isView: false };
  const { values, keys } = rowsOf(list, kind);
  const plain = print(list);
  const lossless = options.tokens.count(table ?? plain);
  if (lossless <= SHORT_TOKENS && !options.isForced) return { text: table, isView: false };
  const found = viewOf(values, keys, limitsFor(plain, lossless, options));
  if (found.isLost) return { text: table, isView: false };
  if (!options.isForced && isMostlyWording(found, plain, options)) return { text: table, isView: false };
  const view = writeListView(values, keys, found);
  const isView =
    options.isForced || (view.length < plain.length && options.tokens.count(view) <= lossless * MAX_VIEW_SHARE);
  return { text: isView ? view : table, isView };
}

/** Rows that are mostly sentences of their own say little in counts: the reader would have to ask for them. */
function isMostlyWording({ unsaid }: ListView, plain: string, { level }: DocumentOptions): boolean {
  return level !== 'aggressive' && unsaid > plain.length * MAX_UNSAID_SHARE;
}

function rowsOf(
  list: readonly Json[],
  kind: TableKind,
): { readonly values: readonly Json[]; readonly keys: readonly string[] | undefined } {
  if (kind !== 'entries') return { values: list, keys: undefined };
  const pairs = list as readonly (readonly [string, Json])[];
  return { values: pairs.map((pair) => pair[1]), keys: pairs.map((pair) => pair[0]) };
}

function limitsFor(
  plain: string,
  lossless: number,
  { level, tokens, deadline, importance, known }: DocumentOptions,
): ViewOptions {
  const share = SHARES[level === 'aggressive' ? 'aggressive' : 'balanced'];
  const own = tokens.count(plain);
  const rowTokens = Math.max(share.minRowTokens, own * share.rows);
  const nameTokens = own * share.names;
  const learnedTokens = Math.min(rowTokens + nameTokens, lossless * MAX_LEARNED_SHARE);
  return { tokens, deadline, known, importance, rowTokens, nameTokens, learnedTokens };
}

const AGGREGATES = '_headroom';

/**
 * The view as JSON that parses: long lists hold their rows in full only, and what the columns of each hold stands once, at
 * the top. Undefined when the text is not one JSON value, or has no list to shorten.
 */
export function writeJsonView(text: string, options: DocumentOptions): string | undefined {
  const value = wholeValue(text);
  if (value === undefined || !isContainer(value)) return undefined;
  if (value instanceof JsonRecord && value.shape.keys.includes(AGGREGATES)) return undefined;
  const said: string[] = [];
  const body = printShort(value, '', said, options);
  if (said.length === 0) return undefined;
  const head = `"${AGGREGATES}":{${said.join(',')}}`;
  return value instanceof JsonRecord
    ? `{${head}${body === '{}' ? '' : ','}${body.slice(1)}`
    : `{${head},"rows":${body}}`;
}

function printShort(value: Json, path: string, said: string[], options: DocumentOptions): string {
  if (!isContainer(value)) return print(value);
  if (isList(value)) {
    if (value.length >= MIN_VIEW_ROWS) {
      const plain = print(value);
      const view = viewOf(value, undefined, limitsFor(plain, options.tokens.count(plain), options));
      const isLost = view.isLost === true;
      const rows = `[${view.kept.map((row) => print(value[row]!)).join(',')}]`;
      const own = `${quote(path === '' ? 'rows' : path)}:${jsonFacts(view)}`;
      const isShort = options.tokens.count(rows + own) <= options.tokens.count(plain) * MAX_VIEW_SHARE;
      if (isShort && !isLost && !isMostlyWording(view, plain, options)) {
        said.push(own);
        return rows;
      }
    }
    return `[${value.map((member, at) => printShort(member, `${path}[${at}]`, said, options)).join(',')}]`;
  }
  const { keys } = value.shape;
  const members = keys.map(
    (key, at) => `${quote(key)}:${printShort(value.values[at]!, path === '' ? key : `${path}.${key}`, said, options)}`,
  );
  return `{${members.join(',')}}`;
}

function jsonFacts({ count, kept, named, facts }: ListView): string {
  const parts = [
    `"view":"${kept.length} of ${count} rows, the others as counts and ranges; i is the row number, from 0"`,
    `"rowNumbers":${JSON.stringify(kept)}`,
    ...(named.length > 0 ? [`"unlikeTheOthersToo":${JSON.stringify(named)}`] : []),
    ...facts.map(jsonFact),
  ];
  return `{${parts.join(',')}}`;
}

function jsonFact({ name, text, counts, lines }: Fact): string {
  if (counts) return `${quote(name)}:{${counts.map(([value, times]) => `${quote(value)}:${times}`).join(',')}}`;
  return `${quote(name)}:${lines ? JSON.stringify(lines) : quote(text!)}`;
}
