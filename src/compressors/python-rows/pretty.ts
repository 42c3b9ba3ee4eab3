/**
 * Prints rows of JSON as `pprint` of Python lays them out: what does not fit on a line stands an item a line, and long
 * texts in pieces between words.
 */
import { AS_PRINTED } from './read.ts';
import { spellText } from './text.ts';
import { wordFor } from './write.ts';

/** What `pprint` breaks lines at. */
const WIDTH = 80;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g;
const WORDS = /\S*\s*/g;
const LINES = /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g;

interface Node {
  /** On one line. */
  readonly repr: string;
  readonly length: number;
  readonly text?: string | undefined;
  readonly open?: string;
  readonly close?: string;
  readonly items?: readonly Item[];
}

interface Item {
  /** What stands before it: its key and a colon, or nothing. */
  readonly lead: string;
  readonly node: Node;
}

function lengthOf(text: string): number {
  // Python counts characters.
  return /[\ud800-\udbff]/.test(text) ? Array.from(text).length : text.length;
}

class NodeReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(json: string) {
    this.#tokens = json.match(TOKEN) ?? [];
  }

  /** @param isTuple its keys say where values stood in a tuple. */
  read(isTuple = false): Node {
    const token = this.#tokens[this.#at++]!;
    if (token === '{' || token === '[') return this.#readItems(token, isTuple);
    if (token.charCodeAt(0) !== 0x22) return leaf(wordFor(token));
    const text = JSON.parse(token) as string;
    return text.startsWith(AS_PRINTED) ? leaf(text.slice(AS_PRINTED.length)) : leaf(spellText(text), text);
  }

  #readItems(opening: string, isTuple: boolean): Node {
    const close = opening === '{' ? '}' : ']';
    const items: Item[] = [];
    while (this.#tokens[this.#at] !== close) {
      const key = opening === '{' ? (JSON.parse(this.#tokens[this.#at]!) as string) : undefined;
      if (key !== undefined) this.#at += 2;
      const lead = key === undefined || isTuple ? '' : `${spellText(key)}: `;
      items.push({ lead, node: this.read() });
      if (this.#tokens[this.#at] === ',') this.#at++;
    }
    this.#at++;
    const [open, end] = isTuple ? ['(', items.length === 1 ? ',)' : ')'] : [opening, close];
    const repr = `${open}${items.map(({ lead, node }) => lead + node.repr).join(', ')}${end}`;
    return { repr, length: lengthOf(repr), open, close: end, items };
  }
}

function leaf(repr: string, text?: string): Node {
  return { repr, length: lengthOf(repr), text };
}

/**
 * @param indent the column that it begins in.
 * @param allowance characters that must follow it on its last line.
 */
function layOut(node: Node, indent: number, allowance: number): string {
  if (node.length <= WIDTH - indent - allowance) return node.repr;
  if (node.text !== undefined) return layOutText(node, indent, allowance);
  if (!node.items || node.items.length === 0) return node.repr;
  const last = node.items.length - 1;
  const own = node.items.map(({ lead, node: item }, i) => {
    const room = i === last ? allowance + node.close!.length : 1;
    return lead + layOut(item, indent + 1 + lengthOf(lead), room);
  });
  return `${node.open}${own.join(`,\n${' '.repeat(indent + 1)}`)}${node.close}`;
}

function layOutText({ repr, text }: Node, indent: number, allowance: number): string {
  const lines = text!.match(LINES)!.filter((line) => line !== '');
  const pieces: string[] = [];
  for (const [i, line] of lines.entries()) {
    const isLast = i === lines.length - 1;
    const spelled = spellText(line);
    const room = WIDTH - indent;
    if (lengthOf(spelled) <= room - (isLast ? allowance : 0)) pieces.push(spelled);
    else pieces.push(...inWords(line, room, isLast ? allowance : 0));
  }
  return pieces.length === 1 ? repr : pieces.join(`\n${' '.repeat(indent)}`);
}

/** A line in pieces that each fit, cut before words. */
function inWords(line: string, room: number, allowance: number): readonly string[] {
  const words = line.match(WORDS)!.slice(0, -1);
  const pieces: string[] = [];
  let current = '';
  for (const [i, word] of words.entries()) {
    const isLast = i === words.length - 1;
    if (lengthOf(spellText(current + word)) > room - (isLast ? allowance : 0)) {
      if (current !== '') pieces.push(spellText(current));
      current = word;
    } else current += word;
  }
  if (current !== '') pieces.push(spellText(current));
  return pieces;
}

/** One row, as minified JSON, in a list or by itself. */
export function printPretty(json: string, isTuple: boolean, isInList: boolean): string {
  const node = new NodeReader(json).read(isTuple);
  return isInList ? layOut(node, 1, 1) : layOut(node, 0, 0);
}
