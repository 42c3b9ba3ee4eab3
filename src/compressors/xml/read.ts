/**
 * Reads XML as the value that a JSON of it would have. What is laid out in a way of its own (mixed content, CDATA) is
 * the text of the element that it stands in, tags and all.
 */
import type { Deadline } from '../../core/deadline.ts';
import { Recurring } from '../../core/recurring.ts';
import { type Element, type Item, scanXml } from './scan.ts';
import {
  AFTER,
  ATTRIBUTES,
  BEFORE,
  BLANK_LINES,
  CHILDREN,
  COMMENT,
  type Entries,
  IN_LINE,
  type Layout,
  type Node,
  type Style,
  TEXT,
  toScalar,
} from './style.ts';

const ELEMENTS_PER_CHECK = 1024;
const MAX_EXCEPTIONS = 24;
const BLANK = /^(\n*)\n([ \t]{0,80})$/;
const BLANK_SIGN = 0x20;
const ATTRIBUTE_NAME = /^[A-Za-z_:][\w:.-]*$/;
/** Runs of one name that come back, from which on the order of the children is what counts. */
const MAX_RETURNS = 6;

export interface Read {
  readonly rootName: string;
  readonly document: Entries;
  readonly style: Style;
}

/** Neighbours of one name. */
interface Run {
  readonly name: string;
  readonly values: Node[];
}

class Reader {
  readonly #text: string;
  readonly #deadline: Deadline;
  readonly #layouts = new Map<string, Layout>();
  readonly #names: Recurring;
  /** By the names of attributes. */
  readonly #keys = new Map<string, string>();
  #closing: Style['closing'] | undefined;
  #count = 0;

  constructor(text: string, deadline: Deadline) {
    this.#text = text;
    this.#deadline = deadline;
    this.#names = new Recurring(text, isBeforeValue);
  }

  style(): Style | undefined {
    const counts = new Map<Layout, number>();
    for (const layout of this.#layouts.values()) counts.set(layout, (counts.get(layout) ?? 0) + 1);
    const layout = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [IN_LINE, 0])[0];
    const exceptions = new Map([...this.#layouts].filter(([, own]) => own !== layout));
    return exceptions.size > MAX_EXCEPTIONS ? undefined : { layout, exceptions, closing: this.#closing ?? '/>' };
  }

  value(element: Element, indent: string): Node {
    if (this.#count++ % ELEMENTS_PER_CHECK === 0) this.#deadline.check();
    const { children } = element;
    if (!children) return this.#empty(element);
    const attributes = this.#attributes(element.start + element.name.length + 1, element.attributesEnd);
    const runs = this.#children(element, children, indent);
    if (runs) return grouped(runs, attributes ?? {});
    const text = toScalar(this.#text.slice(element.contentStart, element.contentEnd));
    return attributes ? { ...attributes, [TEXT]: text } : text;
  }

  #empty({ start, name, attributesEnd: end }: Element): Node {
    const from = start + name.length + 1;
    const hasBlank = end > from && this.#text.charCodeAt(end - 1) === BLANK_SIGN;
    this.#closing ??= hasBlank ? ' />' : '/>';
    if (this.#closing === '/>') return this.#attributes(from, end) ?? null;
    return hasBlank ? (this.#attributes(from, end - 1) ?? null) : { [ATTRIBUTES]: `${this.#text.slice(from, end)}\0` };
  }

  #attributes(from: number, to: number): Record<string, Node> | undefined {
    if (from === to) return undefined;
    const text = this.#text;
    const entries: Record<string, Node> = {};
    for (let at = from; at < to; ) {
      const name = text.charCodeAt(at) === BLANK_SIGN ? this.#nameAt(at + 1, to) : undefined;
      const start = name === undefined ? 0 : at + name.length + 3;
      const end = name === undefined ? -1 : text.indexOf('"', start);
      const key = end < 0 || end >= to ? undefined : this.#keyOf(name!);
      if (key === undefined || Object.hasOwn(entries, key)) return { [ATTRIBUTES]: text.slice(from, to) };
      entries[key] = toScalar(text.slice(start, end));
      at = end + 1;
    }
    return entries;
  }

  /** What stands here up to `="`. */
  #nameAt(at: number, to: number): string | undefined {
    const likely = this.#names.takeAt(at);
    if (likely !== undefined) return likely;
    const rest = this.#text.slice(at, to);
    const equals = rest.indexOf('="');
    return equals < 0 ? undefined : this.#names.take(rest.slice(0, equals));
  }

  /** Undefined for what is no name. */
  #keyOf(name: string): string | undefined {
    const known = this.#keys.get(name);
    if (known !== undefined || !ATTRIBUTE_NAME.test(name)) return known;
    const key = `@${name}`;
    this.#keys.set(name, key);
    return key;
  }

  /** The children by name; undefined when they are not laid out alike, or there are none. */
  #children(element: Element, items: readonly Item[], indent: string): readonly Run[] | undefined {
    const first = items[0];
    if (!first) return undefined;
    const layout = this.#layouts.get(element.name) ?? this.#layoutOf(element, first, indent);
    if (layout === undefined || !this.#isLaidOut(element, items, indent, layout)) return undefined;
    this.#layouts.set(element.name, layout);
    const inner = layout === IN_LINE ? indent : indent + layout;
    const runs: Run[] = [];
    let at = element.contentStart;
    for (const item of items) {
      const blank = layout === IN_LINE ? 0 : item.start - at - inner.length - 1;
      if (blank > 0) add(runs, BLANK_LINES, blank);
      if (item.kind === 'element') add(runs, item.name, this.value(item, inner));
      else add(runs, COMMENT, this.#text.slice(item.start + 4, item.end - 3));
      at = item.end;
    }
    return runs;
  }

  #layoutOf({ contentStart }: Element, first: Item, indent: string): Layout | undefined {
    if (first.start === contentStart) return IN_LINE;
    const gap = BLANK.exec(this.#text.slice(contentStart, first.start));
    const blanks = gap?.[2];
    return blanks?.startsWith(indent) ? blanks.slice(indent.length) : undefined;
  }

  #isLaidOut(element: Element, items: readonly Item[], indent: string, layout: Layout): boolean {
    let at = element.contentStart;
    for (const item of items) {
      if (item.kind === 'other') return false;
      if (layout === IN_LINE ? item.start !== at : !this.#isGap(at, item.start, indent + layout)) return false;
      at = item.end;
    }
    if (layout === IN_LINE) return at === element.contentEnd;
    return this.#text.slice(at, element.contentEnd) === `\n${indent}`;
  }

  #isGap(start: number, end: number, indent: string): boolean {
    const lines = end - start - indent.length;
    if (lines < 1 || lines > 100 || !this.#text.startsWith(indent, start + lines)) return false;
    for (let at = start; at < start + lines; at++) if (this.#text[at] !== '\n') return false;
    return true;
  }
}

function isBeforeValue(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x3d && text.charCodeAt(at + 1) === 0x22;
}

function add(runs: Run[], name: string, value: Node): void {
  const last = runs[runs.length - 1];
  if (last?.name === name) last.values.push(value);
  else runs.push({ name, values: [value] });
}

/**
 * Neighbours of one name are a list; a name that comes back has its number behind it.
 * @param entries the attributes, to which they are added
 */
function grouped(runs: readonly Run[], entries: Record<string, Node>): Entries {
  if (runs.length > MAX_RETURNS && runs.length - new Set(runs.map(({ name }) => name)).size > MAX_RETURNS) {
    entries[CHILDREN] = runs.flatMap(({ name, values }) => values.map((value) => ({ [name]: value })));
    return entries;
  }
  for (const { name, values } of runs) {
    let key = name;
    for (let count = 2; Object.hasOwn(entries, key); count++) key = `${name}#${count}`;
    entries[key] = values.length === 1 ? values[0]! : values;
  }
  return entries;
}

/** The document and how it was laid out; undefined when it is none that is read here. */
export function readXml(text: string, deadline: Deadline): Read | undefined {
  const scanned = scanXml(text, deadline);
  if (!scanned) return undefined;
  const { root, before, after } = scanned;
  const reader = new Reader(text, deadline);
  const value = reader.value(root, '');
  const style = reader.style();
  if (!style) return undefined;
  const document: Record<string, Node> = {};
  if (before !== '') document[BEFORE] = before;
  document[root.name] = value;
  if (after !== '') document[AFTER] = after;
  return { rootName: root.name, document, style };
}
