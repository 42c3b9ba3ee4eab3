/**
 * Makes a conversation fit a model's window by leaving out the results that matter least, each named in its place with
 * the names that stood in it. What people and the model said stays, and so do the newest exchanges.
 */
import type { Conversation, Part } from '../../core/conversation.ts';
import type { Importance } from '../../core/importance.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { isJsonObject } from '../../core/json/value.ts';
import { type Unit, unitsOf } from './units.ts';
import { worthIn } from './worth.ts';

/** A result, or a text of a call, that goes out as a few words. */
export interface LeftOut {
  readonly part: Part;
  /** Of a call: which of its texts. */
  readonly key: string | undefined;
  readonly source: string;
  /** Without the marker. */
  readonly text: string;
  readonly tokens: number;
}

/** How the words in place of a text begin. */
const LEFT_OUT = '[headroom: left out to fit the window: ';

/** Whether this part went out as such words before. */
export function isLeftOut({ text, source }: Part): boolean {
  return text !== source && text.startsWith(LEFT_OUT);
}

/** What is said in place of a result costs at most this share of it. */
const NAMES_SHARE = 0.2;
const MOST_NAMES_TOKENS = 300;
/** Of a marker, that the pipeline adds. */
const MARKER_TOKENS = 32;

/** The results to leave out so that at least so many tokens are freed; fewer when there are no more. */
export function leaveOut(
  conversation: Conversation,
  tokensToFree: number,
  tokenizer: Tokenizer,
  importance?: Importance,
): readonly LeftOut[] {
  const units = unitsOf(conversation, tokenizer);
  const worth = worthIn(conversation, units, importance);
  const order = units
    .map((unit) => ({ unit, worth: worth(unit) }))
    .sort((a, b) => a.worth - b.worth || a.unit.part.index - b.unit.part.index);
  const rarity = new Map<string, number>();
  for (const { names } of units) for (const name of names) rarity.set(name, (rarity.get(name) ?? 0) + 1);
  const left: LeftOut[] = [];
  let freed = 0;
  for (const { unit } of order) {
    if (freed >= tokensToFree) break;
    const text = stubOf(unit, rarity, tokenizer);
    const tokens = tokenizer.count(text) + MARKER_TOKENS;
    if (tokens * 2 > unit.tokens) continue;
    left.push({ part: unit.part, key: unit.key, source: unit.source, text, tokens });
    freed += unit.tokens - tokens;
  }
  return left;
}

/** What it was, how long, and the names in it that stand in the fewest others. */
function stubOf(
  { part, key, source, tokens, names }: Unit,
  rarity: ReadonlyMap<string, number>,
  tokenizer: Tokenizer,
): string {
  const lines = source.split('\n').length;
  const what = key === undefined ? `${callOf(part)}, ` : '';
  const head = `${LEFT_OUT}${what}${lines} lines`;
  const budget = Math.min(MOST_NAMES_TOKENS, tokens * NAMES_SHARE);
  const ranked = Array.from(names, (name, index) => ({ name, index, count: rarity.get(name) ?? 1 }));
  ranked.sort((a, b) => a.count - b.count || a.index - b.index);
  const said: typeof ranked = [];
  let spent = 0;
  for (const one of ranked) {
    const cost = tokenizer.count(one.name) + 1;
    if (spent + cost > budget) continue;
    spent += cost;
    said.push(one);
  }
  said.sort((a, b) => a.index - b.index);
  return said.length === 0 ? `${head}]` : `${head}; it names ${said.map(({ name }) => name).join(', ')}]`;
}

/** Longer arguments are texts, and say little of what a call was. */
const MAX_ARGUMENT_CHARS = 200;

/** The tool, and what it was called with as far as that is short. */
function callOf({ call }: Part): string {
  if (!call) return 'a tool result';
  const input = isJsonObject(call.input) ? Object.values(call.input) : [call.input];
  const short = input.flatMap((value) => (typeof value === 'string' && isShort(value) ? [value] : []));
  const said = short.join(' ').replaceAll(/\s+/g, ' ');
  return said === '' ? call.name : `${call.name} ${said.slice(0, MAX_ARGUMENT_CHARS)}`;
}

function isShort(argument: string): boolean {
  return argument.length <= MAX_ARGUMENT_CHARS && !argument.startsWith(LEFT_OUT);
}
