/**
 * An element as a line of the form: `role "name" ref`, a `*` for the pointer, `@` and the address, the value behind a
 * colon. A ref that counts on from the element before is left unsaid where nobody acts on the element.
 */
import type { Dialect } from './dialect.ts';
import { type Element, type Ref, rawElement } from './element.ts';
import { countedRef, isActedOn } from './element.ts';

/** What stands in the head of a form, beside its counts. */
export interface Wording {
  readonly dialect: Dialect;
  /** Blanks that a line of the source is indented by for each step. */
  readonly step: number;
  /** Refs stand in the text at all. */
  readonly hasRefs: boolean;
  /** Roles that have none in this page. */
  readonly refless: ReadonlySet<string>;
  /** The beginning of most addresses, said `~`. */
  readonly origin: string | undefined;
  /** `=` stands for the name before. */
  readonly echoes: boolean;
}

const RAW = '\\';
const NO_REF = '-';
const ORIGIN = '~';
const ECHO = '=';
const TEXT = 'text';

/** How the ref of an element is said: in full, or by how far it counts on from the one before. */
export type Gap = number;
const IN_FULL: Gap = 0;

/** What of an element is said by what stands before it. */
export interface Said {
  readonly gap: Gap;
  /** The name before it in the text. */
  readonly nameBefore: string | undefined;
}

export function spellElement(element: Element, { gap, nameBefore }: Said, wording: Wording): string {
  const { raw, depth, isQuoted, role, name, before, isPointer, after, url, tail, value } = element;
  if (raw !== undefined) return RAW + raw;
  const named = name === undefined ? '' : ` "${echoed(name, nameBefore, wording)}"`;
  const said = value === undefined ? '' : `: ${echoed(value, name ?? nameBefore, wording)}`;
  const rest = `${named}${before}${spellRef(element, gap, wording)}${isPointer ? '*' : ''}${after}${url === undefined ? '' : ` @${spellUrl(url, wording)}`}${tail}${said}`;
  const isText = role === TEXT && !isQuoted && rest.startsWith(':');
  return `${' '.repeat(depth)}${isQuoted ? "'" : ''}${isText ? '' : role}${rest}`;
}

function echoed(text: string, last: string | undefined, { echoes }: Wording): string {
  return echoes && text === last && text.length > 1 ? ECHO : text;
}

function spellRef({ ref, role }: Element, gap: Gap, wording: Wording): string {
  if (gap !== IN_FULL) return gap === 1 ? '' : ` +${gap}`;
  if (ref !== undefined) return ` ${ref}`;
  return canHaveRef(role, wording) ? ` ${NO_REF}` : '';
}

export function canHaveRef(role: string, { hasRefs, dialect, refless }: Wording): boolean {
  return hasRefs && !dialect.refless.test(role) && !refless.has(role);
}

/** Roles that come often in a page, and never with a ref. */
export function reflessRoles(elements: readonly Element[], { refless }: Dialect): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { raw, role, ref } of elements) {
    if (raw !== undefined || refless.test(role)) continue;
    const count = counts.get(role) ?? 0;
    counts.set(role, ref === undefined ? count + 1 : Number.NEGATIVE_INFINITY);
  }
  return new Set([...counts].filter(([, count]) => count >= MIN_REFLESS).map(([role]) => role));
}

export function spellUrl(url: string, { origin }: Wording): string {
  return origin !== undefined && url.startsWith(origin) ? ORIGIN + url.slice(origin.length) : url;
}

/** The line of an element, by the dialect whose refs and names it holds. */
function lineOf({ ref, nameText }: Dialect): RegExp {
  const attribute = '[A-Za-z][\\w-]*(?:="[^"]*")?';
  return new RegExp(
    `^( *)('?)((?:<changed> )?[A-Za-z][\\w-]+|/[a-z][\\w-]*|(?=: ))(?: "(${nameText})")?((?: \\[[^\\]]*\\])*)` +
      `(?: (${ref}|-|\\+[2-9])(\\*?))?((?: \\[[^\\]]*\\]| ${attribute})*)(?: @(\\S*)((?: ${attribute})*))?(?:: (.*))?$`,
  );
}

/** Reads the lines of elements one after the other: each may count on from the one before. */
export class ElementReader {
  readonly #wording: Wording;
  readonly #line: RegExp;
  #last: Ref | undefined;
  #name: string | undefined;

  constructor(wording: Wording) {
    this.#wording = wording;
    this.#line = lineOf(wording.dialect);
  }

  /** Undefined when the line says none. */
  read(line: string): Element | undefined {
    if (line.startsWith(RAW)) return rawElement(line.slice(RAW.length), 0);
    const match = this.#line.exec(line);
    if (!match) return undefined;
    const [, indent, quote, role, name, before, handle, pointer, after, url, tail, value] = match;
    const own = name === undefined ? undefined : this.#echoOf(name);
    this.#name = own ?? this.#name;
    return {
      depth: indent!.length,
      raw: undefined,
      role: role === '' ? TEXT : role!,
      isQuoted: quote !== '',
      name: own,
      before: before!,
      ref: this.#refOf(handle, role === '' ? TEXT : role!),
      isPointer: pointer === '*',
      after: after!,
      url: url === undefined ? undefined : this.#urlOf(url),
      tail: tail ?? '',
      value: value === undefined ? undefined : this.#echoOf(value),
    };
  }

  #echoOf(text: string): string {
    return text === ECHO && this.#wording.echoes ? (this.#name ?? text) : text;
  }

  #refOf(handle: string | undefined, role: string): string | undefined {
    if (handle === NO_REF) return undefined;
    if (handle === undefined && !canHaveRef(role, this.#wording)) return undefined;
    const ref = handle === undefined || handle.startsWith('+') ? this.#counted(Number(handle ?? 1)) : handle;
    if (ref !== undefined) this.#last = countedRef(ref);
    return ref;
  }

  #counted(gap: number): string | undefined {
    return this.#last && this.#last.prefix + String(this.#last.number + gap);
  }

  #urlOf(url: string): string {
    const { origin } = this.#wording;
    return origin !== undefined && url.startsWith(ORIGIN) ? origin + url.slice(ORIGIN.length) : url;
  }
}

const MAX_GAP = 9;
const MIN_REFLESS = 4;

/** For each element how far its ref counts on from the one before, where nobody acts on it; otherwise 0. */
export function findGaps(elements: readonly Element[], { refless }: Dialect): Uint8Array {
  const gaps = new Uint8Array(elements.length);
  let last: Ref | undefined;
  for (const [i, element] of elements.entries()) {
    if (element.ref === undefined) continue;
    const own = countedRef(element.ref);
    const gap = own && own.prefix === last?.prefix ? own.number - last.number : 0;
    if (gap >= 1 && gap <= MAX_GAP && element.after === '' && !refless.test(element.role) && !isActedOn(element))
      gaps[i] = gap;
    last = own;
  }
  return gaps;
}

/** For each element the name that stands before it in the text; undefined where none does. */
export function findNames(elements: readonly Element[]): readonly (string | undefined)[] {
  let name: string | undefined;
  return elements.map((element) => {
    const before = name;
    name = element.name ?? name;
    return before;
  });
}

/** Whether `=` can stand for names: nothing is called so. */
export function canEcho(elements: readonly Element[]): boolean {
  return !elements.some(({ name, value }) => name === ECHO || value === ECHO);
}

const MIN_URLS = 3;
const ORIGIN_OF = /^[a-z]+:\/\/[\w.:-]+/;

/** The origin that most addresses begin with; undefined when few share one. */
export function commonOrigin(elements: readonly Element[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { url } of elements) {
    if (url === undefined) continue;
    if (url.startsWith(ORIGIN)) return undefined;
    const origin = ORIGIN_OF.exec(url)?.[0];
    if (origin !== undefined) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best && best[1] >= MIN_URLS ? best[0] : undefined;
}
