/** For tests: one conversation's requests, accounted one after the other, with a token a word. */
import type {
  Ledger,
  LedgerEntry,
  Level,
  Prompt,
  RememberedPrompt,
  RecordedEntry,
  Segment,
  Ttl,
} from '../core/ledger.ts';
import type { ModelFacts } from '../core/model.ts';
import type { Usage } from '../core/wire-format.ts';
import { account, type Exchange } from './account.ts';
import { NO_USAGE } from './bill.ts';
import { usualRules } from './cache.ts';
import { Sizer } from './sizes.ts';

export const MINUTE = 60_000;

/** $1 a million to read afresh, so that a token costs a millionth. */
export const FACTS: ModelFacts = {
  name: 'model-a',
  family: 'a',
  window: 1_000_000,
  outputInWindow: true,
  maxOutput: 1_000,
  prices: { input: 1, output: 5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 },
  cache: usualRules('breakpoints'),
  tokenizer: 'words',
  source: 'a test',
  asOf: '2026-11-01',
};

/** A memory of its own, so that the ledger's tests know no store. */
export function plainLedger(): Ledger & { readonly all: LedgerEntry[]; readonly prompts: () => number } {
  const all: LedgerEntry[] = [];
  const prompts = new Map<string, RememberedPrompt>();
  return {
    all,
    prompts: () => prompts.size,
    record(entry, prompt, replaced) {
      all.push(entry);
      for (const id of replaced) prompts.delete(id);
      if (prompt) prompts.set(prompt.id, prompt);
    },
    read: ({ after = '0' }): readonly RecordedEntry[] =>
      all.map((entry, at) => ({ position: String(at + 1), entry })).slice(Number(after)),
    recall: (keys) =>
      [...prompts.values()].filter((one) => one.keys.some((key) => keys.includes(key))).toSorted((a, b) => b.at - a.at),
  };
}

/** `tools:a2000* system:b500 c100` are three segments; what has no level is a message of its own. */
export function promptOf(text: string): Prompt {
  let message = -1;
  const segments = text.split(' ').map((word): Segment => {
    const [, level = 'messages', name, count, stars] = /^(?:(\w+):)?([a-z]+)(\d+)(\**)$/.exec(word)!;
    const mark: Ttl | undefined = stars === '**' ? '1h' : stars === '*' ? '5m' : undefined;
    if (level === 'messages') message++;
    return {
      level: level as Level,
      message: level === 'messages' ? message : -1,
      identity: `${name}${count}`,
      wording: Array.from({ length: Number(count) }, () => name).join(' '),
      otherTokens: 0,
      mark,
    };
  });
  return { segments, isWhole: true };
}

const words = { count: (text: string): number => (text === '' ? 0 : text.split(' ').length) };

export interface Asked extends Partial<Exchange> {
  readonly minute: number;
  /** As the client sent it. */
  readonly client: string;
  /** As it went out; the same when left out. */
  readonly out?: string;
  /** What the provider says; exactly what is predicted when left out. */
  readonly said?: Partial<Usage>;
  readonly facts?: ModelFacts;
  readonly isUnknown?: boolean;
}

export class Conversation {
  readonly ledger: ReturnType<typeof plainLedger> = plainLedger();
  readonly #sizer = new Sizer(words);

  ask({ minute, client, out, said, facts = FACTS, isUnknown = false, ...more }: Asked): LedgerEntry {
    const received = promptOf(client);
    const sent = out === undefined ? received : promptOf(out);
    const exchange: Exchange = {
      at: minute * MINUTE,
      tenant: 't',
      project: undefined,
      format: 'f',
      model: facts.name,
      conversation: 'c',
      road: 'shortened',
      complete: true,
      saved: [],
      received,
      sent,
      usages: [],
      ...more,
    };
    const knowledge = {
      memory: this.ledger,
      facts: isUnknown ? undefined : facts,
      cacheKind: 'breakpoints' as const,
      sizer: this.#sizer,
    };
    const guess = account({ ...exchange, usages: [] }, knowledge).entry.with;
    const usages = more.usages ?? [said ? { ...NO_USAGE, ...said } : guess];
    const { entry, prompt, replaced } = account({ ...exchange, usages }, knowledge);
    this.ledger.record(entry, prompt, replaced);
    return entry;
  }
}
