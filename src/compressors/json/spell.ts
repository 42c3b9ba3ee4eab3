/**
 * How single values are spelled in a form. Text that could be taken for JSON (a number, `null`, a quote or bracket at the
 * start) stands in JSON quotes; all other text stands bare. So "5" and 5, "null" and null never look the same.
 */
import { JsonParser, numberOf } from './parse.ts';
import { type Json, print } from './tree.ts';

/** A key that an object does not have, where others of the table do. */
export const ABSENT: unique symbol = Symbol('absent');
/** An object or list whose members have lines of their own. */
export const OPEN: unique symbol = Symbol('open');
export type Cell = Json | typeof ABSENT | typeof OPEN;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Control characters, line separators and lone surrogates survive in JSON quotes only. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;

export function looksLikeJson(text: string): boolean {
  const code = text.charCodeAt(0);
  if (code === 0x22 || code === 0x5b || code === 0x7b) return true;
  if (code === 0x2d || isDigit(code)) return isDigit(text.charCodeAt(text.length - 1)) && NUMBER.test(text);
  return text === 'true' || text === 'false' || text === 'null';
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether a string can stand without quotes, as far as its own characters go. */
export function isBare(text: string): boolean {
  if (text === '' || text === '-' || text === 'absent' || looksLikeJson(text)) return false;
  if (text.charCodeAt(0) === 0x20 || text.charCodeAt(text.length - 1) === 0x20) return false;
  return isPrintable(text);
}

export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text) || !UNPRINTABLE.test(text.replace(PAIRS, ''));
}

/** The text of a value: of a string its content, of anything else its JSON. */
export function textOf(value: Cell): string {
  if (typeof value === 'string') return value;
  if (value === ABSENT) return 'absent';
  return value === OPEN ? '{...}' : print(value);
}

/** What a bare or JSON text means. @throws SyntaxError when it starts like JSON and is not. */
export function valueOf(text: string): Json {
  if (!looksLikeJson(text)) return text;
  if (NUMBER.test(text)) return numberOf(text);
  const parser = new JsonParser(text);
  const value = parser.parse(0);
  if (value === undefined || parser.position !== text.length) throw new SyntaxError(`not JSON: ${text.slice(0, 40)}`);
  return value;
}

/** A value inside a list of values: what could be taken for the list's own words stands in quotes. */
export function writeAtom(value: Cell): string {
  if (typeof value !== 'string') return hideDash(textOf(value));
  return isBare(value) && !ATOM_STOPS.test(value) ? value : hideDash(JSON.stringify(value));
}

/** The words before a dash value are looked for from the end, so no JSON string may hold them. */
function hideDash(text: string): string {
  return text.replaceAll(', - is ', ', - is\\u0020');
}

const ATOM_STOPS = /, | in rows? | if |^\{\.\.\.\}$/;

export function readAtom(text: string): Cell {
  if (text === 'absent') return ABSENT;
  return text === '{...}' ? OPEN : valueOf(text);
}

const PLAIN_KEY = /^[\p{L}\p{N}_$@/+-]+$/u;

export function writeKey(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return PLAIN_KEY.test(step) ? step : JSON.stringify(step);
}
