/**
 * Long beginnings of addresses and long strings that come again and again stand for themselves once, at the top:
 * `~ stands for https://host/repos/owner/name`, and `~/forks` further down. The sign occurs nowhere else in the text.
 */
import type { Tokenizer } from '../../core/tokenizer.ts';
import { estimate } from './estimate.ts';

const SIGNS = ['~', '^', '§', '@', '$', '%', '±', '¤'];
const LEGEND = /^(?:\S stands for \S[^\n]*\n)+/;
const LINE = /^(\S) stands for (\S[^\n]*)$/;
const SCHEME_END = '://';
const MAX_SCHEME_CHARS = 10;
const ADDRESS_REST = /[^\s"'\\{}<>«»|,]{1,400}/y;
const MIN_STRING_CHARS = 20;
const MAX_STRING_CHARS = 200;
const MIN_CHARS = 12;
const MIN_SAVED_TOKENS = 10;
const MAX_LIKELY = 8;
/** Texts above this length are searched in their first part only. */
const MAX_SEARCHED_CHARS = 200_000;

export function hasAliases(text: string): boolean {
  return LEGEND.test(text);
}

/** @param around the text that the form stands in; signs that it holds are not used. */
export function addAliases(
  form: string,
  around: string,
  tokens: Tokenizer,
): { readonly form: string; readonly legend: string } {
  let text = form;
  let legend = '';
  const costs = new Map<string, number>();
  const cost = (candidate: string): number => {
    const known = costs.get(candidate) ?? estimate(candidate, tokens);
    costs.set(candidate, known);
    return known;
  };
  for (const sign of SIGNS) {
    if (text.includes(sign) || around.includes(sign)) continue;
    const best = bestAlias(text, cost);
    if (best === undefined) break;
    text = text.replaceAll(wholeWord(best), sign);
    legend += `${sign} stands for ${best}\n`;
  }
  return { form: text, legend };
}

/** Not as the beginning of a longer word. */
function wholeWord(text: string): RegExp {
  const literal = text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`${literal}(?![\\p{L}\\p{N}_])`, 'gu');
}

/** The text without its aliases; undefined when it has none. */
export function removeAliases(text: string): string | undefined {
  const legend = LEGEND.exec(text)?.[0];
  if (legend === undefined) return undefined;
  let rest = text.slice(legend.length);
  for (const line of legend.trimEnd().split('\n').reverse()) {
    const [, sign, meaning] = LINE.exec(line)!;
    rest = rest.replaceAll(sign!, () => meaning!);
  }
  return rest;
}

function bestAlias(text: string, cost: (candidate: string) => number): string | undefined {
  let best: string | undefined;
  let most = MIN_SAVED_TOKENS;
  for (const { candidate, count } of likeliest(candidatesIn(text.slice(0, MAX_SEARCHED_CHARS)))) {
    const saved = (count - 1) * cost(candidate) - count * 1.5 - 6;
    if (saved <= most || candidate.trim() !== candidate) continue;
    best = candidate;
    most = saved;
  }
  return best;
}

interface Likely {
  readonly candidate: string;
  readonly count: number;
  readonly chars: number;
}

/** Those that would save most characters, most first. */
function likeliest(counts: ReadonlyMap<string, number>): readonly Likely[] {
  const likely: Likely[] = [];
  for (const [candidate, count] of counts) {
    const chars = (count - 1) * candidate.length;
    if (count < 2 || (likely.length === MAX_LIKELY && chars < likely.at(-1)!.chars)) continue;
    likely.push({ candidate, count, chars });
    likely.sort((a, b) => b.chars - a.chars || (a.candidate < b.candidate ? -1 : 1));
    if (likely.length > MAX_LIKELY) likely.pop();
  }
  return likely;
}

/** Addresses, their beginnings, and strings: how often each comes. */
function candidatesIn(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (candidate: string, count: number): void => {
    if (candidate.length >= MIN_CHARS) counts.set(candidate, (counts.get(candidate) ?? 0) + count);
  };
  const seen = noneSeen();
  const beginnings = Array.from(addressesIn(text), ([address, count]) => {
    const own = beginningsOf(address);
    for (const { key } of own) seen[key] = Math.min(2, seen[key]! + count);
    return { address, count, own };
  });
  for (const { address, count, own } of beginnings) {
    for (const { key, end } of own) {
      // The whole address may be a string too; a beginning that is one is an address itself.
      if (seen[key]! >= 2 || end === address.length) add(address.slice(0, end), count);
    }
  }
  addStrings(text, add);
  return counts;
}

interface Beginning {
  readonly end: number;
  /** Equal for equal beginnings, and hardly for others. */
  readonly key: number;
}

/** Where an address may be cut, and its end. */
function beginningsOf(address: string): readonly Beginning[] {
  const beginnings: Beginning[] = [];
  const first = Math.max(address.indexOf(SCHEME_END) + SCHEME_END.length, MIN_CHARS);
  let key = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (at >= first && isEdge(code)) beginnings.push({ end: at, key: (key ^ (key >> 13)) & (KEYS - 1) });
    key = (key * 31 + code) | 0;
  }
  beginnings.push({ end: address.length, key: (key ^ (key >> 13)) & (KEYS - 1) });
  return beginnings;
}

/** One of /?#=& */
function isEdge(code: number): boolean {
  return code === 0x2f || code === 0x3f || code === 0x23 || code === 0x3d || code === 0x26;
}

function addressesIn(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let from = 0;
  for (let at = text.indexOf(SCHEME_END); at >= 0; at = text.indexOf(SCHEME_END, Math.max(from, at + 1))) {
    const start = schemeStart(text, at, from);
    ADDRESS_REST.lastIndex = at + SCHEME_END.length;
    if (start < 0 || !ADDRESS_REST.test(text)) continue;
    from = ADDRESS_REST.lastIndex;
    const address = text.slice(start, from);
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** Where the word before `://` starts, as early as a scheme may; -1 when there is none. */
function schemeStart(text: string, end: number, from: number): number {
  let start = -1;
  for (let at = end - 1; at >= Math.max(from, end - MAX_SCHEME_CHARS); at--) {
    const code = text.charCodeAt(at);
    if (!isLetter(code) && !isDigit(code) && code !== 0x2b && code !== 0x2d && code !== 0x2e) break;
    if (isLetter(code) && at < end - 1 && !isWordChar(text.charCodeAt(at - 1))) start = at;
  }
  return start;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWordChar(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x5f;
}

/** Strings in quotes, without those that no other text can be equal to. */
function addStrings(text: string, add: (candidate: string, count: number) => void): void {
  const starts: number[] = [];
  const ends: number[] = [];
  const keys: number[] = [];
  const seen = noneSeen();
  const breaks = new Next(text, '\n');
  const escapes = new Next(text, '\\');
  let open = text.indexOf('"');
  while (open >= 0) {
    const close = text.indexOf('"', open + 1);
    if (close < 0) break;
    const length = close - open - 1;
    const isOne = length >= MIN_STRING_CHARS && length <= MAX_STRING_CHARS;
    if (!isOne || breaks.from(open + 1) < close || escapes.from(open + 1) < close) {
      open = close;
      continue;
    }
    const key = keyOf(text, open + 1, close);
    starts.push(open + 1);
    ends.push(close);
    keys.push(key);
    if (seen[key]! < 2) seen[key]!++;
    open = text.indexOf('"', close + 1);
  }
  const schemes = new Next(text, SCHEME_END);
  for (let at = 0; at < starts.length; at++) {
    // An address is a candidate too, though the string comes once.
    if (seen[keys[at]!]! < 2 && schemes.from(starts[at]!) >= ends[at]!) continue;
    add(text.slice(starts[at], ends[at]), 1);
  }
}

const KEYS = 8192;
/** How often each key was seen: one for all texts, as none is looked at while another is. */
const SEEN = new Uint8Array(KEYS);

function noneSeen(): Uint8Array {
  return SEEN.fill(0);
}

/** Equal for equal strings, and hardly for others. */
function keyOf(text: string, start: number, end: number): number {
  const length = end - start;
  let key = length;
  for (let part = 1; part <= 8; part++) key = (key * 31 + text.charCodeAt(start + ((length * part) >> 3) - 1)) | 0;
  return (key ^ (key >> 13)) & (KEYS - 1);
}

/** Where something stands next, asked from places that only ever go up. */
class Next {
  readonly #text: string;
  readonly #sought: string;
  #at = -1;

  constructor(text: string, sought: string) {
    this.#text = text;
    this.#sought = sought;
  }

  /** The end of the text or beyond when it stands nowhere. */
  from(start: number): number {
    if (this.#at >= start) return this.#at;
    const found = this.#text.indexOf(this.#sought, start);
    return (this.#at = found < 0 ? Number.POSITIVE_INFINITY : found);
  }
}
