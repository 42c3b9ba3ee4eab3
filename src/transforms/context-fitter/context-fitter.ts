/**
 * Makes a conversation fit a model's window by leaving out the results that matter least, each named in its place with
 * the names that stood in it. What people and the model said stays, and so do the newest exchanges.
 */
import type { Conversation, Part } from '../../core/conversation.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { isJsonObject } from '../../core/json/value.ts';
import { type Unit, unitsOf } from './units.ts';
import { worthIn } from './worth.ts';

/** A result that goes out as a few words. */
export interface LeftOut {
  readonly part: Part;
  /** Without the marker. */
  readonly text: string;
  readonly tokens: number;
}

/** What is said in place of a result costs at most this share of it. */
const NAMES_SHARE = 0.1;
const MOST_NAMES_TOKENS = 160;
/** Of a marker, that the pipeline adds. */
const MARKER_TOKENS = 32;

/** The results to leave out so that at least so many tokens are freed; fewer when there are no more. */
export function leaveOut(conversation: Conversation, tokensToFree: number, tokenizer: Tokenizer): readonly LeftOut[] {
  const units = unitsOf(conversation, tokenizer);
  const worth = worthIn(conversation, units);
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
    left.push({ part: unit.part, text, tokens });
    freed += unit.tokens - tokens;
  }
  return left;
}

/** What it was, how long, and the names in it that stand in the fewest others. */
function stubOf({ part, tokens, names }: Unit, rarity: ReadonlyMap<string, number>, tokenizer: Tokenizer): string {
  const lines = part.source.split('\n').length;
  const head = `[headroom: left out so that the conversation fits: ${callOf(part)}, ${lines} lines, ${tokens} tokens`;
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
  return said.length === 0 ? `${head}]` : `${head}; in it: ${said.map(({ name }) => name).join(', ')}]`;
}

const MAX_CALL_CHARS = 160;

/** The tool, and what it was called with as far as that is short. */
function callOf({ call }: Part): string {
  if (!call) return 'a tool result';
  const input = isJsonObject(call.input) ? Object.values(call.input) : [call.input];
  const said = input
    .filter((value) => typeof value === 'string')
    .join(' ')
    .replaceAll(/\s+/g, ' ');
  return said === '' ? call.name : `${call.name} ${said.slice(0, MAX_CALL_CHARS)}`;
}
