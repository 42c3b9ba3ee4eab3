/**
 * A page as text: headings, paragraphs, lists, tables, code, forms and links, in their order. Menus and the like are
 * said by what they hold, in their place.
 */
import type { Deadline } from '../../core/deadline.ts';
import { furnitureName } from './furniture.ts';
import { Links } from './links.ts';
import { type Element, INLINE, collapse, lineText, pictureText, rawText } from './tree.ts';
import { TextWriter } from './writer.ts';

const NODES_PER_CHECK = 512;
const MAX_NAMED = 6;
const MAX_NAME = 40;
const MAX_OPTIONS = 12;
/** A block this long is said once; again, by how it begins. */
const MIN_REPEATED = 80;
const MAX_LINK_TEXT = 200;
/** What stands before the lines of such an element. */
const SIGNS: Readonly<Record<string, string>> = { li: '- ', blockquote: '> ', dd: '  ' };

export class PageText {
  readonly links: Links = new Links();
  readonly writer: TextWriter = new TextWriter();
  readonly #deadline: Deadline;
  readonly #length: number;
  readonly #said = new Set<string>();
  #nodes = 0;

  /** @param length what the page holds in text. */
  constructor(deadline: Deadline, length: number) {
    this.#deadline = deadline;
    this.#length = length;
  }

  walk(node: Element | string, isInMain: boolean): void {
    if (this.#nodes++ % NODES_PER_CHECK === 0) this.#deadline.check();
    if (typeof node === 'string') {
      this.writer.add(node);
      return;
    }
    const furniture = furnitureName(node, isInMain, this.#length);
    if (furniture !== undefined) this.#fold(node, furniture);
    else if (INLINE.has(node.tag)) this.#inline(node, isInMain);
    else
      this.#block(
        node,
        isInMain || node.tag === 'main' || node.tag === 'article' || node.attributes['role'] === 'main',
      );
  }

  #children(node: Element, isInMain: boolean): void {
    for (const child of node.children) this.walk(child, isInMain);
  }

  /** A menu as the number of its links and the first of them. */
  #fold(node: Element, name: string): void {
    const words = collapse(lineText(node)).split(' ').length;
    const names = node.links > 0 ? linkNames(node, MAX_NAMED) : [];
    const listed = names.length > 0 ? `: ${names.join(', ')}${node.links > names.length ? ', …' : ''}` : '';
    const size = node.links > 0 ? `${node.links} link${node.links === 1 ? '' : 's'}` : `${words} words`;
    this.writer.endLine();
    this.writer.push(`[${name}, ${size}${listed}]`);
  }

  #inline(node: Element, isInMain: boolean): void {
    const { tag, attributes } = node;
    if (tag === 'br') this.writer.endLine();
    else if (tag === 'img') this.writer.add(pictureText(node));
    else if (tag === 'a') this.#link(node, isInMain);
    else if (/^(?:code|kbd|samp|tt)$/.test(tag) && node.textLength > 0)
      this.writer.add(`\`${collapse(rawText(node))}\``);
    else if (tag === 'input') this.writer.add(inputText(attributes));
    else if (tag === 'button') this.writer.add(node.textLength > 0 ? ` [button: ${lineText(node)}] ` : '');
    else if (tag === 'textarea')
      this.writer.add(` [text field ${attributes['name'] ?? ''}${node.textLength > 0 ? `: ${lineText(node)}` : ''}] `);
    else if (tag === 'select') this.writer.add(choiceText(node));
    else this.#children(node, isInMain);
  }

  #link(node: Element, isInMain: boolean): void {
    const text = lineText(node);
    const number = this.links.numberOf(node.attributes['href']);
    const isBlock =
      text.length > MAX_LINK_TEXT ||
      node.children.some((child) => typeof child !== 'string' && /^h[1-6]$/.test(child.tag));
    if (number === undefined) this.#children(node, isInMain);
    else if (isBlock) {
      this.#children(node, isInMain);
      this.writer.add(` [${number}]`);
    } else if (text !== '') this.writer.add(`[${text}][${number}]`);
    else
      this.writer.add(
        (node.attributes['title'] ?? node.attributes['aria-label'])
          ? `[${node.attributes['title'] ?? node.attributes['aria-label']}][${number}]`
          : '',
      );
  }

  #block(node: Element, isInMain: boolean): void {
    const { tag } = node;
    this.writer.endLine();
    const inner = (): void => this.#children(node, isInMain);
    const sign = SIGNS[tag];
    if (sign !== undefined) this.writer.within(sign.trimEnd() === '>' ? sign : '  ', sign, inner);
    else if (/^h[1-6]$/.test(tag)) {
      this.writer.gap();
      this.writer.add(`${'#'.repeat(Number(tag[1]))} `);
      inner();
      this.writer.endLine();
    } else if (/^(?:iframe|embed|video|audio)$/.test(tag)) this.#embedded(node, isInMain);
    else if (tag === 'ul' || tag === 'ol') this.#list(node, isInMain);
    else if (tag === 'table') this.#table(node, isInMain);
    else if (tag === 'form') this.#form(node, isInMain);
    else if (!this.#leaf(node) && !this.#isSaid(node)) {
      inner();
      if (tag === 'p') this.writer.gap();
      this.writer.endLine();
    }
  }

  /** What has no text in lines of its own; whether it was such. */
  #leaf(node: Element): boolean {
    const { tag, attributes } = node;
    if (tag === 'pre') this.#code(node);
    else if (tag === 'hr') this.writer.push('---');
    else if (tag === 'script') {
      this.writer.push(
        `[JSON in a script${attributes['id'] ? ` ${attributes['id']}` : ''}, ${rawText(node).length} characters]`,
      );
    } else return tag === 'head' || tag === 'noscript';
    return true;
  }

  /** Paragraphs that stand on the page again. */
  #isSaid(node: Element): boolean {
    if (node.textLength < MIN_REPEATED || node.textLength > 4000) return false;
    const text = lineText(node);
    if (!this.#said.has(text)) {
      if (node.children.some((child) => typeof child === 'string' && child.trim() !== '')) this.#said.add(text);
      return false;
    }
    this.writer.push(`[again: ${text.slice(0, MAX_NAME)}…, ${text.split(' ').length} words]`);
    return true;
  }

  #code(node: Element): void {
    const text = rawText(node).replace(/^\n/, '').trimEnd();
    if (text === '') return;
    const isPlain = !text.includes('\n');
    const fence = text.includes('```') ? '````' : '```';
    if (!isPlain) this.writer.push(fence);
    for (const line of text.split('\n')) this.writer.push(isPlain ? `\`${line}\`` : line);
    if (!isPlain) this.writer.push(fence);
  }

  #list(node: Element, isInMain: boolean): void {
    let number = Number(node.attributes['start'] ?? 1) || 1;
    for (const child of node.children) {
      if (typeof child !== 'string' && child.tag === 'li') {
        if (child.textLength === 0 && child.children.every((one) => typeof one === 'string')) continue;
        const sign = node.tag === 'ol' ? `${number++}. ` : '- ';
        if (furnitureName(child, isInMain, this.#length) !== undefined) this.walk(child, isInMain);
        else this.writer.within('  ', sign, () => this.#children(child, isInMain));
      } else this.walk(child, isInMain);
    }
    this.writer.endLine();
  }

  #table(node: Element, isInMain: boolean): void {
    const rows = rowsOf(node);
    const isLayout =
      rows.length < 2 || rows.every(({ length }) => length < 2) || rows.some((row) => row.some(isLaidOut));
    this.writer.endLine();
    if (isLayout) {
      this.#children(node, isInMain);
      return;
    }
    this.writer.gap();
    for (const child of node.children)
      if (typeof child !== 'string' && child.tag === 'caption') this.writer.push(lineText(child));
    for (const row of rows) {
      for (const [i, cell] of row.entries()) {
        if (i > 0) this.writer.add(' | ');
        for (const child of cell.children) this.#cell(child);
      }
      this.writer.endLine();
    }
    this.writer.gap();
  }

  /** What stands in a cell, without line breaks. */
  #cell(node: Element | string): void {
    if (typeof node === 'string') this.writer.add(node);
    else if (INLINE.has(node.tag) && node.tag !== 'br' && node.tag !== 'span') this.#inline(node, true);
    else {
      this.writer.add(' ');
      for (const child of node.children) this.#cell(child);
      this.writer.add(' ');
    }
  }

  #embedded({ tag, attributes, children }: Element, isInMain: boolean): void {
    const source =
      attributes['src'] ??
      children.flatMap((child) => (typeof child === 'string' ? [] : (child.attributes['src'] ?? [])))[0];
    const number = this.links.numberOf(source);
    if (number !== undefined) this.writer.push(`[${tag}: ${attributes['title'] ?? ''}][${number}]`);
    for (const child of children) if (typeof child !== 'string' && child.tag !== 'source') this.walk(child, isInMain);
  }

  #form(node: Element, isInMain: boolean): void {
    const number = this.links.numberOf(node.attributes['action']);
    const target = number === undefined ? '' : ` to [${number}]`;
    if (hasFields(node))
      this.writer.push(
        `[form${target}${node.attributes['method'] ? `, ${node.attributes['method'].toLowerCase()}` : ''}]`,
      );
    this.#children(node, isInMain);
    this.writer.endLine();
  }
}

function linkNames(node: Element, most: number): readonly string[] {
  const names: string[] = [];
  const visit = (one: Element): void => {
    for (const child of one.children) {
      if (typeof child === 'string' || names.length >= most) continue;
      if (child.tag !== 'a') visit(child);
      else {
        const name = lineText(child);
        if (name !== '') names.push(name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name);
      }
    }
  };
  visit(node);
  return names;
}

function inputText(attributes: Readonly<Record<string, string>>): string {
  const type = attributes['type'] ?? 'text';
  const name = attributes['name'] ?? attributes['id'] ?? '';
  const value = attributes['value'] ?? attributes['placeholder'] ?? '';
  if (type === 'submit' || type === 'button') return ` [button: ${value === '' ? name : value}] `;
  if (name === '' && value === '') return '';
  const said = value === '' ? '' : `: ${value.length > MAX_LINK_TEXT ? `${value.slice(0, MAX_LINK_TEXT)}…` : value}`;
  return ` [${type} field ${name}${'checked' in attributes ? ', checked' : ''}${said}] `;
}

function choiceText({ attributes, children }: Element): string {
  const options = children
    .flatMap((child) => (typeof child === 'string' ? [] : child.tag === 'optgroup' ? child.children : [child]))
    .flatMap((child) =>
      typeof child === 'string' || child.tag !== 'option'
        ? []
        : [lineText(child) + ('selected' in child.attributes ? ' (chosen)' : '')],
    );
  const shown = options.slice(0, MAX_OPTIONS).join(' | ');
  const rest = options.length > MAX_OPTIONS ? ` | ${options.length - MAX_OPTIONS} more` : '';
  return ` [choice ${attributes['name'] ?? ''}: ${shown}${rest}] `;
}

function hasFields(node: Element): boolean {
  return node.children.some(
    (child) => typeof child !== 'string' && (/^(?:input|select|textarea|button)$/.test(child.tag) || hasFields(child)),
  );
}

function rowsOf(table: Element): readonly (readonly Element[])[] {
  const rows: (readonly Element[])[] = [];
  for (const child of table.children) {
    if (typeof child === 'string') continue;
    if (child.tag === 'tr')
      rows.push(
        child.children.filter(
          (cell): cell is Element => typeof cell !== 'string' && (cell.tag === 'td' || cell.tag === 'th'),
        ),
      );
    else if (/^t(?:head|body|foot)$/.test(child.tag)) rows.push(...rowsOf(child));
  }
  return rows;
}

/** A cell with more in it than a value: the table puts parts of the page side by side. */
function isLaidOut(cell: Element): boolean {
  return cell.children.some(
    (child) =>
      typeof child !== 'string' &&
      (/^(?:table|pre|h[1-6]|form|section|article)$/.test(child.tag) || (child.tag !== 'a' && isLaidOut(child))),
  );
}
