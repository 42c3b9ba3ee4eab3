/** Context that agents hand to one another: put in whole, read short, and whole again for whoever asks. */
import { Headroom } from './headroom.ts';

/** How a shared context keeps its entries. */
export interface SharedContextOptions {
  /** What shortens. Default: a Headroom of its own. */
  readonly headroom?: Headroom | undefined;
  /** How long an entry lives, in milliseconds. Default: as long as the context. */
  readonly ttlMs?: number | undefined;
  /** Beyond so many the oldest go. Default 100. */
  readonly maxEntries?: number | undefined;
}

/** What was put in under one key. */
export interface ContextEntry {
  readonly key: string;
  /** The text, or the JSON of the value. */
  readonly original: string;
  /** Its form that loses nothing; with `offersRetrieval` it may be a view. */
  readonly compressed: string;
  readonly originalTokens: number;
  readonly compressedTokens: number;
  /** Who put it in. */
  readonly agent: string | undefined;
  /** In milliseconds since 1970. */
  readonly timestamp: number;
  /** The compressors that had a hand in it. */
  readonly transforms: readonly string[];
  /** 0 to 100. */
  readonly savingsPercent: number;
}

/** Of the entries that are there. */
export interface SharedContextStats {
  readonly entries: number;
  readonly totalOriginalTokens: number;
  readonly totalCompressedTokens: number;
  readonly totalTokensSaved: number;
  /** 0 to 100. */
  readonly savingsPercent: number;
}

const MAX_ENTRIES = 100;

/** Context that agents hand to one another, in memory. */
export class SharedContext {
  readonly #headroom: Headroom;
  readonly #ttlMs: number;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, ContextEntry>();

  constructor({ headroom = new Headroom(), ttlMs, maxEntries = MAX_ENTRIES }: SharedContextOptions = {}) {
    this.#headroom = headroom;
    this.#ttlMs = ttlMs ?? Number.POSITIVE_INFINITY;
    this.#maxEntries = Math.max(1, maxEntries);
  }

  /** Puts it in under this key, in place of what was there. Anything that is no text goes in as its JSON. */
  async put(key: string, content: unknown, { agent }: { readonly agent?: string } = {}): Promise<ContextEntry> {
    const original = typeof content === 'string' ? content : (JSON.stringify(content) ?? '');
    const short = await this.#headroom.compress(original);
    const entry: ContextEntry = {
      key,
      original,
      compressed: short.text,
      originalTokens: short.tokensBefore,
      compressedTokens: short.tokensAfter,
      agent,
      timestamp: Date.now(),
      transforms: short.transformsApplied,
      savingsPercent: percent(short.tokensSaved, short.tokensBefore),
    };
    // The latest stands last: what goes first is the oldest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of [...this.#entries.keys()].slice(0, -this.#maxEntries)) this.#entries.delete(oldest);
    return entry;
  }

  /** The short form, or with `full` the original; undefined when nothing is there. */
  get(key: string, { full = false }: { readonly full?: boolean } = {}): string | undefined {
    const entry = this.getEntry(key);
    return full ? entry?.original : entry?.compressed;
  }

  /** Everything about an entry; undefined when nothing is there, or no more. */
  getEntry(key: string): ContextEntry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || Date.now() - entry.timestamp <= this.#ttlMs) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** The oldest first. */
  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.getEntry(key) !== undefined);
  }

  /** In tokens. */
  stats(): SharedContextStats {
    const entries = this.keys().map((key) => this.#entries.get(key)!);
    const total = (count: (entry: ContextEntry) => number): number =>
      entries.reduce((sum, entry) => sum + count(entry), 0);
    const before = total(({ originalTokens }) => originalTokens);
    const after = total(({ compressedTokens }) => compressedTokens);
    return {
      entries: entries.length,
      totalOriginalTokens: before,
      totalCompressedTokens: after,
      totalTokensSaved: before - after,
      savingsPercent: percent(before - after, before),
    };
  }

  /** Takes everything out. */
  clear(): void {
    this.#entries.clear();
  }
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
