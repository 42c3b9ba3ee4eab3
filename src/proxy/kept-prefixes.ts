/**
 * Prefixes that providers keep under a name, for one credential each: asked for beside the second request that has them,
 * so that none waits; renewed while they are used, and dropped when the proxy ends. Nothing of this is stored.
 */
import { hashOf } from '../core/hash.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { ModelTable } from '../core/model.ts';
import type { KeepablePrefix, KeptPrefix, PrefixKeeping, ProviderRequest } from '../core/prefix-keeping.ts';
import type { Storing } from '../pipeline/account.ts';
import { relayMending } from './send/mending.ts';
import { type Outgoing, relay } from './send/relay.ts';
import type { Upstream } from './send/upstream.ts';

export interface KeepingOptions {
  /** How long a prefix is kept after its last use, about. */
  readonly seconds: number;
  readonly models: ModelTable;
}

/** A request that may have a prefix that is kept. */
export interface Keeper {
  readonly keeping: PrefixKeeping;
  readonly tenant: string;
  readonly model: string;
  /** The provider would not have a name that it had given: the request went out as it was. */
  readonly onRefused: () => void;
}

export interface KeepingExchange {
  readonly send: typeof relay;
  /** What was paid to keep its prefix and is in no account yet: whoever asks accounts for it. */
  readonly paid: () => Promise<Storing | undefined>;
}

interface Entry {
  standing: 'new' | 'seen' | 'asked' | 'kept' | 'refused';
  kept: KeptPrefix | undefined;
  /** When it expires, or may be tried again. */
  until: number;
  unpaid: Storing;
  /** What is being asked of the provider. */
  asking: Promise<void> | undefined;
  drop: (() => Promise<unknown>) | undefined;
  timer: NodeJS.Timeout | undefined;
}

interface Asker {
  readonly upstream: Upstream;
  readonly headers: string[];
  readonly prefix: KeepablePrefix;
  readonly keeping: PrefixKeeping;
}

const ASK_MS = 10_000;
const DROP_MS = 3_000;
const REFUSED_MS = 10 * 60_000;
/** A name is not used so shortly before it expires, nor later than after this share of its life. */
const MARGIN_MS = 5_000;
const MARGIN_SHARE = 0.1;
const MOST_ENTRIES = 1_000;
const CHARS_A_TOKEN = 4;
const NOTHING: Storing = { writtenTokens: 0, tokenHours: 0 };
/** Of the client's headers, those that say something of its own body. */
const OF_BODY = /^(?:content-(?:length|encoding|type)|accept(?:-encoding)?)$/i;

export class KeptPrefixes {
  readonly #seconds: number;
  readonly #models: ModelTable;
  readonly #entries = new Map<string, Entry>();

  constructor({ seconds, models }: KeepingOptions) {
    this.#seconds = seconds;
    this.#models = models;
  }

  exchange(keeper: Keeper): KeepingExchange | undefined {
    const least = this.#leastLength(keeper.model);
    if (least === undefined) return undefined;
    const touched = new Set<Entry>();
    return {
      send: (upstream, request, destination) => {
        const prefix = prefixOf(request, keeper.keeping, least);
        const entry = prefix && this.#entryFor(hashOf(`${upstream.url.href} ${keeper.tenant} ${prefix.identity}`));
        if (!entry) return relay(upstream, request, destination);
        touched.add(entry);
        const name = this.#nameFor(entry, { upstream, headers: headersFor(request), prefix, keeping: keeper.keeping });
        if (name === undefined) return relay(upstream, request, destination);
        const named = Buffer.from(prefix.named(name));
        return relayMending(upstream, { ...request, body: () => named }, destination, {
          statuses: [400, 403, 404],
          isMismatch: (status, body) => keeper.keeping.isRefused(status, body),
          mended: () => {
            this.#refuse(entry);
            keeper.onRefused();
            return Promise.resolve(request);
          },
        });
      },
      paid: async () => {
        const entries = [...touched];
        await Promise.all(entries.flatMap(({ asking }) => asking ?? []));
        const all = entries.map(({ unpaid }) => unpaid).reduce(plus, NOTHING);
        for (const entry of entries) entry.unpaid = NOTHING;
        return all.tokenHours > 0 ? all : undefined;
      },
    };
  }

  /** Best effort: what is not dropped expires. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    const drop = async (entry: Entry): Promise<void> => {
      await entry.asking;
      await entry.drop?.();
    };
    const late = new Promise((resolve) => setTimeout(resolve, DROP_MS).unref());
    await Promise.race([Promise.all(entries.map(drop)), late]);
    for (const entry of entries) lapse(entry);
  }

  /** Undefined for models of which the provider keeps nothing, or at no known price. */
  #leastLength(model: string): number | undefined {
    const facts = this.#models.find(model, new Date().toISOString().slice(0, 10));
    if (!facts || facts.cache.kind === 'none' || facts.prices?.keptHour === undefined) return undefined;
    return facts.cache.minimumTokens * CHARS_A_TOKEN;
  }

  /** Undefined when it is there for the first time since it last stood for something, or there is no place for it. */
  #entryFor(key: string): Entry | undefined {
    const found = this.#entries.get(key) ?? { ...NEW };
    if (!this.#entries.has(key)) {
      if (!this.#hasPlace()) return undefined;
      this.#entries.set(key, found);
    }
    if (this.#isOver(found)) lapse(found);
    if (found.standing !== 'new') return found;
    found.standing = 'seen';
    return undefined;
  }

  #isOver({ standing, until }: Entry): boolean {
    if (standing !== 'kept' && standing !== 'refused') return false;
    const margin = standing === 'kept' ? Math.min(MARGIN_MS, this.#seconds * 1_000 * MARGIN_SHARE) : 0;
    return until - margin <= Date.now();
  }

  #hasPlace(): boolean {
    if (this.#entries.size < MOST_ENTRIES) return true;
    for (const [key, { standing, unpaid }] of this.#entries) {
      if (standing === 'kept' || standing === 'asked' || unpaid !== NOTHING) continue;
      return this.#entries.delete(key);
    }
    return false;
  }

  #nameFor(entry: Entry, asker: Asker): string | undefined {
    const { kept, until } = entry;
    if (entry.standing === 'seen') {
      entry.standing = 'asked';
      this.#ask(entry, asker, asker.prefix.keep(this.#seconds));
    }
    if (entry.standing !== 'kept' || !kept) return undefined;
    const isHalfOver = until - Date.now() < this.#seconds * 500;
    if (isHalfOver && !entry.asking) this.#ask(entry, asker, asker.prefix.renew(kept.name, this.#seconds));
    return kept.name;
  }

  /** What is asked for now is paid for up to its expiry. */
  #ask(entry: Entry, asker: Asker, request: ProviderRequest): void {
    const askedAt = Date.now();
    const isNew = entry.kept === undefined;
    const ask = async (): Promise<void> => {
      const said = await tell(asker, request);
      const kept = said === undefined ? undefined : (asker.keeping.readKept(said) ?? entry.kept);
      entry.asking = undefined;
      if (kept) this.#keep(entry, asker, { kept, askedAt, isNew });
      // A name that could not be renewed is good until it expires.
      else if (isNew) this.#refuse(entry);
    };
    entry.asking = ask();
  }

  #keep(entry: Entry, asker: Asker, { kept, askedAt, isNew }: Asked): void {
    const until = askedAt + this.#seconds * 1_000;
    const hours = (isNew ? this.#seconds * 1_000 : until - entry.until) / 3_600_000;
    const paid = { writtenTokens: isNew ? kept.tokens : 0, tokenHours: kept.tokens * hours };
    entry.unpaid = plus(entry.unpaid, paid);
    if (!isNew && entry.standing !== 'kept') return;
    entry.standing = 'kept';
    entry.kept = kept;
    entry.until = until;
    // Not the prefix itself: that would hold the body of its request.
    const { upstream, headers } = asker;
    const gone = asker.prefix.drop(kept.name);
    entry.drop = () => tell({ upstream, headers }, gone);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => lapse(entry), until - Date.now()).unref();
  }

  #refuse(entry: Entry): void {
    lapse(entry);
    entry.standing = 'refused';
    entry.until = Date.now() + REFUSED_MS;
  }
}

interface Asked {
  readonly kept: KeptPrefix;
  readonly askedAt: number;
  readonly isNew: boolean;
}

const NEW: Entry = {
  standing: 'new',
  kept: undefined,
  until: 0,
  unpaid: NOTHING,
  asking: undefined,
  drop: undefined,
  timer: undefined,
};

/** As if it had never been there; no credential is held any more. */
function lapse(entry: Entry): void {
  clearTimeout(entry.timer);
  Object.assign(entry, { ...NEW, unpaid: entry.unpaid, asking: entry.asking });
}

function plus(a: Storing, b: Storing): Storing {
  return { writtenTokens: a.writtenTokens + b.writtenTokens, tokenHours: a.tokenHours + b.tokenHours };
}

/** Undefined for whatever cannot be read, has none or a short one: it goes out as it is. */
function prefixOf(
  { path, headers, body }: Outgoing,
  keeping: PrefixKeeping,
  leastLength: number,
): KeepablePrefix | undefined {
  const bytes = body();
  if (!Buffer.isBuffer(bytes) || bytes.length < leastLength || isEncoded(headers)) return undefined;
  try {
    const prefix = keeping.prefixOf(JsonDocument.parse(bytes), path);
    return prefix && prefix.length >= leastLength ? prefix : undefined;
  } catch {
    return undefined;
  }
}

function isEncoded(headers: readonly string[]): boolean {
  return headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-encoding');
}

function headersFor({ headers }: Outgoing): string[] {
  const kept = headers.filter((_, index) => !OF_BODY.test(headers[index - (index % 2)]!));
  return [...kept, 'content-type', 'application/json'];
}

/** What the provider says when it agrees; undefined when it does not, or not in time. */
async function tell(
  { upstream, headers }: Pick<Asker, 'upstream' | 'headers'>,
  { method, path, body }: ProviderRequest,
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(ASK_MS);
    const answer = await upstream.pool.request({ method, path, headers, body: body ?? null, signal });
    const text = await answer.body.text();
    return answer.statusCode >= 200 && answer.statusCode < 300 ? text : undefined;
  } catch {
    return undefined;
  }
}
