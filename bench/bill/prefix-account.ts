/**
 * An account at a provider that caches by itself: each prompt that is long enough stays for a while, and of a later one the
 * longest prefix that is equal, to the token, is read. What was kept forms a tree of texts.
 */
import type { Account, AccountOptions, Call, Retention, Settled } from './account.ts';
import type { PromptTexts } from './prefix-texts.ts';
import type { Rates, Usage } from './usage.ts';
import { asMap, asText, type Count, type JsonMap } from './wording.ts';

export interface PrefixOptions extends Required<AccountOptions> {
  /** Reads end at multiples of so many tokens. */
  readonly step: number;
  readonly textsOf: (body: JsonMap) => PromptTexts;
}

interface Kept {
  readonly followers: Map<string, Kept>;
  readonly tokens: number;
  writtenAt: number;
  readableAt: number;
  usedAt: number;
}

interface Match {
  readonly pieces: number;
  readonly tokens: number;
}

export function prefixAccount(options: PrefixOptions): Account {
  const { count, step, retention, textsOf } = options;
  const caches = new Map<string, Kept>();
  return {
    settle({ body, at, model: named }: Call): Settled {
      const map = asMap(body);
      const model = named ?? asText(map['model']);
      const rates = options.ratesOf(model);
      const { key, tools, rest } = textsOf(named === undefined ? map : { ...map, model });
      const texts = [...tools, ...rest];
      const root = caches.get(key) ?? kept(0, at, at);
      caches.set(key, root);
      const upTo = sums(texts, count);
      const match = longestMatch(root, texts, at, options);
      const read = match.tokens < rates.minimum ? 0 : match.tokens - (match.tokens % step);
      const total = upTo.at(-1)!;
      if (total >= rates.minimum) keep(root, texts, at, { count, retention, readableAfterMs: options.readableAfterMs });
      return {
        usage: usageOf({ total, read, step }, rates),
        model,
        reach: read === 0 ? 0 : Math.max(0, match.pieces - tools.length),
        upTo: upTo.slice(tools.length),
      };
    },
  };
}

function kept(tokens: number, writtenAt: number, readableAt: number): Kept {
  return { followers: new Map(), tokens, writtenAt, readableAt, usedAt: writtenAt };
}

/** Tokens up to and with each text, with 0 in front. */
function sums(texts: readonly string[], count: Count): readonly number[] {
  const all = [0];
  for (const text of texts) all.push(all.at(-1)! + count(text));
  return all;
}

function isLive({ writtenAt, usedAt }: Kept, now: number, { idleMs, oldestMs }: Retention): boolean {
  return now - usedAt < idleMs && now - writtenAt < oldestMs;
}

function longestMatch(root: Kept, texts: readonly string[], now: number, options: PrefixOptions): Match {
  const canRead = (one: Kept): boolean => isLive(one, now, options.retention) && one.readableAt <= now;
  let at = root;
  let pieces = 0;
  let tokens = 0;
  for (const text of texts) {
    const next = at.followers.get(text);
    if (!next || !canRead(next)) return { pieces, tokens: tokens + partOf(text, at, canRead, options.count) };
    at = next;
    tokens += next.tokens;
    pieces++;
  }
  return { pieces, tokens };
}

/** How much of the beginning of a text a kept one shares. */
function partOf(text: string, at: Kept, canRead: (one: Kept) => boolean, count: Count): number {
  let longest = 0;
  for (const [other, node] of at.followers) if (canRead(node)) longest = Math.max(longest, sharedLength(text, other));
  return longest === 0 ? 0 : count(text.slice(0, longest));
}

function sharedLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) if (a.charCodeAt(at) !== b.charCodeAt(at)) return at;
  return end;
}

function keep(
  root: Kept,
  texts: readonly string[],
  now: number,
  { count, retention, readableAfterMs }: Pick<PrefixOptions, 'count' | 'retention' | 'readableAfterMs'>,
): void {
  let at = root;
  for (const text of texts) {
    let next = at.followers.get(text);
    if (!next) {
      next = kept(count(text), now, now + readableAfterMs);
      at.followers.set(text, next);
    } else if (!isLive(next, now, retention)) {
      next.writtenAt = now;
      next.readableAt = now + readableAfterMs;
    }
    next.usedAt = now;
    at = next;
  }
}

/** Providers that charge for writing have a price for it: what is new up to the last whole step is written. */
function usageOf({ total, read, step }: { total: number; read: number; step: number }, rates: Rates): Usage {
  const isCharged = rates.write5m !== 1 && total >= rates.minimum;
  const write5m = isCharged ? total - (total % step) - read : 0;
  return { uncached: total - read - write5m, write5m, write1h: 0, read };
}
