/** What the view says of one column, and how it spells a value. */
import { type Cell, textOf } from '../spell.ts';
import { quote } from '../tree.ts';

/** What is said of one path: in a phrase, in lines, or by how often each value comes. */
export interface Fact {
  readonly name: string;
  readonly text?: string;
  readonly counts?: readonly (readonly [value: string, count: number])[];
  readonly lines?: readonly string[];
  /** Characters of wording (texts of several words) that the fact says nothing of. */
  readonly unsaid?: number;
}

/** Longer values are cut, which is said. */
export const MAX_VALUE_CHARS = 240;

export function label(value: Cell): string {
  if (typeof value !== 'string') return textOf(value);
  return /^$|^\s|\s$|[,:\n"]|^(?:null|true|false|-?[\d.]+)$/.test(value) ? quote(short(value)) : short(value);
}

export function short(text: string): string {
  if (text.length <= MAX_VALUE_CHARS) return text;
  const kept = text.slice(0, MAX_VALUE_CHARS).replace(/[\ud800-\udbff]$/, '');
  return `${kept} (and ${text.length - kept.length} more characters)`;
}
