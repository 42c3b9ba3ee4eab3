/**
 * Accessibility trees with names as Python quotes them: `[a12] button 'Save', clickable, visible` (BrowserGym),
 * `[12] link 'Home' focused: True` (WebArena), and with the handle at the end, `, browsergym_id='12'`.
 */
import { type Dialect, NAME_SHAPES, USUAL, placeOf } from '../dialect.ts';
import { type Element, elementOf, isActedOn } from '../element.ts';

const REF = '[A-Za-z]*\\d+';
const HANDLE = `, browsergym_id='(${REF})'`;
const ENDS_WITH_HANDLE = new RegExp(`${HANDLE}$`);
const STATES = ', [A-Za-z].*| [A-Za-z]+: .*';

/** By what stands before the role with the ref in it, how states are told from what follows, and what that is. */
function reading(before: string, states: string, behind: string): Dialect['read'] {
  const shape = new RegExp(`${before}([A-Za-z][\\w-]*)(?: (${NAME_SHAPES.python}))?(${states})${behind}$`, 'y');
  return (line, indent) => {
    const place = placeOf(line, indent);
    if (!place) return undefined;
    shape.lastIndex = place.at;
    const match = shape.exec(line);
    // A word by itself is no element: only its quotes, its ref or its states show that it is one.
    if (!match || (!match[1] && match[3] === undefined && match[4] === '')) return undefined;
    return elementOf({
      depth: place.depth,
      role: match[2]!,
      isQuoted: match[3]?.startsWith('"') ?? false,
      name: match[3]?.slice(1, -1),
      ref: match[1] || match[5],
      after: match[4]!,
    });
  };
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
  ref: REF,
  names: 'python',
  after: `(?:${STATES})?`,
  textRole: 'StaticText',
  shape: /^[\t ]*(?:\[[A-Za-z]*\d+\] )?[A-Za-z][\w-]*(?: ['"]|, [a-z])/,
  minRoleShare: 0.7,
  isActed,
  plain: new RegExp(`, clickable\\b|${PLAIN.source}`, 'g'),
} as const;

const withHandle: Dialect = {
  ...SHARED,
  name: 'BrowserGym',
  read: reading('()', `(?:${STATES.replaceAll('*', '*?')})??`, `(?:${HANDLE})?`),
  print(element: Element, _hasChildren: boolean, indent: string): string {
    const line = printWithout(element, indent, '');
    return element.ref === undefined ? line : `${line}, browsergym_id='${element.ref}'`;
  },
};

export const axtree: Dialect = {
  ...SHARED,
  name: 'AXTree',
  read: reading(`(?:\\[(${REF})\\] )?`, `(?:${STATES})?`, ''),
  print(element: Element, _hasChildren: boolean, indent: string): string {
    return printWithout(element, indent, element.ref === undefined ? '' : `[${element.ref}] `);
  },
  variantOf: (lines) => (lines.some((line) => ENDS_WITH_HANDLE.test(line)) ? withHandle : undefined),
};

export const axtrees: readonly Dialect[] = [axtree, withHandle];
