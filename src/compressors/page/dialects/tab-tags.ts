/**
 * Pages as indices and tags, indented by tabs, with the text of the page in lines of its own or behind the tag:
 * `[12]<button type=submit />`, `[12]<a >Home />`, `[12]<a href="/">Home</a>`. Whatever has an index can be acted on.
 */
import { type Dialect, USUAL, placeOf } from '../dialect.ts';
import { type Element, elementOf } from '../element.ts';

const OPENING = /^(\*?)\[(\d+)\]<([a-z][\w-]*)/;
/** Whatever names an index is more than text, even where the rest of the line is not known. */
const INDEXED = /\[\d+\]\*?</;
/** What closes an element of either spelling. */
type Closing = (element: Element) => string;

const byItself: Closing = () => ' />';
/** An element without text ends in many ways: its end stands with its attributes. */
const byTag: Closing = ({ role, name }) => (name === undefined ? '' : `</${role}>`);

function textOf(depth: number, value: string): Element {
  return elementOf({ depth, role: USUAL.textRole, value });
}

/** Attributes end before the first `>` outside of quotes; undefined where none is. */
function endOfAttributes(text: string): number | undefined {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '>') return at;
    else if ((character === '"' || character === "'") && text[at - 1] === '=') quote = character;
  }
  return undefined;
}

function readTag(text: string, depth: number, closing: Closing): Element | undefined {
  const opening = OPENING.exec(text);
  if (!opening) return undefined;
  const rest = text.slice(opening[0].length);
  const at = endOfAttributes(rest);
  const own = elementOf({ depth, role: opening[3]!, ref: opening[2], isPointer: opening[1] !== '' });
  if (at === undefined) return undefined;
  const isNamed = at < rest.length - 1;
  const end = closing(isNamed ? { ...own, name: '' } : own);
  if (!rest.endsWith(end)) return undefined;
  const name = isNamed ? rest.slice(at + 1, rest.length - end.length) : undefined;
  const after = rest.slice(0, isNamed ? at : rest.length - end.length);
  if (name?.includes('"') || !AFTER.test(after)) return undefined;
  return { ...own, name, after };
}

const CLOSED = /^\t*\*?\[\d+\]<.*<\/[a-z][\w-]*>$/;
const AFTER = /^(?: .*)?$/;

function reading(closing: Closing): Dialect['read'] {
  return (line, indent) => {
    const place = placeOf(line, indent);
    if (!place || place.at === line.length) return undefined;
    const text = line.slice(place.at);
    const read = readTag(text, place.depth, closing);
    // Only what stands in the text again to the byte is said otherwise.
    if (read && printTag(read, closing) === text) return read;
    return INDEXED.test(text) ? undefined : textOf(place.depth, text);
  };
}

function printTag(element: Element, closing: Closing): string {
  const { ref, role, after, name, isPointer } = element;
  return `${isPointer ? '*' : ''}[${ref!}]<${role}${after}${name === undefined ? '' : `>${name}`}${closing(element)}`;
}

function printing(closing: Closing): Dialect['print'] {
  return (element, _hasChildren, indent) =>
    indent.repeat(element.depth) + (element.ref === undefined ? (element.value ?? '') : printTag(element, closing));
}

const SHARED = {
  ...USUAL,
  ref: '\\d+',
  after: '(?: .*)?',
  isRefless: (role: string): boolean => role === USUAL.textRole,
  pointer: 'new since the last step',
  shape: /^\t*(?:\|[A-Z()a-z]+\|)*\*?(?:\|[A-Z]+)?\[\d+\]\*?<[a-z]/,
  maxGap: 24,
  minRefShare: 0.2,
  isActed: ({ ref }: Element): boolean => ref !== undefined,
} as const;

const tagged: Dialect = { ...SHARED, name: 'indexed-HTML', read: reading(byTag), print: printing(byTag) };

const tabTags: Dialect = {
  ...SHARED,
  name: 'browser-use',
  read: reading(byItself),
  print: printing(byItself),
  variantOf: (lines) => (lines.some((line) => CLOSED.test(line)) ? tagged : undefined),
};

export const tagDialects: readonly Dialect[] = [tabTags, tagged];
