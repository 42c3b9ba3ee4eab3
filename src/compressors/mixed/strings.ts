/**
 * The long texts that stand as values in a JSON document: finds them, writes names in their places, and puts them back.
 * Everything around them stays byte for byte.
 */
import { type Base64, mayBeBase64, readBase64, writeBase64 } from '../../core/base64.ts';

/** A value of several lines, of markup, of JSON, or of text in base64. */
export interface LongText {
  /** Of its literal, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** How the text is spelled where that is base64. */
  readonly base64?: Base64 | undefined;
  /** It is JSON that stands as text inside JSON. */
  readonly isJson: boolean;
}

/** Shorter ones are no texts of their own. */
const MIN_CHARS = 300;
const MIN_LINE_ENDS = 2;
const BEGINS_JSON = /^[[{](?: |\\[nrt])*(?:\\"|[[{])/;
const LOOK_CHARS = 40;
/** `"(text 1)"`, `"(text 2 in base64)"`, `"(text 3 in base64, lines of 60, line end)"`. */
const NAME = /"\(text (\d{1,4})( in base64(?:, lines of ([1-9]\d{0,3}))?(, line end)?)?\)"/g;
const NAME_START = '"(text ';
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Of a part of a document, the share of its characters that stand in long texts; one that the part cuts off counts too. */
export function shareOfTexts(part: string): number {
  let chars = 0;
  for (const { start, end } of literals(part)) if (isLong(part, start, end)) chars += end - start;
  return chars / part.length;
}

/** Whether a text is JSON and nothing else: a document, or several one after the other. */
export function isJson(text: string): boolean {
  return parses(text) || parsesInParts(text);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const BRACKET_OR_QUOTE = /[[\]{}"]/g;
const SPACE_BETWEEN = /\s*/y;

function parsesInParts(text: string): boolean {
  let depth = 0;
  let start = 0;
  BRACKET_OR_QUOTE.lastIndex = 0;
  for (let match = BRACKET_OR_QUOTE.exec(text); match; match = BRACKET_OR_QUOTE.exec(text)) {
    if (match[0] === '"') BRACKET_OR_QUOTE.lastIndex = endOf(text, match.index);
    else if (match[0] === '{' || match[0] === '[') depth++;
    else if (--depth === 0) {
      if (!parses(text.slice(start, match.index + 1))) return false;
      start = match.index + 1;
    }
  }
  SPACE_BETWEEN.lastIndex = start;
  SPACE_BETWEEN.test(text);
  return start > 0 && SPACE_BETWEEN.lastIndex === text.length;
}

/** @param json one document or several. @returns at most one more than were asked for. */
export function findTexts(json: string, most: number): readonly LongText[] {
  const found: LongText[] = [];
  for (const { start, end } of literals(json)) {
    if (found.length > most) break;
    if (!isLong(json, start, end) || isKey(json, end)) continue;
    const value = JSON.parse(json.slice(start, end)) as string;
    const read = mayBeBase64(json, start + 1) ? readBase64(value) : undefined;
    if (read) found.push({ start, end, text: read.text, base64: read.spelling, isJson: false });
    else if (isText(json, start, end)) found.push({ start, end, text: value, isJson: beginsJson(json, start) });
  }
  return found;
}

/** Whether a document says something that would be read as one of our names. */
export function hasNames(json: string): boolean {
  return json.includes(NAME_START);
}

/** The document with `"(text 1)"`, `"(text 2)"` in the places of its texts. */
export function withNames(json: string, texts: readonly LongText[]): string {
  let out = '';
  let at = 0;
  for (const [index, { start, end, base64 }] of texts.entries()) {
    out += `${json.slice(at, start)}"(text ${index + 1}${base64 ? spelled(base64) : ''})"`;
    at = end;
  }
  return out + json.slice(at);
}

function spelled({ width, hasLineEnd }: Base64): string {
  return ` in base64${width === undefined ? '' : `, lines of ${width}`}${hasLineEnd ? ', line end' : ''}`;
}

/** The document with its texts again; undefined when the names are not those of just these texts, each once. */
export function withTexts(named: string, texts: readonly string[]): string | undefined {
  const seen = new Set<number>();
  const json = named.replaceAll(NAME, (_, number: string, base64?: string, width?: string, lineEnd?: string) => {
    seen.add(Number(number));
    const text = texts[Number(number) - 1] ?? '';
    const spelling = { width: width === undefined ? undefined : Number(width), hasLineEnd: lineEnd !== undefined };
    return JSON.stringify(base64 === undefined ? text : writeBase64(text, spelling));
  });
  const isEach = seen.size === texts.length && texts.every((_, index) => seen.has(index + 1));
  return isEach && named.match(NAME)!.length === texts.length ? json : undefined;
}

/** String literals, keys too. The last one may be cut off. */
function* literals(json: string): Generator<{ readonly start: number; readonly end: number }> {
  for (let start = json.indexOf('"'); start >= 0; ) {
    const end = endOf(json, start);
    yield { start, end };
    start = json.indexOf('"', end);
  }
}

function endOf(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return json.length;
}

function isLong(json: string, start: number, end: number): boolean {
  return end - start >= MIN_CHARS && (mayBeBase64(json, start + 1) || isText(json, start, end));
}

function isText(json: string, start: number, end: number): boolean {
  if (json[start + 1] === '<' || beginsJson(json, start)) return true;
  const literal = json.slice(start, end);
  let at = -1;
  for (let lines = 0; lines < MIN_LINE_ENDS; lines++) {
    at = literal.indexOf(String.raw`\n`, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function beginsJson(json: string, start: number): boolean {
  return BEGINS_JSON.test(json.slice(start + 1, start + 1 + LOOK_CHARS));
}

function isKey(json: string, end: number): boolean {
  let at = end;
  while (json.charCodeAt(at) <= 0x20) at++;
  return json.charCodeAt(at) === COLON;
}
