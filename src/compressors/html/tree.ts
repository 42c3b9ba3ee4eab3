/** Parses HTML into a light tree, with what each element holds in text and links counted on the way. */
import { Parser } from 'htmlparser2';
import type { Deadline } from '../../core/deadline.ts';

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
  /** Characters of visible text within, and how many of them in links. */
  textLength: number;
  linkLength: number;
  links: number;
}

export interface Page {
  readonly root: Element;
  /** What no reader sees, by its kind, with its number. */
  readonly unseen: ReadonlyMap<string, number>;
}

/** Deeper pages are made by no one for reading. */
const MAX_DEPTH = 512;
/** Between two looks at the clock: an end tag without its start looks through all open elements. */
const CHUNK = 16_384;
/** Elements that hold nothing to read, and what one calls them. */
const UNSEEN: Readonly<Record<string, string>> = {
  script: 'script',
  style: 'style sheet',
  template: 'template',
  svg: 'drawing',
  canvas: 'canvas',
};

class TooDeep extends Error {
  override readonly name = 'TooDeep';
}

function element(tag: string, attributes: Readonly<Record<string, string>>): Element {
  return { tag, attributes, children: [], textLength: 0, linkLength: 0, links: 0 };
}

/** Pages drawn by scripts bring what they show as JSON. */
function isJson(tag: string, { type }: Readonly<Record<string, string>>): boolean {
  return tag === 'script' && type === 'application/json';
}

class TreeBuilder {
  readonly root = element('', {});
  readonly unseen = new Map<string, number>();
  readonly #open: Element[] = [this.root];
  /** Depth at which something unseen began; what is within it is dropped. */
  #unseenFrom = Number.POSITIVE_INFINITY;

  open(tag: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length > MAX_DEPTH) throw new TooDeep();
    const opened = element(tag, attributes);
    const kind = isJson(tag, attributes) ? undefined : UNSEEN[tag];
    if (this.#open.length < this.#unseenFrom) {
      if (kind === undefined) this.#open.at(-1)!.children.push(opened);
      else {
        this.count(kind);
        this.#unseenFrom = this.#open.length + 1;
      }
    }
    this.#open.push(opened);
  }

  close(): void {
    const closed = this.#open.pop()!;
    if (this.#open.length < this.#unseenFrom) this.#unseenFrom = Number.POSITIVE_INFINITY;
    const parent = this.#open.at(-1);
    if (!parent || this.#unseenFrom !== Number.POSITIVE_INFINITY) return;
    parent.textLength += closed.textLength;
    if (closed.tag === 'a') {
      parent.linkLength += closed.textLength;
      parent.links += 1;
    } else {
      parent.linkLength += closed.linkLength;
      parent.links += closed.links;
    }
  }

  text(text: string): void {
    if (this.#open.length >= this.#unseenFrom) return;
    const { children } = this.#open.at(-1)!;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
    if (this.#open.at(-1)!.tag !== 'script') this.#open.at(-1)!.textLength += text.trim().length;
  }

  count(kind: string): void {
    this.unseen.set(kind, (this.unseen.get(kind) ?? 0) + 1);
  }
}

/** Undefined when its elements stand too deep in one another. */
export function parsePage(text: string, deadline: Deadline): Page | undefined {
  const builder = new TreeBuilder();
  const parser = new Parser({
    onopentag: (tag, attributes) => builder.open(tag, attributes),
    onclosetag: () => builder.close(),
    ontext: (data) => builder.text(data),
    oncomment: () => builder.count('comment'),
  });
  try {
    for (let at = 0; at < text.length; at += CHUNK) {
      deadline.check();
      parser.write(text.slice(at, at + CHUNK));
    }
    parser.end();
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
  return { root: builder.root, unseen: builder.unseen };
}

/** All text within, as it stands. */
export function rawText(node: Element | string): string {
  if (typeof node === 'string') return node;
  if (node.tag === 'br') return '\n';
  return node.children.map(rawText).join('');
}

/** All text within on one line; pictures by their description. */
export function lineText(node: Element | string): string {
  return collapse(spaced(node)).trim();
}

function spaced(node: Element | string): string {
  if (typeof node === 'string') return node;
  if (node.tag === 'img') return pictureText(node);
  if (node.tag === 'script') return '';
  let inner = '';
  for (const child of node.children) inner += spaced(child);
  return INLINE.has(node.tag) ? inner : ` ${inner} `;
}

export function pictureText({ attributes }: Element): string {
  const alt = collapse(attributes['alt'] ?? '').trim();
  return alt === '' ? '' : `[image: ${alt}]`;
}

/** All but single blanks, which are most and stay. */
const BLANKS = /[ \t\r\n\f\u00a0]{2,}|[\t\r\n\f\u00a0]/g;

export function collapse(text: string): string {
  return text.replaceAll(BLANKS, ' ');
}

/** Elements that stand in a line of text. */
export const INLINE: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strike strong ' +
    'sub sup time tt u var wbr input button select textarea br picture source'
  ).split(' '),
);

export function find(node: Element, tag: string): Element | undefined {
  for (const child of node.children) {
    if (typeof child === 'string') continue;
    const found = child.tag === tag ? child : find(child, tag);
    if (found) return found;
  }
  return undefined;
}
