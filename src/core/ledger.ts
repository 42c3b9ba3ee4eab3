/**
 * The account of every request: what it cost, and what it would have cost without Headroom. Measured is what the provider
 * counted (`usage`); predicted are `without` and `with`, both by one simulated cache, in the provider's tokens.
 */
import type { Rates } from './model.ts';
import type { Usage } from './wire-format.ts';

export type Level = 'tools' | 'system' | 'settings' | 'messages';
export type Ttl = '5m' | '1h';

/** A piece of a request as its provider's cache sees it, in the order in which it is cached. */
export interface Segment {
  readonly level: Level;
  /** Index of its message; -1 outside of messages. */
  readonly message: number;
  /** Equal for what is the same to the cache: cache marks left out. */
  readonly identity: string;
  /** What the model reads of it, to be counted; empty for settings, under which all that follows is cached. */
  readonly wording: string;
  /** For what is no text, in tokens. */
  readonly otherTokens: number;
  readonly mark: Ttl | undefined;
}

export interface Prompt {
  readonly segments: readonly Segment[];
  /** False where the provider holds what came before. */
  readonly isWhole: boolean;
}

/** `passed`: nothing was to be done. `held out`, `frozen`: nothing new was done. */
export type Road = 'shortened' | 'held out' | 'frozen' | 'passed';

/** What a provider's cache could no longer be read for, although it was the conversation's own. */
export interface Bust {
  /** `tools`, `system`, `settings`, `message 3`, `model`, `expiry`, `lookback`, or `unexplained`: only the provider knows. */
  readonly cause: string;
  readonly by: 'client' | 'headroom' | 'provider';
  /** What was paid for again. */
  readonly tokens: number;
}

export interface SavedBy {
  readonly tool: string;
  /** Who shortened it; `sent before` for what an earlier request decided. */
  readonly kind: string;
  readonly tokens: number;
}

/** A prefix that its provider keeps under a name: what was paid for that with this request, up to its expiry. */
export interface Storage {
  readonly tokenHours: number;
  /** Undefined where that has no known price. */
  readonly dollars: number | undefined;
}

export interface LedgerEntry {
  /** When the request came, in milliseconds since 1970. */
  readonly at: number;
  readonly tenant: string;
  readonly project: string | undefined;
  readonly format: string;
  readonly model: string;
  /** Empty where its body could not be read. */
  readonly conversation: string;
  readonly road: Road;
  /** Requests to the provider: more than one where the model fetched originals. */
  readonly hops: number;
  /** False when the answer was cut short: usage is then what had been seen. */
  readonly complete: boolean;
  /** As the provider says, all hops together; undefined when it said nothing. */
  readonly usage: Usage | undefined;
  /** By our tokenizer, of the client's body and of the one that was sent. */
  readonly clientTokens: number;
  readonly sentTokens: number;
  readonly without: Usage;
  readonly with: Usage;
  /** Undefined when the model is not known: then it has no price, and no place in sums of money. */
  readonly rates: Required<Rates> | undefined;
  /** Where the longer request without Headroom has others. */
  readonly ratesWithout?: Required<Rates>;
  /** Absent: nothing was kept, or it was paid for with an earlier request. */
  readonly storage?: Storage;
  readonly bust: Bust | undefined;
  readonly saved: readonly SavedBy[];
  /** From here on the conversation is frozen: it had become dearer than without Headroom. */
  readonly froze: boolean;
}

/** A request that was sent, as the simulated cache remembers it. What `body` holds only the ledger knows. */
export interface RememberedPrompt {
  readonly id: string;
  /** What it is found by. */
  readonly keys: readonly string[];
  readonly at: number;
  /** After this nobody needs it. */
  readonly until: number;
  readonly body: string;
}

export interface CacheMemory {
  /** Those that have one of these keys, the latest first. */
  recall(keys: readonly string[]): readonly RememberedPrompt[];
}

export interface RecordedEntry {
  /** Grows with each entry, in no other meaning. */
  readonly position: string;
  readonly entry: LedgerEntry;
}

export interface EntryFilter {
  /** Requests that came then or later. */
  readonly since?: number | undefined;
  /** Entries after this position. */
  readonly after?: string | undefined;
}

/** One for all tenants: keys and entries name theirs. */
export interface Ledger extends CacheMemory {
  /** All or nothing, durable once this returns. `replaced` are ids of prompts that the new one stands for too. */
  record(entry: LedgerEntry, prompt: RememberedPrompt | undefined, replaced: readonly string[]): void;
  /** The next entries, at most so many, in the order in which they were recorded. */
  read(filter: EntryFilter, limit: number): readonly RecordedEntry[];
}

const PAGE = 500;

export function* entriesIn(ledger: Pick<Ledger, 'read'>, filter: EntryFilter = {}): Generator<RecordedEntry> {
  for (let { after } = filter; ; ) {
    const page = ledger.read({ ...filter, after }, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.position;
  }
}
