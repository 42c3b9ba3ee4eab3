/** JSON that stands as text inside JSON: `(JSON text: {"a":1})` instead of `"{\"a\":1}"`, spelled so that the text comes back exactly. */
import { JsonParser, parseWhole } from './parse.ts';
import { type Json, JsonRecord, isContainer, isList, print, quote } from './tree.ts';

/** Shorter texts are not worth it. */
const MIN_CHARS = 80;
export const MARKER_START = '(JSON text';
const MARKER = /\(JSON text(?:, (indent [1-8]|spaced))?(, ASCII)?(, line end)?: (?=[[{])/g;

/** How a text spells its JSON. */
export interface Style {
  /** How white space stands in it: none, `, ` and `: ` on one line, or lines with an indent. */
  readonly space: '' | 'spaced' | `indent ${number}`;
  /** Whatever is not ASCII stands as `\u` and four digits. */
  readonly isAscii: boolean;
  readonly hasLineEnd: boolean;
}

export interface Embedded {
  readonly value: Json;
  readonly style: Style;
}

export function hasMarker(text: string): boolean {
  return text.includes(MARKER_START) && text.search(MARKER) >= 0;
}

/** Cheap: whether a text may be JSON worth a look. */
export function mayEmbed(text: string): boolean {
  if (text.length < MIN_CHARS) return false;
  const first = text.charCodeAt(0);
  return first === 0x5b || first === 0x7b;
}

/** The JSON that a text is, when printing it in one of the styles gives the text again. */
export function embeddedIn(text: string): Embedded | undefined {
  if (!mayEmbed(text)) return undefined;
  const value = parseWhole(text);
  if (value === undefined) return undefined;
  const indent = /^[[{]\n( {1,8})\S/.exec(text)?.[1]?.length;
  const spaces: readonly Style['space'][] = indent === undefined ? ['', 'spaced'] : [`indent ${indent}`];
  const hasLineEnd = text.endsWith('\n');
  const styles = spaces.flatMap((space) => [
    { space, isAscii: false, hasLineEnd },
    ...(text.includes('\\u') ? [{ space, isAscii: true, hasLineEnd }] : []),
  ]);
  const style = styles.find((each) => printed(value, each) === text);
  return style && { value, style };
}

export function writeEmbedded(form: string, { space, isAscii, hasLineEnd }: Style): string {
  const marks = [space, isAscii ? 'ASCII' : '', hasLineEnd ? 'line end' : ''].filter((mark) => mark !== '');
  return `(${['JSON text', ...marks].join(', ')}: ${form})`;
}

/** The text with its embedded JSON as text again; undefined when it has none. @throws SyntaxError when it is not ours. */
export function readEmbedded(text: string): string | undefined {
  if (!text.includes(MARKER_START)) return undefined;
  const markers = [...text.matchAll(MARKER)].reverse();
  if (markers.length === 0) return undefined;
  let read = text;
  // From the last to the first, so that what stands inside another is text before the other is read.
  for (const { 0: marker, 1: space = '', 2: ascii, 3: lineEnd, index } of markers) {
    const parser = new JsonParser(read);
    const value = parser.parse(index + marker.length);
    if (value === undefined || read[parser.position] !== ')') throw new SyntaxError('no JSON text here');
    const style = { space: space as Style['space'], isAscii: ascii !== undefined, hasLineEnd: lineEnd !== undefined };
    read = read.slice(0, index) + quote(printed(value, style)) + read.slice(parser.position + 1);
  }
  return read;
}

function printed(value: Json, { space, isAscii, hasLineEnd }: Style): string {
  const text = spelled(value, space) + (hasLineEnd ? '\n' : '');
  return isAscii
    ? text.replaceAll(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text;
}

/** A unit of UTF-16 at a time. What is below the blank is escaped anyway, but line ends between tokens. */
const NOT_ASCII = /[^ -~\n]/g;

function spelled(value: Json, space: Style['space']): string {
  if (space === '') return print(value);
  return space === 'spaced' ? spaced(value) : indented(value, Number(space.slice(-1)), 0);
}

function spaced(value: Json): string {
  if (!isContainer(value)) return print(value);
  if (isList(value)) return `[${value.map(spaced).join(', ')}]`;
  return `{${value.values.map((member, at) => `${quote(value.shape.keys[at]!)}: ${spaced(member)}`).join(', ')}}`;
}

function indented(value: Json, indent: number, level: number): string {
  if (!isContainer(value)) return print(value);
  const values = value instanceof JsonRecord ? value.values : value;
  const [open, close] = value instanceof JsonRecord ? ['{', '}'] : ['[', ']'];
  if (values.length === 0) return open! + close!;
  const gap = `\n${' '.repeat(indent * (level + 1))}`;
  const members = values.map((member, at) => {
    const key = value instanceof JsonRecord ? `${quote(value.shape.keys[at]!)}: ` : '';
    return gap + key + indented(member, indent, level + 1);
  });
  return `${open}${members.join(',')}\n${' '.repeat(indent * level)}${close}`;
}
