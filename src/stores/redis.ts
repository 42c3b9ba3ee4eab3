/**
 * Remembers in a Redis or Valkey, for all proxies that use it: any of them can serve any turn. As durable as that Redis
 * is configured to be. Everything expires when it was idle for long; use is told by the hour. What is read is checked
 * (wrapping.ts): an altered row counts as missing, and is said.
 */
import { hashOf } from '../core/hash.ts';
import type { LearnedLog } from '../core/importance.ts';
import type { Ledger } from '../core/ledger.ts';
import { findMarkers } from '../core/marker.ts';
import type { Meters } from '../core/limits.ts';
import type { Pin } from '../core/sent-log.ts';
import type { StoreLogin, Stores, StoresStatus } from '../core/stores.ts';
import type { RemoteStores } from './fail-open.ts';
import { redisLearned } from './learned-redis.ts';
import { redisLedger } from './ledger-redis.ts';
import { redisMeters } from './meters-redis.ts';
import { type Command, RedisLink, type Reply, scan } from './redis-link.ts';
import {
  originalRow,
  ownerField,
  packPin,
  packText,
  pinRow,
  SEAL,
  TEXT_FIELD,
  unpackPin,
  unpackText,
} from './redis-rows.ts';
import { fingerprintOf, sealed } from './sealed.ts';
import { Shelf } from './shelf.ts';
import { DAY_MS, HOUR_MS, IDLE_DAYS, SHELF_BYTES } from './terms.ts';
import { describeDamage, StoreTrouble } from './trouble.ts';
import { plain, type Wrapping, type Wrappings } from './wrapping.ts';

export interface RedisOptions {
  readonly login?: StoreLogin | undefined;
  /** What was not used for so long goes. */
  readonly idleDays?: number | undefined;
  /** What is written from here on is encrypted with it. */
  readonly key?: Uint8Array | undefined;
  /** Memory for what was read and written lately. */
  readonly shelf?: Shelf;
  /** Longest wait for an answer, in milliseconds. */
  readonly waitMs?: number | undefined;
  /** Told, once for each kind, what the operator should know while everything goes on. */
  readonly tell?: (message: string) => void;
  /** Milliseconds since 1970; drives retention only. */
  readonly now?: () => number;
}

const WAIT_MS = 500;
/** A pin that is there and expires at that moment is pinned anew; more than once would be somebody's doing. */
const PIN_ATTEMPTS = 3;

/** Connects in a thread of its own: nothing is known about the Redis until `check`. @param address without a login. */
export function redisStores(address: string, options: RedisOptions = {}): RemoteStores {
  const { login, waitMs = WAIT_MS } = options;
  return new RedisStores(address, new RedisLink({ address, login, waitMs }), options);
}

class RedisStores implements RemoteStores {
  readonly #address: string;
  readonly #link: RedisLink;
  readonly #shelf: Shelf;
  readonly #wrappings: Wrappings;
  readonly #fingerprint: string | undefined;
  readonly #idleSeconds: number;
  readonly #options: RedisOptions;
  #isDamageTold = false;

  constructor(address: string, link: RedisLink, options: RedisOptions) {
    const { key, idleDays = IDLE_DAYS } = options;
    this.#address = address;
    this.#link = link;
    this.#options = options;
    this.#shelf = options.shelf ?? new Shelf(SHELF_BYTES);
    this.#wrappings = key ? [sealed(key), plain] : [plain];
    this.#fingerprint = key && fingerprintOf(key);
    this.#idleSeconds = Math.round((idleDays * DAY_MS) / 1_000);
  }

  /** The first key that comes is the key of all from then on. */
  check(): void {
    const fingerprint = this.#fingerprint;
    let [found] = this.#link.ask([['GET', SEAL]]);
    if (found === null && fingerprint !== undefined) {
      [, found] = this.#link.ask([
        ['SET', SEAL, fingerprint, 'NX'],
        ['GET', SEAL],
      ]);
    }
    const known = found instanceof Uint8Array ? Buffer.from(found).toString() : undefined;
    if (known === fingerprint) return;
    const why = fingerprint === undefined ? 'it is encrypted, and no key is given' : 'it is encrypted with another key';
    throw new StoreTrouble('sealed', why);
  }

  pulse(): number {
    return this.#link.pulse();
  }

  originals(tenant: string): ReturnType<Stores['originals']> {
    return { put: (text) => this.#put(tenant, text), get: (key) => this.#get(tenant, key) };
  }

  sentLog(): ReturnType<Stores['sentLog']> {
    return { recall: (keys) => this.#recall(keys), pin: (pins) => this.#pin(pins) };
  }

  ledger(): Ledger {
    return redisLedger(this.#link, this.#wrappings);
  }

  learned(): LearnedLog {
    return redisLearned(this.#link, this.#wrappings);
  }

  meters(): Meters {
    return redisMeters(this.#link, this.#wrappings[0]);
  }

  findOriginal(key: string): string | undefined {
    const asked = this.#wrappings.map(({ nameOf }): Command => ['HGET', originalRow(nameOf(key)), TEXT_FIELD]);
    const replies = this.#link.ask(asked);
    return this.#originalIn(key, replies);
  }

  countOriginals(): number {
    let count = 0;
    for (const rows of scan(this.#link, originalRow('*'))) {
      // Each has a field for its text, and one for each tenant.
      const sizes = this.#link.ask(rows.map((row): Command => ['HLEN', row]));
      count += sizes.reduce<number>((sum, size) => sum + Math.max(0, Number(size) - 1), 0);
    }
    return count;
  }

  status(): StoresStatus {
    return { kind: 'redis', path: this.#address, problem: undefined };
  }

  close(): void {
    this.#link.close();
  }

  #put(tenant: string, text: string): string {
    const key = hashOf(text);
    const hour = this.#hour();
    if (!this.#shelf.original(tenant, key) || !this.#isKept(tenant, key)) {
      const [wrapping] = this.#wrappings;
      const row = originalRow(wrapping.nameOf(key));
      // Over what may stand there already: it is the same text, or was damaged.
      const fields = [TEXT_FIELD, packText(wrapping.wrapOriginal(key, text)), ownerField(wrapping.ownerOf(tenant)), 1];
      const commands: Command[] = [
        ['HSET', row, ...fields],
        ['EXPIRE', row, this.#idleSeconds],
      ];
      this.#link.ask(commands, true);
    }
    this.#shelf.keepOriginal(tenant, key, text, hour);
    return key;
  }

  /** Only what is there lives on. */
  #isKept(tenant: string, key: string): boolean {
    const replies = this.#link.ask(
      this.#wrappings.flatMap(({ nameOf, ownerOf }): Command[] => [
        ['HEXISTS', originalRow(nameOf(key)), ownerField(ownerOf(tenant))],
        ['EXPIRE', originalRow(nameOf(key)), this.#idleSeconds],
      ]),
    );
    return this.#wrappings.some((_, at) => replies[2 * at] === 1 && replies[2 * at + 1] === 1);
  }

  #get(tenant: string, key: string): string | undefined {
    const hour = this.#hour();
    const kept = this.#shelf.original(tenant, key);
    const text = kept?.text ?? this.#readOriginal(tenant, key);
    if (text === undefined) return undefined;
    if (!kept || kept.used < hour) this.#link.tell(this.#touches([], [key]));
    this.#shelf.keepOriginal(tenant, key, text, hour);
    return text;
  }

  #readOriginal(tenant: string, key: string): string | undefined {
    const replies = this.#link.ask(
      this.#wrappings.map(
        ({ nameOf, ownerOf }): Command => ['HMGET', originalRow(nameOf(key)), TEXT_FIELD, ownerField(ownerOf(tenant))],
      ),
    ) as readonly (readonly Reply[])[];
    const ours = replies.map(([text, owner]) => (owner === null ? null : text!));
    return this.#originalIn(key, ours);
  }

  #recall(keys: readonly string[]): readonly (Pin | undefined)[] {
    const hour = this.#hour();
    const found = new Map<string, Pin>();
    const asked = new Set<string>();
    const used: Pin[] = [];
    for (const key of keys) {
      const kept = this.#shelf.pin(key);
      if (!kept) asked.add(key);
      else found.set(key, kept.pin);
      if (kept && kept.used < hour) used.push(kept.pin);
    }
    for (const pin of this.#readPins([...asked]).values()) {
      found.set(pin.key, pin);
      used.push(pin);
    }
    for (const pin of used) this.#shelf.keepPin(pin, hour);
    if (used.length > 0) this.#touchPins(used);
    return keys.map((key) => found.get(key));
  }

  #pin(pins: readonly Pin[]): readonly Pin[] {
    const held = new Map<string, Pin>();
    // What was pinned before there was a key holds too.
    if (this.#wrappings.length > 1)
      for (const [key, pin] of this.#readPins(pins.map(({ key }) => key))) held.set(key, pin);
    const firsts = new Map(pins.toReversed().map((pin) => [pin.key, pin]));
    for (let attempt = 1; held.size < firsts.size; attempt++) {
      const open = [...firsts.values()].filter(({ key }) => !held.has(key));
      this.#pinWhere(open, attempt < PIN_ATTEMPTS, held);
    }
    for (const pin of held.values()) this.#shelf.keepPin(pin, this.#hour());
    return pins.map(({ key }) => held.get(key)!);
  }

  /** Adds to `held` what is pinned now: these, or what others pinned before. */
  #pinWhere(pins: readonly Pin[], isFirstOnly: boolean, held: Map<string, Pin>): void {
    const [wrapping] = this.#wrappings;
    const replies = this.#link.ask(
      pins.map((pin): Command => {
        const words = [pinRow(wrapping.nameOf(pin.key)), packPin(wrapping.wrapPin(pin)), 'EX', this.#idleSeconds];
        return ['SET', ...words, ...(isFirstOnly ? ['NX'] : [])];
      }),
      true,
    );
    for (const [at, pin] of pins.entries()) if (replies[at] !== null) held.set(pin.key, pin);
    const earlier = this.#readPins(pins.filter(({ key }) => !held.has(key)).map(({ key }) => key));
    for (const [key, pin] of earlier) held.set(key, pin);
    if (earlier.size > 0) this.#touchPins([...earlier.values()]);
  }

  #readPins(keys: readonly string[]): ReadonlyMap<string, Pin> {
    const found = new Map<string, Pin>();
    if (keys.length === 0) return found;
    const places = this.#wrappings.flatMap((wrapping) => keys.map((key) => [key, wrapping] as const));
    const [rows] = this.#link.ask([['MGET', ...places.map(([key, { nameOf }]) => pinRow(nameOf(key)))]]);
    for (const [at, [key, wrapping]] of places.entries()) {
      const reply = (rows as readonly Reply[])[at]!;
      if (reply === null || found.has(key)) continue;
      const stored = unpackPin(reply);
      const pin = stored && wrapping.unwrapPin(key, stored);
      if (pin) found.set(key, pin);
      else this.#sayDamaged(`pin ${key}`);
    }
    return found;
  }

  /** A pin lives as long as it is sent, and with it the originals that its text can be asked for. */
  #touchPins(pins: readonly Pin[]): void {
    const originals = pins.flatMap(({ text }) => (text === undefined ? [] : findMarkers(text)));
    this.#link.tell(
      this.#touches(
        pins.map(({ key }) => key),
        originals,
      ),
    );
  }

  #touches(pins: readonly string[], originals: readonly string[]): readonly Command[] {
    return this.#wrappings.flatMap(({ nameOf }) => [
      ...pins.map((key): Command => ['EXPIRE', pinRow(nameOf(key)), this.#idleSeconds]),
      ...originals.map((key): Command => ['EXPIRE', originalRow(nameOf(key)), this.#idleSeconds]),
    ]);
  }

  /** @param replies one for each wrapping. */
  #originalIn(key: string, replies: readonly Reply[]): string | undefined {
    for (const [at, wrapping] of this.#wrappings.entries()) {
      const reply = replies[at]!;
      if (reply === null) continue;
      const text = this.#unwrapped(key, reply, wrapping);
      if (text !== undefined) return text;
      this.#sayDamaged(`original ${key}`);
    }
    return undefined;
  }

  #unwrapped(key: string, reply: Reply, wrapping: Wrapping): string | undefined {
    const stored = unpackText(reply);
    return stored === undefined ? undefined : wrapping.unwrapOriginal(key, stored);
  }

  #hour(): number {
    return Math.floor((this.#options.now ?? Date.now)() / HOUR_MS);
  }

  #sayDamaged(row: string): void {
    if (this.#isDamageTold) return;
    this.#isDamageTold = true;
    this.#options.tell?.(describeDamage(row, this.#address));
  }
}
