/**
 * An account at Anthropic: entries are written at marked blocks only, each mark looks back over 20 blocks, and the longest
 * entry found is read. See the README of the benches for what the public rules leave open and how it is taken here.
 */
import { hash } from 'node:crypto';
import type { Account, AccountOptions, Call, Settled } from './account.ts';
import { anthropicBlocks, type Block, type Ttl } from './anthropic-blocks.ts';
import type { Usage } from './usage.ts';
import { asMap, asText } from './wording.ts';

/** The marked block itself is the first of them. */
export const LOOKBACK_BLOCKS = 20;
const TTL_MS: Readonly<Record<Ttl, number>> = { '5m': 300_000, '1h': 3_600_000 };

interface Entry {
  readonly ttlMs: number;
  readonly readableAt: number;
  /** From then on it is gone. */
  endsAt: number;
}

interface Mark {
  readonly at: number;
  readonly ttl: Ttl;
}

/** A request's row of blocks with what is before each. */
interface Prompt {
  readonly keys: readonly string[];
  /** Tokens up to and with each block. */
  readonly upTo: readonly number[];
  /** The marks with a prefix long enough. */
  readonly marks: readonly Mark[];
}

export function anthropicAccount(options: Required<Omit<AccountOptions, 'retention'>>): Account {
  const entries = new Map<string, Entry>();
  return {
    settle({ body, at, model: named }: Call): Settled {
      const map = asMap(body);
      const model = named ?? asText(map['model']);
      const blocks = anthropicBlocks(named === undefined ? map : { ...map, model: named });
      const prompt = promptOf(blocks, options.count, options.ratesOf(model).minimum);
      const hit = longestHit(prompt, entries, at);
      refresh(prompt, hit, entries, at);
      write(prompt, hit, entries, { at, readableAt: at + options.readableAfterMs });
      const tools = blocks.filter(({ level }) => level === 'tools').length;
      const upTo = [prompt.upTo[tools - 1] ?? 0, ...prompt.upTo.slice(tools)];
      return { usage: usageOf(prompt, hit), model, reach: Math.max(0, hit + 1 - tools), upTo };
    },
  };
}

function promptOf(blocks: readonly Block[], count: (text: string) => number, minimum: number): Prompt {
  const keys: string[] = [];
  const upTo: number[] = [];
  const marks: Mark[] = [];
  for (const [at, { identity, wording, mark }] of blocks.entries()) {
    keys.push(hash('sha256', `${keys.at(-1) ?? ''}${identity}`));
    upTo.push((upTo.at(-1) ?? 0) + count(wording));
    if (mark && upTo[at]! >= minimum) marks.push({ at, ttl: mark });
  }
  return { keys, upTo, marks };
}

/** The last block of the longest entry that a mark can see; -1 for none. */
function longestHit({ keys, marks }: Prompt, entries: ReadonlyMap<string, Entry>, now: number): number {
  let longest = -1;
  for (const { at } of marks) {
    for (let block = at; block > Math.max(longest, at - LOOKBACK_BLOCKS); block--) {
      const entry = entries.get(keys[block]!);
      if (entry && isLive(entry, now) && entry.readableAt <= now) longest = block;
    }
  }
  return longest;
}

function isLive({ endsAt }: Entry, now: number): boolean {
  return now < endsAt;
}

/** All entries within what was read were used. */
function refresh({ keys }: Prompt, hit: number, entries: ReadonlyMap<string, Entry>, now: number): void {
  for (const key of keys.slice(0, hit + 1)) {
    const entry = entries.get(key);
    if (entry && isLive(entry, now)) entry.endsAt = now + entry.ttlMs;
  }
}

/** Each mark leaves an entry. One within what was read costs nothing and so lives no longer than that. */
function write(
  { keys, marks }: Prompt,
  hit: number,
  entries: Map<string, Entry>,
  { at: now, readableAt }: { readonly at: number; readonly readableAt: number },
): void {
  const readTtl = hit === -1 ? 0 : entries.get(keys[hit]!)!.ttlMs;
  for (const { at, ttl } of marks) {
    const known = entries.get(keys[at]!);
    if (known && isLive(known, now)) {
      // Written by a request whose answer had not begun: this one writes it as well.
      known.endsAt = now + known.ttlMs;
      continue;
    }
    const ttlMs = at <= hit ? Math.min(readTtl, TTL_MS[ttl]) : TTL_MS[ttl];
    entries.set(keys[at]!, { ttlMs, readableAt, endsAt: now + ttlMs });
  }
}

function usageOf({ upTo, marks }: Prompt, hit: number): Usage {
  const tokens = (at: number): number => (at === -1 ? 0 : upTo[at]!);
  const lastOf = (from: readonly Mark[]): number => Math.max(hit, from.at(-1)?.at ?? -1);
  const endOfLong = lastOf(marks.filter(({ ttl }) => ttl === '1h'));
  const end = lastOf(marks);
  return {
    read: tokens(hit),
    write1h: tokens(endOfLong) - tokens(hit),
    write5m: tokens(end) - tokens(endOfLong),
    uncached: (upTo.at(-1) ?? 0) - tokens(end),
  };
}
