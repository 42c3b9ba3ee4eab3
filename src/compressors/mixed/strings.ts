/**
 * The long texts that stand as values in a JSON document: finds them, writes names in their places, and puts them back.
 * Everything around them stays byte for byte.
 */

/** A value of several lines, of markup, or of JSON. */
export interface LongText {
  /** Of its literal, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** It is JSON that stands as text inside JSON. */
  readonly isJson: boolean;
}

/** Shorter ones are no texts of their own. */
const MIN_CHARS = 300;
const MIN_LINE_ENDS = 2;
const BEGINS_JSON = /^[[{](?: |\\[nrt])*(?:\\"|[[{])/;
const LOOK_CHARS = 40;
const NAME = /"\(text (\d{1,4})\)"/g;
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

/** @param json one document or several. */
export function findTexts(json: string): readonly LongText[] {
  const found: LongText[] = [];
  for (const { start, end } of literals(json)) {
    if (!isLong(json, start, end) || isKey(json, end)) continue;
    found.push({ start, end, text: JSON.parse(json.slice(start, end)) as string, isJson: beginsJson(json, start) });
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
  for (const [index, { start, end }] of texts.entries()) {
    out += `${json.slice(at, start)}"(text ${index + 1})"`;
    at = end;
  }
  return out + json.slice(at);
}

/** The document with its texts again; undefined when the names are not those of just these texts, each once. */
export function withTexts(named: string, texts: readonly string[]): string | undefined {
  const seen = new Set<number>();
  const json = named.replaceAll(NAME, (_, number: string) => {
    seen.add(Number(number));
    return JSON.stringify(texts[Number(number) - 1] ?? '');
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
  if (end - start < MIN_CHARS) return false;
  if (json[start + 1] === '<' || beginsJson(json, start)) return true;
  let at = start;
  for (let lines = 0; lines < MIN_LINE_ENDS; lines++) {
    at = json.indexOf(String.raw`\n`, at + 1);
    if (at < 0 || at >= end) return false;
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
