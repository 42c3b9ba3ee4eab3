/**
 * An element as a line of the form: `role "name" ref`, a `*` for the pointer, `@` and the address, the value behind a
 * colon. A ref that counts on from the element before is left unsaid where nobody acts on the element.
 */
import { type Dialect, NAME_SHAPES } from './dialect.ts';
import { type Element, type Ref, type RoleCounts, countedRef, elementOf } from './element.ts';

/** What stands in the head of a form, beside its counts. */
export interface Wording {
  readonly dialect: Dialect;
  /** What a line of the source is indented by for each step. */
  readonly indent: string;
  /** Refs stand in the text at all. */
  readonly hasRefs: boolean;
  /** Roles that have none in this page. */
  readonly refless: ReadonlySet<string>;
  /** The beginning of most addresses, said `~`. */
  readonly origin: string | undefined;
  /** `=` stands for the name before. */
  readonly echoes: boolean;
  /** No name stands for an empty one, and an empty one for none. */
  readonly unnamed: boolean;
  /** States that come often, by the sign that is said for them behind a ref. */
  readonly signs: ReadonlyMap<string, string>;
}

const RAW = '\\';
const NO_REF = '-';
const ORIGIN = '~';
export const ECHO = '=';
export const POINTER = '*';
export const SIGNS: readonly string[] = ['!', '^', '%', '&'];

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
  const { raw, depth, isQuoted, role, before, isPointer, url, tail, value } = element;
  if (raw !== undefined) return RAW + raw;
  const { names, textRole } = wording.dialect;
  const name = wording.unnamed ? swapped(element.name) : element.name;
  const mark = isQuoted && names !== 'python' ? "'" : '';
  const named = name === undefined ? '' : spellName(name, isQuoted, nameBefore, wording);
  const said = value === undefined ? '' : `: ${isEchoed(value, name || nameBefore, wording) ? ECHO : value}`;
  const rest = `${before}${spellRef(element, gap, wording)}${isPointer ? POINTER : ''}${spellStates(element, wording)}${url === undefined ? '' : ` @${spellUrl(url, wording)}`}${tail}${said}`;
  const isText = role === textRole && mark === '' && (named !== '' || rest.startsWith(':'));
  const head = isText ? named : `${mark}${role}${named === '' ? '' : ` ${named}`}`;
  return `${' '.repeat(depth)}${head}${rest}`;
}

function swapped(name: string | undefined): string | undefined {
  return name === undefined ? '' : name === '' ? undefined : name;
}

function spellName(name: string, isQuoted: boolean, nameBefore: string | undefined, wording: Wording): string {
  const isPython = wording.dialect.names === 'python';
  if (isEchoed(name, nameBefore, wording)) return isPython ? (isQuoted ? DOUBLE_ECHO : ECHO) : `"${ECHO}"`;
  const quote = isPython && !isQuoted ? "'" : '"';
  return quote + name + quote;
}

/** Of a name that Python quotes doubly. */
const DOUBLE_ECHO = '=="';

function isEchoed(text: string, last: string | undefined, { echoes }: Wording): boolean {
  return echoes && text === last && text.length > 1;
}

/** States that have a sign are said by it. */
function spellStates({ after }: Element, { signs }: Wording): string {
  if (after === '') return after;
  for (const [sign, states] of signs) if (states === after) return sign;
  return after;
}

function spellRef({ ref, role }: Element, gap: Gap, wording: Wording): string {
  if (gap !== IN_FULL) return gap === 1 ? '' : ` +${gap}`;
  if (ref !== undefined) return ` ${ref}`;
  return canHaveRef(role, wording) ? ` ${NO_REF}` : '';
}

export function canHaveRef(role: string, { hasRefs, dialect, refless }: Wording): boolean {
  return hasRefs && !dialect.isRefless(role) && !refless.has(role);
}

/** Roles that come often in a page, and never with a ref. */
export function reflessRoles(byRole: RoleCounts, { isRefless }: Dialect): ReadonlySet<string> {
  const often = [...byRole].filter(([, { count, withRef }]) => withRef === 0 && count >= MIN_REFLESS);
  return new Set(often.map(([role]) => role).filter((role) => !isRefless(role)));
}

export function spellUrl(url: string, { origin }: Wording): string {
  return origin !== undefined && url.startsWith(origin) ? ORIGIN + url.slice(origin.length) : url;
}

/** The line of an element, by the dialect whose refs and names it holds. */
function lineOf({ ref, names, after }: Dialect): RegExp {
  const name = names === 'python' ? `${NAME_SHAPES.python}|=="|=` : NAME_SHAPES[names];
  const attribute = '[A-Za-z][\\w-]*(?:="[^"]*")?| \\([a-z]+\\)';
  return new RegExp(
    `^( *)(?:(${names === 'python' ? '' : "'?"})((?:<changed> )?[A-Za-z][\\w-]*|/[a-z][\\w-]*|(?=: ))(?: (${name}))?|(${name}))((?: \\[[^\\]]*\\])*)` +
      `(?: (${ref}|-|\\+[2-9])(\\*?))?([${SIGNS.join('')}]?)(${after})(?: @(\\S*)((?: ${attribute})*))?(?:: (.*))?$`,
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
    if (line.startsWith(RAW)) return elementOf({ raw: line.slice(RAW.length) });
    const match = this.#line.exec(line);
    if (!match) return undefined;
    const [, indent, quote, saidRole, named, textName, before, handle, pointer, sign, , url, tail, value] = match;
    const role = saidRole || this.#wording.dialect.textRole;
    const spelled = named ?? textName;
    const said = this.#nameOf(spelled);
    const name = this.#wording.unnamed ? swapped(said) : said;
    const own = value === undefined ? undefined : this.#echoOf(value, said || this.#name);
    this.#name = name || own || this.#name;
    const after = this.#statesOf(sign!, match[10]!);
    if (after === undefined) return undefined;
    return {
      depth: indent!.length,
      raw: undefined,
      role,
      isQuoted: this.#isDouble(spelled) || (quote !== undefined && quote !== ''),
      name,
      before: before!,
      ref: this.#refOf(handle, role),
      isPointer: pointer === POINTER,
      after,
      url: url === undefined ? undefined : this.#urlOf(url),
      tail: tail ?? '',
      value: own,
    };
  }

  #isDouble(spelled: string | undefined): boolean {
    return this.#wording.dialect.names === 'python' && spelled !== undefined && spelled.endsWith('"');
  }

  /** Undefined for a sign that stands for nothing, or for something else as well. */
  #statesOf(sign: string, after: string): string | undefined {
    if (sign === '') return after;
    return after === '' ? this.#wording.signs.get(sign) : undefined;
  }

  #nameOf(said: string | undefined): string | undefined {
    if (said === undefined) return undefined;
    return said === ECHO || said === DOUBLE_ECHO ? (this.#name ?? said) : this.#echoOf(said.slice(1, -1), this.#name);
  }

  #echoOf(text: string, last: string | undefined): string {
    return text === ECHO && this.#wording.echoes ? (last ?? text) : text;
  }

  #refOf(handle: string | undefined, role: string): string | undefined {
    if (handle === NO_REF) return undefined;
    if (handle === undefined && !canHaveRef(role, this.#wording)) return undefined;
    if (handle === undefined || handle.startsWith('+')) return this.#counted(Number(handle ?? 1));
    this.#last = countedRef(handle);
    return handle;
  }

  #counted(gap: number): string | undefined {
    if (!this.#last) return undefined;
    const { prefix, number } = this.#last;
    this.#last = { prefix, number: number + gap };
    return prefix + String(number + gap);
  }

  #urlOf(url: string): string {
    const { origin } = this.#wording;
    return origin !== undefined && url.startsWith(ORIGIN) ? origin + url.slice(ORIGIN.length) : url;
  }
}

const MAX_GAP = 9;
const MIN_REFLESS = 4;

/** For each element how far its ref counts on from the one before, where nobody acts on it; otherwise 0. */
export function findGaps(elements: readonly Element[], { isRefless, isActed }: Dialect): Uint8Array {
  const gaps = new Uint8Array(elements.length);
  let last: Ref | undefined;
  for (const [i, element] of elements.entries()) {
    if (element.ref === undefined) continue;
    const own = countedRef(element.ref);
    const gap = own && own.prefix === last?.prefix ? own.number - last.number : 0;
    if (gap >= 1 && gap <= MAX_GAP && !isRefless(element.role) && !isActed(element)) gaps[i] = gap;
    last = own;
  }
  return gaps;
}

/** For each element the name that stands before it in the text; undefined where none does. */
export function findNames(elements: readonly Element[]): readonly (string | undefined)[] {
  let name: string | undefined;
  return elements.map((element) => {
    const before = name;
    name = element.name || element.value || name;
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

const MIN_SIGNED = 4;
const MIN_SIGNED_LENGTH = 5;

/** Signs for the states that are said most often. */
export function findSigns(elements: readonly Element[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { after } of elements)
    if (after.length >= MIN_SIGNED_LENGTH) counts.set(after, (counts.get(after) ?? 0) + 1);
  const often = [...counts].filter(([states, count]) => count >= MIN_SIGNED && !/[;[\]]|\{\d/.test(states));
  often.sort((a, b) => b[1] * b[0].length - a[1] * a[0].length);
  return new Map(often.slice(0, SIGNS.length).map(([states], i) => [SIGNS[i]!, states]));
}

/** Whether empty names are more than none. */
export function isUnnamed(elements: readonly Element[]): boolean {
  let more = 0;
  for (const { raw, name } of elements) if (raw === undefined) more += name === '' ? 1 : name === undefined ? -1 : 0;
  return more > 0;
}
