/** What can be left out to make a conversation fit: results, and the long texts of calls, with what speaks for keeping them. */
import type { Conversation, Part, ToolCall } from '../../core/conversation.ts';
import { looksFailed } from '../../core/failure.ts';
import { asObject } from '../../core/json/value.ts';
import { isRetrievalTool } from '../../core/retrieval-name.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { namesIn } from './names.ts';

export interface Unit {
  readonly part: Part;
  /** Of a call: which of its texts; undefined for a result. */
  readonly key: string | undefined;
  /** As it came. */
  readonly source: string;
  readonly tokens: number;
  readonly names: ReadonlySet<string>;
  /** How many turns of the model have passed since. */
  readonly age: number;
  /** The same call was made again later. */
  readonly isSuperseded: boolean;
  readonly isFailed: boolean;
}

/** Shorter texts are worth no words in their place. */
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
  return parts.flatMap((part): readonly Unit[] => {
    const age = ages[part.turn] ?? 0;
    if (age < KEPT_EXCHANGES || isRetrievalTool(part.call?.name ?? '')) return [];
    const texts = textsOf(part);
    if (texts.length === 0) return [];
    const isSuperseded = part.call !== undefined && lastOfCall.get(callKey(part)) !== part.index;
    return texts.flatMap(({ key, source, text }) => {
      const tokens = tokenizer.count(text);
      if (tokens < MIN_TOKENS) return [];
      const isResult = key === undefined;
      const isFailed = isResult && (part.isError === true || looksFailed(source));
      const facts = { isSuperseded: isResult && isSuperseded, isFailed };
      return [{ part, key, source, tokens, names: namesIn(source), age, ...facts }];
    });
  });
}

interface UnitText {
  readonly key: string | undefined;
  readonly source: string;
  /** As it goes out so far. */
  readonly text: string;
}

/** The text of a result, or those that the model gave to a tool. */
function textsOf({ kind, call, input, source, text }: Part): readonly UnitText[] {
  if (kind === 'tool-result') return [{ key: undefined, source, text }];
  if (kind !== 'tool-call' || !call) return [];
  const current = asObject(input ?? call.input);
  return Object.entries(asObject(call.input)).flatMap(([key, value]) => {
    const now = current[key];
    return typeof value === 'string' && typeof now === 'string' ? [{ key, source: value, text: now }] : [];
  });
}

function callKey({ call, index }: { readonly call?: ToolCall; readonly index: number }): string {
  return call ? `${call.name} ${JSON.stringify(call.input)}` : `${index}`;
}
