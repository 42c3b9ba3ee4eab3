/** Finds the tags of XML in one pass: where each element begins and ends, and what stands in it. */
import type { Deadline } from '../../core/deadline.ts';
import { Recurring } from '../../core/recurring.ts';

export interface Element {
  readonly kind: 'element';
  readonly name: string;
  readonly start: number;
  /** Where the attributes end; the content begins behind what closes the tag. */
  readonly attributesEnd: number;
  readonly contentStart: number;
  /** Undefined for an element that closes itself. */
  readonly children: Item[] | undefined;
  contentEnd: number;
  end: number;
}

export interface Comment {
  readonly kind: 'comment';
  readonly start: number;
  readonly end: number;
}

/** What stands between tags and is neither a comment nor text that needs no other spelling: CDATA, instructions. */
export interface Other {
  readonly kind: 'other';
  readonly start: number;
  readonly end: number;
}

export type Item = Element | Comment | Other;

export interface Scanned {
  readonly root: Element;
  readonly before: string;
  readonly after: string;
}

const NAME = /[A-Za-z_][\w:.-]{0,120}(?=[\s/>])/y;
/** What stands behind the angle bracket of what is no element. */
const SLASH = 0x2f;
const MARK = 0x21;
const QUESTION = 0x3f;
const CLOSING = 0x3e;
const BLANK = 0x20;
const TAGS_PER_CHECK = 4096;
/** Deeper ones are read by nobody, and so are not read here. */
const MAX_DEPTH = 200;
const UNSAFE = '__proto__';

class Scanner {
  readonly #text: string;
  readonly #deadline: Deadline;
  readonly #open: Element[] = [];
  readonly #names: Recurring;
  #root: Element | undefined;
  #at = 0;

  constructor(text: string, deadline: Deadline) {
    this.#text = text;
    this.#deadline = deadline;
    this.#names = new Recurring(text, endsName);
  }

  run(): Scanned | undefined {
    for (let tags = 0; !this.#isDone(); tags++) {
      if (tags % TAGS_PER_CHECK === 0) this.#deadline.check();
      const start = this.#text.indexOf('<', this.#at);
      if (start < 0 || !this.#take(start)) return undefined;
    }
    const root = this.#root!;
    return { root, before: this.#text.slice(0, root.start), after: this.#text.slice(root.end) };
  }

  #isDone(): boolean {
    return this.#root !== undefined && this.#open.length === 0;
  }

  #take(start: number): boolean {
    const next = this.#text.charCodeAt(start + 1);
    if (next === SLASH) return this.#close(start);
    if (next === MARK) return this.#declaration(start);
    if (next === QUESTION) return this.#until(start, '?>', 'other');
    return this.#element(start);
  }

  #declaration(start: number): boolean {
    if (this.#text.startsWith('<!--', start)) return this.#until(start, '-->', 'comment');
    if (this.#text.startsWith('<![CDATA[', start)) return this.#until(start, ']]>', 'other');
    // A document type with declarations of its own is not read.
    const end = this.#text.indexOf('>', start);
    if (this.#open.length > 0 || end < 0 || this.#text.slice(start, end).includes('[')) return false;
    this.#at = end + 1;
    return true;
  }

  #until(start: number, mark: string, kind: 'comment' | 'other'): boolean {
    const end = this.#text.indexOf(mark, start + (kind === 'comment' ? 4 : 2));
    if (end < 0) return false;
    this.#at = end + mark.length;
    this.#open.at(-1)?.children!.push({ kind, start, end: this.#at });
    return true;
  }

  #element(start: number): boolean {
    const name = this.#name(start + 1);
    const end = name === undefined ? -1 : this.#tagEnd(start + 1 + name.length);
    if (name === undefined || name === UNSAFE || end < 0 || this.#open.length >= MAX_DEPTH) return false;
    const isEmpty = this.#text[end - 1] === '/';
    const attributesEnd = isEmpty ? end - 1 : end;
    const children = isEmpty ? undefined : [];
    const element: Element = {
      kind: 'element',
      name,
      start,
      attributesEnd,
      contentStart: end + 1,
      children,
      contentEnd: end + 1,
      end: end + 1,
    };
    const parent = this.#open.at(-1);
    if (parent) parent.children!.push(element);
    else this.#root = element;
    if (!isEmpty) this.#open.push(element);
    this.#at = end + 1;
    return true;
  }

  #name(from: number): string | undefined {
    const likely = this.#names.takeAt(from);
    if (likely !== undefined) return likely;
    NAME.lastIndex = from;
    return NAME.test(this.#text) ? this.#names.take(this.#text.slice(from, NAME.lastIndex)) : undefined;
  }

  /** Where the `>` of a tag stands; quoted values may hold others. */
  #tagEnd(from: number): number {
    const text = this.#text;
    let end = text.indexOf('>', from);
    let quote = nextQuote(text, from, end);
    while (end >= 0 && quote >= 0) {
      const closing = text.indexOf(text[quote]!, quote + 1);
      if (closing < 0) return -1;
      if (closing > end) end = text.indexOf('>', closing + 1);
      quote = nextQuote(text, closing + 1, end);
    }
    return end;
  }

  #close(start: number): boolean {
    const element = this.#open.pop();
    if (!element || !this.#text.startsWith(element.name, start + 2)) return false;
    const end = start + 2 + element.name.length;
    if (this.#text.charCodeAt(end) !== CLOSING) return false;
    element.contentEnd = start;
    element.end = this.#at = end + 1;
    return true;
  }
}

function endsName(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === CLOSING || code === BLANK || code === SLASH;
}

function nextQuote(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x27) return at;
  }
  return -1;
}

/** Undefined when it is no XML that is whole. */
export function scanXml(text: string, deadline: Deadline): Scanned | undefined {
  return new Scanner(text, deadline).run();
}
