/** The elements of a page, and how its lines are indented. */
import type { Dialect } from './dialect.ts';
import { type Element, elementOf } from './element.ts';

const MAX_ADDRESS = 4_000;
const ADDRESS = /^[^\s[]\S*$/;

const INDENTED = /^(\t| +)/;
export const TWO = '  ';

/** What lines are indented by for each step: a tab, or so many blanks. */
export function indentOf(lines: readonly string[]): string {
  for (const line of lines) {
    const white = INDENTED.exec(line)?.[1];
    if (white === undefined) continue;
    if (white === '\t') return white;
    return white.length % 4 === 0 ? '    ' : white.length % 2 === 0 ? TWO : ' ';
  }
  return TWO;
}

/** The elements of lines; addresses that stand in lines of their own are put to their elements. */
export function readElements(lines: readonly string[], dialect: Dialect, indent: string): readonly Element[] {
  const elements: Element[] = [];
  for (const line of lines) {
    const read = dialect.read(line, indent);
    const last = elements.at(-1);
    if (!read) elements.push(elementOf({ raw: line, depth: (last?.depth ?? -1) + 1 }));
    else if (dialect.urlsBelow && last && isAddressOf(last, read, line, indent)) last.url = read.value;
    else elements.push(read);
  }
  return dialect.urlsBelow ? settle(elements, dialect, indent) : elements;
}

function isAddressOf(last: Element, { role, value, depth }: Element, line: string, indent: string): boolean {
  if (role !== '/url' || last.raw !== undefined || last.url !== undefined || last.tail !== ':') return false;
  if (depth !== last.depth + 1 || value === undefined || value.length > MAX_ADDRESS || !ADDRESS.test(value))
    return false;
  return line === `${indent.repeat(depth)}- /url: ${value}`;
}

const BULLET = /^( *)- /;

/** How deep a line stands that is no element but an entry of the list; undefined for other lines. */
export function depthOfRaw(line: string, indent: string): number | undefined {
  const white = BULLET.exec(line)?.[1];
  return white === undefined ? undefined : Math.ceil(white.length / indent.length);
}

/** A colon at the end says that children follow: where it does not, the line stands as it is. */
function settle(elements: readonly Element[], dialect: Dialect, indent: string): readonly Element[] {
  const settled: Element[] = [];
  let nextDepth = 0;
  for (const element of elements.toReversed()) {
    if (element.raw !== undefined) {
      settled.push(element);
      nextDepth = depthOfRaw(element.raw, indent) ?? nextDepth;
      continue;
    }
    const hasChildren = nextDepth > element.depth;
    const isOpen = hasChildren || element.url !== undefined;
    if ((element.tail === ':') !== isOpen || (isOpen && element.value !== undefined)) {
      const lines = dialect.print({ ...element, tail: '' }, element.tail === ':', indent).split('\n');
      for (const line of lines.reverse()) settled.push(elementOf({ raw: line, depth: element.depth }));
      nextDepth = element.depth;
      continue;
    }
    nextDepth = element.depth;
    element.tail = '';
    settled.push(element);
  }
  return settled.reverse();
}
