/** Whether two texts say the same: equal but for white space between JSON tokens, and the spelling of string escapes. */
import { findRegions } from './find.ts';

const QUOTE = 0x22;

/** Walks one text token by token. */
class Walk {
  readonly text: string;
  at = 0;
  #backslash = -1;

  constructor(text: string) {
    this.text = text;
  }

  skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  /** The next token as it stands; empty at the end of the text. */
  token(): string {
    const start = this.at;
    const first = this.text.charCodeAt(start);
    if (first === QUOTE) this.at = this.#stringEnd(start + 1);
    else if (isPunctuation(first)) this.at++;
    else while (isWord(this.text.charCodeAt(this.at))) this.at++;
    return this.text.slice(start, this.at);
  }

  #stringEnd(start: number): number {
    let at = start;
    for (;;) {
      const quote = this.text.indexOf('"', at);
      if (quote < 0) return this.text.length;
      if (this.#backslash < at) this.#backslash = nextOrEnd(this.text.indexOf('\\', at));
      if (this.#backslash > quote) return quote + 1;
      at = this.#backslash + 2;
    }
  }
}

export function sameJson(source: string, expanded: string): boolean {
  const one = new Walk(source);
  const two = new Walk(expanded);
  for (const { kind, start, end } of findRegions(source)) {
    const gap = source.slice(one.at, start);
    if (!expanded.startsWith(gap, two.at)) return false;
    two.at += gap.length;
    one.at = start;
    let depth = 0;
    while (one.at < end) {
      // Between the values of JSON lines the line break counts: it must be there, and nothing else.
      if (depth === 0 && kind === 'lines' && source[one.at] === '\n') {
        if (expanded[two.at] !== '\n') return false;
        one.at++;
        two.at++;
      } else if (depth > 0 || kind !== 'lines') {
        one.skipSpace();
        two.skipSpace();
      }
      const token = one.token();
      if (token === '' || !sameToken(token, two.token())) return false;
      if (token === '{' || token === '[') depth++;
      else if (token === '}' || token === ']') depth--;
    }
  }
  return source.slice(one.at) === expanded.slice(two.at);
}

function sameToken(one: string, two: string): boolean {
  if (one === two) return true;
  if (one.charCodeAt(0) !== QUOTE || two.charCodeAt(0) !== QUOTE) return false;
  if (!one.includes('\\') && !two.includes('\\')) return false;
  try {
    return JSON.parse(one) === JSON.parse(two);
  } catch {
    return false;
  }
}

function nextOrEnd(index: number): number {
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isPunctuation(code: number): boolean {
  return code === 0x7b || code === 0x7d || code === 0x5b || code === 0x5d || code === 0x3a || code === 0x2c;
}

function isWord(code: number): boolean {
  return code > 0x20 && code !== QUOTE && !isPunctuation(code);
}
