/** How browser tools print the elements of a page: each reads its own lines and prints them again to the byte. */
import { type Element, rawElement } from './element.ts';

export interface Dialect {
  /** As the head of a form says it. */
  readonly name: string;
  /** What a ref looks like. */
  readonly ref: string;
  /** What a name may hold. */
  readonly nameText: string;
  /** Roles of lines that never have one. */
  readonly refless: RegExp;
  /** Whether a line may be one of its elements: a quick look. */
  readonly shape: RegExp;
  /** Undefined when the line is no element. */
  read(line: string, step: number): Element | undefined;
  /** Lines of an element; those of its address may follow it. */
  print(element: Element, hasChildren: boolean, step: number): string;
  /** Whether addresses stand in a line of their own under their element. */
  readonly urlsBelow: boolean;
}

const MAX_LINE = 20_000;

const KEY =
  /^((?:<changed> )?[a-z][\w-]+|\/[a-z][\w-]*)(?: "((?:[^"\\]|\\.)*)")?((?: \[(?!ref=)[^\]]*\])*)(?: \[ref=([A-Za-z]\w*)\]( \[cursor=pointer\])?((?: \[[^\]]*\])*))?/;
const QUOTED = /^'((?:[^']|'')*)'/;
const REST = /^(?:(:)(?: (.*))?)?$/;

function readBulleted(line: string, step: number): Element | undefined {
  if (line.length > MAX_LINE) return undefined;
  let indent = 0;
  while (line.charCodeAt(indent) === 0x20) indent++;
  if (indent % step !== 0 || line.charCodeAt(indent) !== 0x2d || line.charCodeAt(indent + 1) !== 0x20) return undefined;
  const said = line.slice(indent + 2);
  const quoted = QUOTED.exec(said);
  const text = quoted ? quoted[1]!.replaceAll("''", "'") : said;
  const key = KEY.exec(text);
  if (!key || (quoted && key[0].length !== text.length)) return undefined;
  const rest = REST.exec(quoted ? said.slice(quoted[0].length) : text.slice(key[0].length));
  if (!rest) return undefined;
  return {
    depth: indent / step,
    raw: undefined,
    role: key[1]!,
    isQuoted: quoted !== null,
    name: key[2],
    before: key[3]!,
    ref: key[4],
    isPointer: key[5] !== undefined,
    after: key[6] ?? '',
    url: undefined,
    // Whether children follow is for whoever knows the next line; here it says what the line itself says.
    tail: rest[1] !== undefined && rest[2] === undefined ? ':' : '',
    value: rest[2],
  };
}

function printBulleted(element: Element, hasChildren: boolean, step: number): string {
  const { depth, role, name, before, ref, isPointer, after, isQuoted, value, url } = element;
  const named = name === undefined ? role : `${role} "${name}"`;
  const handle = ref === undefined ? '' : ` [ref=${ref}]${isPointer ? ' [cursor=pointer]' : ''}`;
  const key = named + before + handle + after;
  const indent = ' '.repeat(depth * step);
  const end = value !== undefined ? `: ${value}` : hasChildren || url !== undefined ? ':' : '';
  const line = `${indent}- ${isQuoted ? `'${key.replaceAll("'", "''")}'` : key}${end}`;
  return url === undefined ? line : `${line}\n${indent}${' '.repeat(step)}- /url: ${url}`;
}

/** Lists of YAML, as Playwright and what is built on it print them: `- button "Save" [ref=e12]`. */
const bulleted: Dialect = {
  name: 'Playwright',
  ref: '[A-Za-z]\\w*',
  nameText: '(?:[^"\\\\]|\\\\.)*',
  refless: /^(?:text|\/.*)$/,
  shape: /^ *- [a-z'/<]/,
  read: readBulleted,
  print: printBulleted,
  urlsBelow: true,
};

const WORD = '[A-Za-z][\\w-]*(?:="[^"]*")?';
const UID = new RegExp(
  `^( *)uid=(\\d+_\\d+) ([A-Za-z][\\w-]+)(?: "([^"]*)")?((?: (?!url=)${WORD})*)(?: url="(\\S*?)"((?: ${WORD})*))?$`,
);

function readUid(line: string, step: number): Element | undefined {
  if (line.length > MAX_LINE) return undefined;
  const match = UID.exec(line);
  if (!match || match[1]!.length % step !== 0) return undefined;
  return {
    depth: match[1]!.length / step,
    raw: undefined,
    role: match[3]!,
    isQuoted: false,
    name: match[4],
    before: '',
    ref: match[2],
    isPointer: false,
    after: match[5]!,
    url: match[6],
    tail: match[7] ?? '',
    value: undefined,
  };
}

/** Lines with `uid=1_12`, as the tools of Chrome print them. */
const uids: Dialect = {
  name: 'DevTools',
  ref: '\\d+_\\d+',
  nameText: '[^"]*',
  refless: /^\/.*$/,
  shape: /^ *uid=\d/,
  read: readUid,
  print({ depth, ref, role, name, after, url, tail }: Element, _hasChildren: boolean, step: number): string {
    const named = name === undefined ? '' : ` "${name}"`;
    const address = url === undefined ? '' : ` url="${url}"`;
    return `${' '.repeat(depth * step)}uid=${ref} ${role}${named}${after}${address}${tail}`;
  },
  urlsBelow: false,
};

export const dialects: readonly Dialect[] = [bulleted, uids];

const MAX_ADDRESS = 4_000;
const ADDRESS = /^[^\s[]\S*$/;

const INDENTED = /^( +)\S/;

/** By how many blanks lines are indented for each step. */
export function stepOf(lines: readonly string[]): number {
  const first = lines.find((line) => INDENTED.test(line));
  return first !== undefined && INDENTED.exec(first)![1]!.length % 4 === 0 ? 4 : 2;
}

/** The elements of lines; addresses that stand in lines of their own are put to their elements. */
export function readElements(lines: readonly string[], dialect: Dialect, step: number): readonly Element[] {
  const elements: Element[] = [];
  for (const line of lines) {
    const read = dialect.read(line, step);
    const last = elements.at(-1);
    if (!read) elements.push(rawElement(line, (last?.depth ?? -1) + 1));
    else if (dialect.urlsBelow && last && isAddressOf(last, read, line, step)) last.url = read.value;
    else elements.push(read);
  }
  return dialect.urlsBelow ? settle(elements, dialect, step) : elements;
}

function isAddressOf(last: Element, { role, value, depth }: Element, line: string, step: number): boolean {
  if (role !== '/url' || last.raw !== undefined || last.url !== undefined || last.tail !== ':') return false;
  if (depth !== last.depth + 1 || value === undefined || value.length > MAX_ADDRESS || !ADDRESS.test(value))
    return false;
  return line === `${' '.repeat(depth * step)}- /url: ${value}`;
}

const BULLET = /^( *)- /;

/** How deep a line stands that is no element but an entry of the list; undefined for other lines. */
export function depthOfRaw(line: string, step: number): number | undefined {
  const indent = BULLET.exec(line)?.[1];
  return indent === undefined ? undefined : Math.ceil(indent.length / step);
}

/** A colon at the end says that children follow: where it does not, the line stands as it is. */
function settle(elements: readonly Element[], dialect: Dialect, step: number): readonly Element[] {
  const settled: Element[] = [];
  let nextDepth = 0;
  for (const element of elements.toReversed()) {
    if (element.raw !== undefined) {
      settled.push(element);
      nextDepth = depthOfRaw(element.raw, step) ?? nextDepth;
      continue;
    }
    const hasChildren = nextDepth > element.depth;
    const isOpen = hasChildren || element.url !== undefined;
    if ((element.tail === ':') !== isOpen || (isOpen && element.value !== undefined)) {
      const lines = dialect.print({ ...element, tail: '' }, element.tail === ':', step).split('\n');
      for (const line of lines.reverse()) settled.push(rawElement(line, element.depth));
      nextDepth = element.depth;
      continue;
    }
    nextDepth = element.depth;
    element.tail = '';
    settled.push(element);
  }
  return settled.reverse();
}
