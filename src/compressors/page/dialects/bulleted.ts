/** Lists of YAML, as Playwright and what is built on it print them: `- button "Save" [ref=e12]`. */
import { type Dialect, NAME_SHAPES, USUAL, isProperty, placeOf } from '../dialect.ts';
import { type Element, elementOf } from '../element.ts';

const REST = '(?:(:)(?: (.*))?)?$';
const LINE = new RegExp(
  `^((?:<changed> )?[a-z][\\w-]+|/[a-z][\\w-]*)(?: (${NAME_SHAPES.escaped}))?((?: \\[(?!ref=)[^\\]]*\\])*)` +
    `(?: \\[ref=([A-Za-z]\\w*)\\]( \\[cursor=pointer\\])?((?: \\[[^\\]]*\\])*))?${REST}`,
);
const QUOTED = new RegExp(`^'((?:[^']|'')*)'${REST}`);

function readBulleted(line: string, indent: string): Element | undefined {
  const place = placeOf(line, indent);
  if (!place || !line.startsWith('- ', place.at)) return undefined;
  const said = line.slice(place.at + 2);
  const quoted = said.startsWith("'") ? QUOTED.exec(said) : null;
  const key = LINE.exec(quoted ? quoted[1]!.replaceAll("''", "'") : said);
  if (!key || (quoted && key[7] !== undefined)) return undefined;
  const [colon, value] = quoted ? [quoted[2], quoted[3]] : [key[7], key[8]];
  return elementOf({
    depth: place.depth,
    role: key[1]!,
    isQuoted: quoted !== null,
    name: key[2]?.slice(1, -1),
    before: key[3]!,
    ref: key[4],
    isPointer: key[5] !== undefined,
    after: key[6] ?? '',
    // Whether children follow is for whoever knows the next line; here it says what the line itself says.
    tail: colon !== undefined && value === undefined ? ':' : '',
    value,
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
