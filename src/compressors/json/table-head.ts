/** The words of a table's first line and of its other fixed lines, for writing and for reading. */
import { BRACKETS, type Brackets } from './pattern.ts';

/**
 * `rows` print as a list, `JSON lines` with a line break between, `items` with a comma between, `entries` as an object
 * whose keys and values are the columns `key` and `value`. `nodes of a tree` stand one below the other, indented.
 */
export type TableKind = 'rows' | 'JSON lines' | 'items' | 'entries' | typeof TREE;

export const TREE = 'nodes of a tree';

export interface TableHead {
  readonly kind: TableKind;
  readonly count: number;
  readonly isCounted: boolean;
  readonly brackets: Brackets;
  /** The rows have no columns: each is a single value, whose spec follows. */
  readonly isPlain: boolean;
  /** Of a tree: the key under which nodes have the nodes below them. */
  readonly below?: string | undefined;
}

/** A key that a head can say. */
export function isPlainBelow(key: string): boolean {
  return key.length < 100 && !/["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/.test(key);
}

/** What a table may say that it has: a damaged number must not fill the memory. */
export const MAX_ROWS = 1_000_000;
export const LAYOUT = 'each line: ';
export const END = ']';
/** Where lines are counted, every tenth is marked. */
export const MARK_EVERY = 10;
export const MIN_MARKED_ROWS = 20;

const HEAD =
  /\[(\d{1,9}) (rows|JSON lines|items|entries|nodes of a tree)( of one value)?(?: \(i = 0 to \d+\))?(?:, slots in (<>|«»))?(?:, below others: their ("[^"\\\n]{0,99}"))?:(?=[ \n])/y;
const ANY_HEAD =
  /\[\d{1,9} (?:rows|JSON lines|items|entries|nodes of a tree)(?: of one value)?(?: \(i = 0 to \d+\))?(?:, slots in (?:<>|«»))?(?:, below others: their "[^"\\\n]{0,99}")?:[ \n]/y;

export function writeHead({ kind, count, isCounted, brackets, isPlain, below }: TableHead): string {
  const plain = isPlain ? ' of one value' : '';
  const range = isCounted ? ` (i = 0 to ${count - 1})` : '';
  const slots = brackets === BRACKETS[0] ? '' : `, slots in ${brackets.open}${brackets.close}`;
  const tree = below === undefined ? '' : `, below others: their "${below}"`;
  return `[${count} ${kind}${plain}${range}${slots}${tree}:`;
}

export function readHead(text: string, at: number): { readonly head: TableHead; readonly end: number } | undefined {
  HEAD.lastIndex = at;
  const match = HEAD.exec(text);
  if (!match || Number(match[1]) > MAX_ROWS) return undefined;
  const brackets = BRACKETS.find(({ open, close }) => open + close === (match[4] ?? '{}'))!;
  const head: TableHead = {
    kind: match[2] as TableKind,
    count: Number(match[1]),
    isCounted: match[0].includes('(i = '),
    brackets,
    isPlain: match[3] !== undefined,
    below: match[5]?.slice(1, -1),
  };
  if ((head.kind === TREE) !== (head.below !== undefined)) return undefined;
  return { head, end: HEAD.lastIndex };
}

/** The next place from `at` on where a table seems to start; -1 if nowhere. */
export function findHead(text: string, at: number): number {
  for (let open = text.indexOf('[', at); open >= 0; open = text.indexOf('[', open + 1)) {
    const code = text.charCodeAt(open + 1);
    if (!(code >= 0x30 && code <= 0x39)) continue;
    ANY_HEAD.lastIndex = open;
    if (ANY_HEAD.test(text)) return open;
  }
  return -1;
}

export function rowLabel(row: number): string {
  return `row ${row}: `;
}

/** Cheap: whether the label of a row may stand here. */
export function isLabel(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x72;
}

export function rowMark(row: number): string {
  return `#${row} `;
}

export function isMarked(row: number, { isCounted, count, kind }: TableHead): boolean {
  return isCounted && kind !== TREE && count >= MIN_MARKED_ROWS && row % MARK_EVERY === 0 && row > 0;
}
