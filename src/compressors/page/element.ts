/** One element of a page as a browser tool prints it: what it is, how it is called, its handle, and what the page says of it. */

export interface Element {
  /** Steps below the outermost. */
  depth: number;
  /** Of a line that is no element: the whole of it, to stand as it is. */
  readonly raw: string | undefined;
  readonly role: string;
  /** The printer put the key in quotes. */
  readonly isQuoted: boolean;
  readonly name: string | undefined;
  /** States and properties, each with the blank before it: before the ref, after it, and after the address. */
  readonly before: string;
  readonly ref: string | undefined;
  readonly isPointer: boolean;
  readonly after: string;
  url: string | undefined;
  tail: string;
  readonly value: string | undefined;
}

/** An element with these of its own, and nothing else. */
export function elementOf(own: Partial<Element>): Element {
  return {
    depth: own.depth ?? 0,
    raw: own.raw,
    role: own.role ?? '',
    isQuoted: own.isQuoted ?? false,
    name: own.name,
    before: own.before ?? '',
    ref: own.ref,
    isPointer: own.isPointer ?? false,
    after: own.after ?? '',
    url: own.url,
    tail: own.tail ?? '',
    value: own.value,
  };
}

export interface Ref {
  readonly prefix: string;
  readonly number: number;
}

const MAX_DIGITS = 15;
const [ZERO, NINE] = [0x30, 0x39];

/** A ref that counts; undefined for other handles. */
export function countedRef(ref: string): Ref | undefined {
  let start = ref.length;
  const least = Math.max(0, start - MAX_DIGITS);
  while (start > least && ref.charCodeAt(start - 1) >= ZERO && ref.charCodeAt(start - 1) <= NINE) start--;
  if (start === ref.length) return undefined;
  // Of zeros before a number nothing would tell that they are not there.
  while (start < ref.length - 1 && ref.charCodeAt(start) === ZERO) start++;
  return { prefix: ref.slice(0, start), number: Number(ref.slice(start)) };
}

/** Roles that say how a page is built, or what it reads: nobody hands their refs back but to look closer. */
const BUILDING =
  /^(?:generic|none|presentation|list|listitem|article|section|paragraph|heading|img|image|figure|figcaption|text|StaticText|InlineTextBox|LineBreak|ListMarker|row|rowgroup|cell|columnheader|rowheader|table|caption|banner|main|navigation|region|contentinfo|complementary|group|strong|emphasis|code|time|separator|blockquote|term|definition|deletion|insertion|subscript|superscript|mark|note|status|log|toolbar|LayoutTable|LayoutTableRow|LayoutTableCell|LabelText|Legend|DescriptionList|DescriptionListTerm|DescriptionListDetail|Abbr|Ruby|Pre|SvgRoot|RootWebArea|\/.*)$/;
const isBuildingRole = new Map<string, boolean>();
/** A heading has a level, whatever is done with it. */
const PLAIN_STATE = /^(?: \[level=\d+\]| level="\d+")*$/;

/** Whether somebody may want to click it, or type into it. */
export function isActedOn({ role, isPointer, before, after, tail, url }: Element): boolean {
  if (isPointer || url !== undefined || tail !== '') return true;
  if ((before !== '' && !PLAIN_STATE.test(before)) || (after !== '' && !PLAIN_STATE.test(after))) return true;
  return !isBuilding(role);
}

const MAX_ROLES = 1000;

function isBuilding(role: string): boolean {
  let known = isBuildingRole.get(role);
  if (known === undefined) {
    known = BUILDING.test(role);
    if (isBuildingRole.size < MAX_ROLES) isBuildingRole.set(role, known);
  }
  return known;
}

/** How many elements of each role there are, and how many of them with a ref. */
export type RoleCounts = ReadonlyMap<string, { readonly count: number; readonly withRef: number }>;

export function countRoles(elements: readonly Element[]): RoleCounts {
  const byRole = new Map<string, { count: number; withRef: number }>();
  for (const { raw, role, ref } of elements) {
    if (raw !== undefined) continue;
    let own = byRole.get(role);
    if (!own) byRole.set(role, (own = { count: 0, withRef: 0 }));
    own.count++;
    if (ref !== undefined) own.withRef++;
  }
  return byRole;
}

/** For each element the index behind its last descendant. */
export function endsOf(elements: readonly Element[]): Int32Array {
  const ends = new Int32Array(elements.length);
  const open: number[] = [];
  for (let i = 0; i < elements.length; i++) {
    const { depth } = elements[i]!;
    while (open.length > 0 && elements[open.at(-1)!]!.depth >= depth) ends[open.pop()!] = i;
    open.push(i);
  }
  for (const i of open) ends[i] = elements.length;
  return ends;
}
