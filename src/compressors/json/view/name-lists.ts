/** Lists of what a reader will ask for by name: paths, titles, ids. As far as there is room, each of them. */
import type { Tokenizer } from '../../../core/tokenizer.ts';
import { textOf } from '../spell.ts';
import { isIdName, isPathName } from '../telling-names.ts';
import { isContainer } from '../tree.ts';
import { type Fact, MAX_VALUE_CHARS, label } from './fact.ts';
import type { FieldNode, FlatTable } from './flatten.ts';

/** Other texts that differ are only counted. */
const NAMES =
  /(?:^|[._\]-])(?:path|file|filename|file_?name|name|title|subject|key|id|number|url|email|ref|branch|slug|symbol|package|sku|code)s?$|(?:Path|File|Name|Title|Id|Key|Url)$/;
const OPAQUE = /^(?=.*\d)[0-9a-f-]{12,}$/i;
const MAX_WHOLE_IDS = 65;
const MAX_WHOLE_PATHS = 400;
/** Room that lists of those have in any case. */
const MIN_WHOLE_TOKENS = 1_200;

/** Paths and ids come first where names compete for room. */
export function nameLists(table: FlatTable, tokens: Tokenizer, maxTokens: number): ReadonlyMap<FieldNode, Fact> {
  const lists = new Map<FieldNode, Fact>();
  let left = maxTokens;
  for (const node of table.nodes.toSorted((a, b) => rankOfName(a) - rankOfName(b))) {
    const room =
      maxTokens > 0 && node.rows.length > 0 && isWhole(node, table) ? Math.max(left, MIN_WHOLE_TOKENS) : left;
    const found = listNames(node, tokens, room);
    if (!found) continue;
    lists.set(node, found.fact);
    left -= found.cost;
  }
  return lists;
}

/** Where names stand as they are rather than by a rule. */
export function isWhole({ name, column, isMany }: FieldNode, { count }: FlatTable): boolean {
  if (isMany || column.distinct.length * 2 < count) return false;
  return isIdName(name) ? count < MAX_WHOLE_IDS && column.isText : isPathName(name) && count < MAX_WHOLE_PATHS;
}

function rankOfName({ name, column }: FieldNode): number {
  if (isIdName(name) && column.rows.length < MAX_WHOLE_IDS) return 0;
  if (/path|file/i.test(name)) return 0;
  if (/name|title|subject/i.test(name)) return 1;
  return column.isNumber ? 2 : 3;
}

/** Every name, where there is room; of numbers that follow each other the ends. */
function listNames(
  { column, name }: FieldNode,
  tokens: Tokenizer,
  left: number,
): { readonly fact: Fact; readonly cost: number } | undefined {
  const { distinct, rows } = column;
  if (rows.length === 0 || distinct.length > left || !NAMES.test(name) || distinct.some(isContainer)) return undefined;
  const texts = distinct.map(textOf);
  if (texts.some((text) => text.length > MAX_VALUE_CHARS)) return undefined;
  if (rows.length >= MAX_WHOLE_IDS && texts.every((text) => OPAQUE.test(text))) return undefined;
  const isWhole = texts.every((text) => /^\d{1,15}$/.test(text));
  const list = isWhole ? ranges(texts.map(Number)) : texts.map((text) => label(text));
  const text = `${distinct.length} different: ${list.join(list.some((each) => each.includes(' ')) ? '; ' : ' ')}`;
  if (text.length > left * 8) return undefined;
  const cost = tokens.count(text);
  return cost > left ? undefined : { fact: { name, text }, cost };
}

function ranges(numbers: readonly number[]): readonly string[] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const said: string[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const start = at;
    while (sorted[at + 1] === sorted[at]! + 1) at++;
    said.push(at - start > 1 ? `${sorted[start]}-${sorted[at]}` : sorted.slice(start, at + 1).join(' '));
  }
  return said;
}
