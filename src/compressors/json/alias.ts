/**
 * Long beginnings of addresses and long strings that come again and again stand for themselves once, at the top:
 * `~ stands for https://host/repos/owner/name`, and `~/forks` further down. The sign occurs nowhere else in the text.
 */
import type { Tokenizer } from '../../core/tokenizer.ts';
import { estimate } from './estimate.ts';

const SIGNS = ['~', '^', '§', '@', '$', '%', '±', '¤'];
const LEGEND = /^(?:\S stands for \S[^\n]*\n)+/;
const LINE = /^(\S) stands for (\S[^\n]*)$/;
const ADDRESS = /\b[A-Za-z][A-Za-z0-9+.-]{1,9}:\/\/[^\s"'\\{}<>«»|,]{1,400}/g;
const STRING = /"([^"\\\n]{20,200})"/g;
const MIN_CHARS = 12;
const MIN_SAVED_TOKENS = 10;
/** Where addresses may be cut. */
const EDGE = /[/?#=&]/g;
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
  const counts = new Map<string, number>();
  const add = (candidate: string): void => {
    if (candidate.length >= MIN_CHARS) counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  };
  const searched = text.slice(0, MAX_SEARCHED_CHARS);
  for (const [address] of searched.matchAll(ADDRESS)) {
    const host = address.indexOf('://') + 3;
    for (const edge of address.slice(host).matchAll(EDGE)) add(address.slice(0, host + edge.index));
    add(address);
  }
  for (const [, content] of searched.matchAll(STRING)) add(content!);
  const likely = [...counts]
    .filter(([, count]) => count > 1)
    .map(([candidate, count]) => ({ candidate, count, chars: (count - 1) * candidate.length }))
    .sort((a, b) => b.chars - a.chars || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 8);
  let best: string | undefined;
  let most = MIN_SAVED_TOKENS;
  for (const { candidate, count } of likely) {
    const saved = (count - 1) * cost(candidate) - count * 1.5 - 6;
    if (saved <= most || candidate.trim() !== candidate) continue;
    best = candidate;
    most = saved;
  }
  return best;
}
