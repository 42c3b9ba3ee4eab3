/** What can be left out to make a conversation fit: tool results, each with its call, and what speaks for keeping it. */
import type { Conversation, Part } from '../../core/conversation.ts';
import { looksFailed } from '../../core/failure.ts';
import { isRetrievalTool } from '../../core/retrieval-name.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { namesIn } from './names.ts';

export interface Unit {
  readonly part: Part;
  readonly tokens: number;
  readonly names: ReadonlySet<string>;
  /** How many turns of the model have passed since. */
  readonly age: number;
  /** The same call was made again later. */
  readonly isSuperseded: boolean;
  readonly isFailed: boolean;
}

/** Shorter results are worth no note in their place. */
const MIN_TOKENS = 150;
/** The newest exchanges are what the model works on. */
const KEPT_EXCHANGES = 2;

/** The turns of the exchanges that are left alone. */
export function newestExchanges({ turns }: Conversation): ReadonlySet<number> {
  const ages = agesOf(turns);
  return new Set([...turns.keys()].filter((turn) => ages[turn]! < KEPT_EXCHANGES));
}

/** For each turn, how many turns of the model follow. */
function agesOf(turns: Conversation['turns']): readonly number[] {
  const ages: number[] = [];
  let answers = 0;
  for (let turn = turns.length - 1; turn >= 0; turn--) {
    ages[turn] = answers;
    if (turns[turn]!.role === 'assistant') answers++;
  }
  return ages;
}

export function unitsOf({ parts, turns }: Conversation, tokenizer: Tokenizer): readonly Unit[] {
  const ages = agesOf(turns);
  const results = parts.filter((part) => part.kind === 'tool-result');
  const lastOfCall = new Map(results.map((part) => [callKey(part), part.index]));
  return results.flatMap((part): readonly Unit[] => {
    const age = ages[part.turn] ?? 0;
    if (age < KEPT_EXCHANGES || isRetrievalTool(part.call?.name ?? '')) return [];
    const tokens = tokenizer.count(part.text);
    if (tokens < MIN_TOKENS) return [];
    const isSuperseded = part.call !== undefined && lastOfCall.get(callKey(part)) !== part.index;
    const isFailed = part.isError === true || looksFailed(part.source);
    return [{ part, tokens, names: namesIn(part.source), age, isSuperseded, isFailed }];
  });
}

function callKey({ call, index }: Part): string {
  return call ? `${call.name} ${JSON.stringify(call.input)}` : `${index}`;
}
