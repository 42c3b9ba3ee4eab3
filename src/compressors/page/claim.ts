/** How surely a text holds a page as browser tools print it: its lines say roles, names in quotes and refs. */
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Sample } from '../../core/sample.ts';
import { countRoles } from './element.ts';
import { readElements } from './read.ts';
import { findRegions, isPage } from './regions.ts';

export const CLAIM = 0.95;
/** Enough of a page to know it by, wherever in the text it begins. */
const LOOKED_AT_CHARS = 6_000;
/** What a tool says of its call, before the page. */
const MAX_LEAD = 20_000;
const ELEMENT =
  /[ \t]*(?:- [^\n]*\[ref=\w+\]|uid=\d+_\d+ \w|- [a-z]+ "[^"\n]*"|\*?\[\d+\]\*?<[a-z]|\[[A-Za-z]*\d+(?:-\d+)?\] [A-Za-z][\w-]*(?: ['"]|:|$)|RootWebArea ['"]|[a-z]+(?: "[^"\n]*")? \[ref_\d)/y;
/** What such a line begins with behind its blanks; any letter, where refs stand so behind roles. */
const OPENS: ReadonlySet<number> = new Set(Array.from('-u*[R', (character) => character.charCodeAt(0)));
const REF_BEHIND_ROLE = '[ref_';
const [BLANK, TAB] = [0x20, 0x09];
const MIN_ELEMENTS = 6;

export function claimFor({ text }: Sample): number {
  const at = firstElement(text.slice(0, MAX_LEAD));
  if (at === undefined) return 0;
  const lines = text.slice(at, at + LOOKED_AT_CHARS).split(/\r?\n/);
  // The last line may be cut.
  if (at + LOOKED_AT_CHARS < text.length) lines.pop();
  const [region] = findRegions(lines, NO_DEADLINE);
  if (!region) return 0;
  const elements = readElements(lines.slice(region.start, region.end), region.dialect, region.indent);
  return elements.length >= MIN_ELEMENTS && isPage(elements, countRoles(elements), region.dialect) ? CLAIM : 0;
}

/** Where the first line stands that looks like an element. */
function firstElement(lead: string): number | undefined {
  const isAny = lead.includes(REF_BEHIND_ROLE);
  for (let at = 0; ; ) {
    let first = at;
    let code = lead.charCodeAt(first);
    while (code === BLANK || code === TAB) code = lead.charCodeAt(++first);
    ELEMENT.lastIndex = at;
    if ((isAny || OPENS.has(code)) && ELEMENT.test(lead)) return at;
    at = lead.indexOf('\n', first) + 1;
    if (at === 0) return undefined;
  }
}
