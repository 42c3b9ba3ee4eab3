/** How a browser tool prints the elements of a page: it reads its own lines and prints them again to the byte. */
import { type Element, isActedOn } from './element.ts';

export interface Dialect {
  /** As the head of a form says it. */
  readonly name: string;
  /** What a ref looks like. */
  readonly ref: string;
  /** How names stand in a form: in the quotes that their own text does not hold. */
  readonly names: NameSpelling;
  /** What the form's line of an element may say behind the ref. */
  readonly after: string;
  /** Whether lines of a role never have a ref. */
  readonly isRefless: (role: string) => boolean;
  /** The role of lines that are only text: the form says their text alone. */
  readonly textRole: string;
  /** What `*` behind a ref stands for; undefined where nothing does. */
  readonly pointer: string | undefined;
  /** Whether a line may be one of its elements: a quick look. */
  readonly shape: RegExp;
  /** Lines of no such shape, in a row, that a page may hold. */
  readonly maxGap: number;
  /** Of its lines, how many have a ref in a page. */
  readonly minRefShare: number;
  /** And how many a role that browsers know. */
  readonly minRoleShare: number;
  /** Whether somebody may want to click an element, or type into it. */
  readonly isActed: (element: Element) => boolean;
  /** States of an element that say nothing to somebody who acts on it. */
  readonly plain: RegExp;
  /** Undefined when the line is no element. */
  read(line: string, indent: string): Element | undefined;
  /** Lines of an element; those of its address may follow it. */
  print(element: Element, hasChildren: boolean, indent: string): string;
  /** Whether addresses stand in a line of their own under their element. */
  readonly urlsBelow: boolean;
  /** The dialect that these lines of a page are in, where they show that it is a variant. */
  readonly variantOf?: (lines: readonly string[]) => Dialect | undefined;
}

/** `double`: `"..."`; `python`: as Python quotes, `'...'` unless the text holds one. */
export type NameSpelling = 'double' | 'escaped' | 'python';

/** What is not escaped stands in runs: a loop over single characters is the quicker one. */
const ESCAPED = '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"';

/** As the three kinds of names look in a form, quotes and all. */
export const NAME_SHAPES: Readonly<Record<NameSpelling, string>> = {
  double: '"[^"]*"',
  escaped: ESCAPED,
  python: `${ESCAPED.replaceAll('"', "'")}|${ESCAPED}`,
};

/** Of the element around: `/url`, `/placeholder`. */
export function isProperty(role: string): boolean {
  return role.startsWith('/');
}

/** What most dialects answer. */
export const USUAL: Pick<
  Dialect,
  | 'names'
  | 'after'
  | 'isRefless'
  | 'textRole'
  | 'pointer'
  | 'maxGap'
  | 'minRefShare'
  | 'minRoleShare'
  | 'isActed'
  | 'plain'
  | 'urlsBelow'
> = {
  names: 'double',
  after: '',
  isRefless: isProperty,
  textRole: 'text',
  pointer: undefined,
  maxGap: 2,
  minRefShare: 0.3,
  minRoleShare: 0,
  isActed: isActedOn,
  plain: /^$/g,
  urlsBelow: false,
};

/** Longer lines are no elements. */
export const MAX_LINE = 20_000;

const [BLANK, TAB] = [0x20, 0x09];

export interface Place {
  readonly depth: number;
  /** Where the line begins behind its white space. */
  readonly at: number;
}

/** How deep a line stands by one kind of indent; undefined where it is not indented by whole ones. */
export function placeOf(line: string, indent: string): Place | undefined {
  if (line.length > MAX_LINE) return undefined;
  const white = indent.charCodeAt(0);
  let at = 0;
  while (line.charCodeAt(at) === white) at++;
  const next = line.charCodeAt(at);
  const depth = at / indent.length;
  return next === BLANK || next === TAB || !Number.isInteger(depth) ? undefined : { depth, at };
}
