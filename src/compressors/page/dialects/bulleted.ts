/** Lists of YAML, as Playwright and what is built on it print them: `- button "Save" [ref=e12]`. */
import { type Dialect, USUAL, isProperty, placeOf } from '../dialect.ts';
import { type Element, elementOf } from '../element.ts';

const KEY =
  /^((?:<changed> )?[a-z][\w-]+|\/[a-z][\w-]*)(?: "([^"\\]*(?:\\.[^"\\]*)*)")?((?: \[(?!ref=)[^\]]*\])*)(?: \[ref=([A-Za-z]\w*)\]( \[cursor=pointer\])?((?: \[[^\]]*\])*))?/;
const QUOTED = /^'((?:[^']|'')*)'/;
const REST = /^(?:(:)(?: (.*))?)?$/;

function readBulleted(line: string, indent: string): Element | undefined {
  const place = placeOf(line, indent);
  if (!place || !line.startsWith('- ', place.at)) return undefined;
  const said = line.slice(place.at + 2);
  const quoted = QUOTED.exec(said);
  const text = quoted ? quoted[1]!.replaceAll("''", "'") : said;
  const key = KEY.exec(text);
  if (!key || (quoted && key[0].length !== text.length)) return undefined;
  const rest = REST.exec(quoted ? said.slice(quoted[0].length) : text.slice(key[0].length));
  if (!rest) return undefined;
  return elementOf({
    depth: place.depth,
    role: key[1]!,
    isQuoted: quoted !== null,
    name: key[2],
    before: key[3]!,
    ref: key[4],
    isPointer: key[5] !== undefined,
    after: key[6] ?? '',
    // Whether children follow is for whoever knows the next line; here it says what the line itself says.
    tail: rest[1] !== undefined && rest[2] === undefined ? ':' : '',
    value: rest[2],
  });
}

function printBulleted(element: Element, hasChildren: boolean, step: string): string {
  const { depth, role, name, before, ref, isPointer, after, isQuoted, value, url } = element;
  const named = name === undefined ? role : `${role} "${name}"`;
  const handle = ref === undefined ? '' : ` [ref=${ref}]${isPointer ? ' [cursor=pointer]' : ''}`;
  const key = named + before + handle + after;
  const indent = step.repeat(depth);
  const end = value !== undefined ? `: ${value}` : hasChildren || url !== undefined ? ':' : '';
  const line = `${indent}- ${isQuoted ? `'${key.replaceAll("'", "''")}'` : key}${end}`;
  return url === undefined ? line : `${line}\n${indent}${step}- /url: ${url}`;
}

export const bulleted: Dialect = {
  ...USUAL,
  name: 'Playwright',
  ref: '[A-Za-z]\\w*',
  names: 'escaped',
  after: '(?: \\[[^\\]]*\\])*',
  isRefless: (role) => role === USUAL.textRole || isProperty(role),
  pointer: 'cursor=pointer',
  shape: /^ *- [a-z'/<]/,
  read: readBulleted,
  print: printBulleted,
  urlsBelow: true,
};
