/**
 * What is known of a model: how much it reads and writes, what that costs, what its provider caches, how to count.
 * Prices are US dollars for a million tokens. What is not known is undefined, and nothing is priced by it.
 */

export interface Rates {
  readonly input: number;
  readonly output: number;
  /** Absent: read at the price of input. */
  readonly cacheRead?: number;
  /** To write at the default lifetime (five minutes with Anthropic). Absent: written at the price of input. */
  readonly cacheWrite5m?: number;
  /** To write at the long lifetime. Absent: as the default one. */
  readonly cacheWrite1h?: number;
}

/** In force for the whole request as soon as its input, cached or not, is longer than this. */
export interface LongContextRates extends Rates {
  readonly aboveTokens: number;
}

export interface Prices extends Rates {
  /** What a batch costs of all the rates; absent: not known. */
  readonly batchShare?: number;
  /** To keep a million tokens under a name for an hour; absent: not known. */
  readonly keptHour?: number;
  /** Shortest first. */
  readonly longContext?: readonly LongContextRates[];
}

export interface CacheRules {
  /** `breakpoints`: written where the request says so; `automatic`: the longest known prefix, whatever the request says. */
  readonly kind: 'breakpoints' | 'automatic' | 'none';
  /** Shorter prefixes are not cached. */
  readonly minimumTokens: number;
  /** Cached lengths are a multiple of this. */
  readonly granularityTokens: number;
  readonly ttlSeconds: number;
  readonly longTtlSeconds?: number;
  /** How many blocks before a breakpoint are searched for an older entry. */
  readonly lookbackBlocks?: number;
  readonly maxBreakpoints?: number;
}

/** What counts by the model's tokenizer are multiplied by, and how far off they are then, as a share of the true one. */
export interface Calibration {
  readonly factor: number;
  readonly error: number;
}

export interface ModelFacts {
  /** The name of the entry that decided, not the one that was asked for. */
  readonly name: string;
  readonly family: string;
  /** Input tokens at most; undefined where it depends on who serves the model. */
  readonly window: number | undefined;
  /** Whether the answer's tokens have to fit in the window too. */
  readonly outputInWindow: boolean;
  readonly maxOutput: number | undefined;
  readonly prices: Prices | undefined;
  readonly cache: CacheRules;
  /** Name of a tokenizer. */
  readonly tokenizer: string;
  /** Absent: its counts hold as they are. */
  readonly calibration?: Calibration;
  /** Names of the rules for what is not text; absent: not known. */
  readonly imageTokens?: string;
  readonly pageTokens?: string;
  readonly toolTokens?: string;
  /** Where the entry's numbers are from, and when they held. */
  readonly source: string;
  readonly asOf: string;
}

export interface ModelTable {
  /** @param day of the request (2026-11-21), for prices that change on a day; without it the first that are stated. */
  find(model: string, day?: string): ModelFacts | undefined;
}

/** The rates of a request with so much input, with every absent one filled in. */
export function ratesAt(prices: Prices, inputTokens: number): Required<Rates> {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Rates =
    prices.longContext?.findLast(({ aboveTokens }) => inputTokens > aboveTokens) ?? prices;
  const write = cacheWrite5m ?? input;
  return { input, output, cacheRead: cacheRead ?? input, cacheWrite5m: write, cacheWrite1h: cacheWrite1h ?? write };
}
