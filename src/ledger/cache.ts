/**
 * A provider's cache, simulated: which of a request's pieces it reads, which it writes, and what it keeps afterwards. Pure:
 * the same for the client's bytes and for those that were sent, so that what it gets wrong it gets wrong for both.
 */
import type { Ttl } from '../core/ledger.ts';
import type { CacheRules, Rates } from '../core/model.ts';
import type { Usage } from '../core/wire-format.ts';
import type { SizedPrompt } from './sizes.ts';

/** A prefix that can be read; a cache without marks reads any part of its beginning. */
export interface CacheEntry {
  /** Index of its last piece. */
  readonly piece: number;
  readonly ttlMs: number;
  readonly readableAt: number;
  /** From then on it is gone. */
  readonly endsAt: number;
}

/** What one earlier request left in the cache. */
export interface Trace {
  readonly hashes: readonly string[];
  readonly entries: readonly CacheEntry[];
}

export interface Moment {
  readonly at: number;
  readonly rules: CacheRules;
  /** Provider's tokens for one of ours. */
  readonly scale: number;
  /** Writing has a price of its own. */
  readonly paysForWrites: boolean;
}

export interface Outcome {
  readonly usage: InputUsage;
  /** Pieces that were read. */
  readonly readPieces: number;
  readonly entries: readonly CacheEntry[];
}

export type InputUsage = Pick<Usage, 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'cacheWrite1hTokens'>;

const DEFAULTS: Readonly<Record<CacheRules['kind'], CacheRules>> = {
  breakpoints: {
    kind: 'breakpoints',
    minimumTokens: 1_024,
    granularityTokens: 1,
    ttlSeconds: 300,
    longTtlSeconds: 3_600,
    lookbackBlocks: 20,
    maxBreakpoints: 4,
  },
  automatic: { kind: 'automatic', minimumTokens: 1_024, granularityTokens: 128, ttlSeconds: 600 },
  none: { kind: 'none', minimumTokens: 0, granularityTokens: 1, ttlSeconds: 0 },
};

/** For a model that nobody knows. */
export function usualRules(kind: CacheRules['kind']): CacheRules {
  return DEFAULTS[kind];
}

export function paysForWrites(rates: Required<Rates> | undefined): boolean {
  return rates !== undefined && rates.cacheWrite5m !== rates.input;
}

/** @param traces of requests to the same model by the same tenant. */
export function simulate(prompt: SizedPrompt, traces: readonly Trace[], moment: Moment): Outcome {
  return SIMULATIONS[moment.rules.kind](prompt, traces, moment);
}

const SIMULATIONS: Readonly<
  Record<CacheRules['kind'], (prompt: SizedPrompt, traces: readonly Trace[], moment: Moment) => Outcome>
> = { breakpoints: atBreakpoints, automatic: byItself, none: notAtAll };

function notAtAll(prompt: SizedPrompt, _traces: readonly Trace[], { scale }: Moment): Outcome {
  const inputTokens = tokensUpTo(prompt, prompt.hashes.length, scale);
  return { usage: { ...NOTHING, inputTokens }, readPieces: 0, entries: [] };
}

const NOTHING: InputUsage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };

/** The provider's tokens of the first pieces; rounded here only, so that classes add up to the whole. */
export function tokensUpTo({ upTo }: Pick<SizedPrompt, 'upTo'>, pieces: number, scale: number): number {
  return pieces === 0 ? 0 : Math.round(upTo[pieces - 1]! * scale);
}

export function sharedPieces(a: readonly string[], b: readonly string[]): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) if (a[at] !== b[at]) return at;
  return end;
}

function isLive({ readableAt, endsAt }: CacheEntry, now: number): boolean {
  return readableAt <= now && now < endsAt;
}

interface Breakpoint {
  readonly piece: number;
  readonly ttl: Ttl;
}

function atBreakpoints(prompt: SizedPrompt, traces: readonly Trace[], moment: Moment): Outcome {
  const { at, rules, scale } = moment;
  const { maxBreakpoints = 4 } = rules;
  const points = prompt.pieces
    .flatMap(({ mark }, piece): Breakpoint[] => (mark ? [{ piece, ttl: mark }] : []))
    .slice(-maxBreakpoints)
    .filter(({ piece }) => tokensUpTo(prompt, piece + 1, scale) >= rules.minimumTokens);
  const live = liveEntries(prompt, traces, at);
  const hit = longestHit(points, live, rules);
  const upTo = (piece: number): number => tokensUpTo(prompt, piece + 1, scale);
  const lastOf = (some: readonly Breakpoint[]): number => Math.max(hit, some.at(-1)?.piece ?? -1);
  const endOfLong = lastOf(points.filter(({ ttl }) => ttl === '1h'));
  const end = lastOf(points);
  const usage: InputUsage = {
    cacheReadTokens: upTo(hit),
    cacheWrite1hTokens: upTo(endOfLong) - upTo(hit),
    cacheWriteTokens: upTo(end) - upTo(endOfLong),
    inputTokens: upTo(prompt.hashes.length - 1) - upTo(end),
  };
  return { usage, readPieces: hit + 1, entries: entriesAfter(points, hit, live, moment) };
}

/** By their last piece; of several the one that lives longest. */
function liveEntries(prompt: SizedPrompt, traces: readonly Trace[], now: number): Map<number, CacheEntry> {
  const live = new Map<number, CacheEntry>();
  for (const { hashes, entries } of traces) {
    const shared = sharedPieces(hashes, prompt.hashes);
    for (const entry of entries) {
      if (entry.piece >= shared || !isLive(entry, now)) continue;
      if ((live.get(entry.piece)?.endsAt ?? 0) < entry.endsAt) live.set(entry.piece, entry);
    }
  }
  return live;
}

/** Each breakpoint looks back over so many blocks, its own the first; -1 for none. */
function longestHit(
  points: readonly Breakpoint[],
  live: ReadonlyMap<number, CacheEntry>,
  { lookbackBlocks = 20 }: CacheRules,
): number {
  const pieces = [...live.keys()];
  const seen = points.flatMap(({ piece }) =>
    pieces.filter((entry) => entry <= piece && entry > piece - lookbackBlocks),
  );
  return Math.max(-1, ...seen);
}

/**
 * All within what was read was used, and lives on. A breakpoint leaves an entry; one within what was read costs nothing,
 * and lives no longer than that.
 */
function entriesAfter(
  points: readonly Breakpoint[],
  hit: number,
  live: ReadonlyMap<number, CacheEntry>,
  { at, rules }: Moment,
): readonly CacheEntry[] {
  const after = new Map(live);
  for (const [piece, entry] of live) if (piece <= hit) after.set(piece, { ...entry, endsAt: at + entry.ttlMs });
  const readTtl = live.get(hit)?.ttlMs ?? 0;
  for (const { piece, ttl } of points) {
    const known = live.get(piece);
    const own = 1_000 * (ttl === '1h' ? (rules.longTtlSeconds ?? rules.ttlSeconds) : rules.ttlSeconds);
    const ttlMs = known?.ttlMs ?? (piece <= hit ? Math.min(readTtl, own) : own);
    after.set(piece, { piece, ttlMs, readableAt: known?.readableAt ?? at, endsAt: at + ttlMs });
  }
  return [...after.values()];
}

function byItself(prompt: SizedPrompt, traces: readonly Trace[], moment: Moment): Outcome {
  const { at, rules, scale } = moment;
  const { minimumTokens, granularityTokens: step } = rules;
  let readPieces = 0;
  for (const { hashes, entries } of traces) {
    const last = entries.findLast((entry) => isLive(entry, at));
    if (last) readPieces = Math.max(readPieces, sharedPieces(hashes.slice(0, last.piece + 1), prompt.hashes));
  }
  const total = tokensUpTo(prompt, prompt.hashes.length, scale);
  const known = tokensUpTo(prompt, readPieces, scale);
  const cacheReadTokens = known < minimumTokens ? 0 : known - (known % step);
  const isKept = total >= minimumTokens;
  const written = isKept && moment.paysForWrites ? total - (total % step) - cacheReadTokens : 0;
  const ttlMs = rules.ttlSeconds * 1_000;
  return {
    usage: {
      cacheReadTokens,
      cacheWriteTokens: written,
      cacheWrite1hTokens: 0,
      inputTokens: total - cacheReadTokens - written,
    },
    readPieces: cacheReadTokens === 0 ? 0 : readPieces,
    entries: isKept ? [{ piece: prompt.hashes.length - 1, ttlMs, readableAt: at, endsAt: at + ttlMs }] : [],
  };
}
