/**
 * Accessibility trees with names as Python quotes them: `[a12] button 'Save', clickable, visible` (BrowserGym),
 * `[12] link 'Home' focused: True` (WebArena), and with the handle at the end, `, browsergym_id='12'`.
 */
import { type Dialect, MAX_LINE, NAME_SHAPES, USUAL, placeOf } from '../dialect.ts';
import { type Element, elementOf, isActedOn } from '../element.ts';

const LINE = new RegExp(
  `^(?:\\[([A-Za-z]*\\d+)\\] )?([A-Za-z][\\w-]*)(?: (${NAME_SHAPES.python}))?((?:, [A-Za-z].*| [A-Za-z]+: .*)?)$`,
);
const HANDLE = /, browsergym_id='([A-Za-z]*\d+)'$/;

function readLine(line: string, indent: string): Element | undefined {
  const place = placeOf(line, indent);
  const match = place && LINE.exec(line.slice(place.at));
  // A word by itself is no element: only its quotes, its ref or its states show that it is one.
  if (!match || (match[1] === undefined && match[3] === undefined && match[4] === '')) return undefined;
  return elementOf({
    depth: place.depth,
    role: match[2]!,
    isQuoted: match[3]?.startsWith('"') ?? false,
    name: match[3]?.slice(1, -1),
    ref: match[1],
    after: match[4]!,
  });
}

function printWithout({ depth, role, name, isQuoted, after }: Element, indent: string, ref: string): string {
  const quote = isQuoted ? '"' : "'";
  const named = name === undefined ? '' : ` ${quote}${name}${quote}`;
  return `${indent.repeat(depth)}${ref}${role}${named}${after}`;
}

/** How things stand on the screen, and what a page says of itself: none of it makes anything to click. */
const PLAIN =
  /(?:, (?:visible|atomic|(?:live|relevant|orientation|describedby|labelledby|center|box|roledescription)=(?:'[^']*'|"[^"]*")))| (?:orientation|live|atomic|relevant): \S+/g;
const CLICKED = /^, clickable\b/;

/** A tree that says what is on the screen says as well what can be clicked: cells of a grid may be. */
const SEEN = /^, visible\b/;

function isActed(element: Element): boolean {
  if (element.after === '') return isActedOn(element);
  if (CLICKED.test(element.after)) return true;
  if (element.role === 'gridcell' && SEEN.test(element.after)) return false;
  return isActedOn({ ...element, after: element.role === 'RootWebArea' ? '' : element.after.replaceAll(PLAIN, '') });
}

const SHARED = {
  ...USUAL,
  ref: '[A-Za-z]*\\d+',
  names: 'python',
  after: '(?:, [A-Za-z].*| [A-Za-z]+: .*)?',
  textRole: 'StaticText',
  shape: /^[\t ]*(?:\[[A-Za-z]*\d+\] )?[A-Za-z][\w-]*(?: ['"]|, [a-z])/,
  minRoleShare: 0.7,
  isActed,
  plain: new RegExp(`, clickable\\b|${PLAIN.source}`, 'g'),
} as const;

const withHandle: Dialect = {
  ...SHARED,
  name: 'BrowserGym',
  read(line: string, indent: string): Element | undefined {
    const handle = line.length > MAX_LINE ? undefined : HANDLE.exec(line);
    const read = readLine(handle ? line.slice(0, handle.index) : line, indent);
    if (!read || !handle) return read?.ref === undefined ? read : undefined;
    return read.ref === undefined ? { ...read, ref: handle[1] } : undefined;
  },
  print(element: Element, _hasChildren: boolean, indent: string): string {
    const line = printWithout(element, indent, '');
    return element.ref === undefined ? line : `${line}, browsergym_id='${element.ref}'`;
  },
};

export const axtree: Dialect = {
  ...SHARED,
  name: 'AXTree',
  read: readLine,
  print(element: Element, _hasChildren: boolean, indent: string): string {
    return printWithout(element, indent, element.ref === undefined ? '' : `[${element.ref}] `);
  },
  variantOf: (lines) => (lines.some((line) => HANDLE.test(line)) ? withHandle : undefined),
};

export const axtrees: readonly Dialect[] = [axtree, withHandle];
