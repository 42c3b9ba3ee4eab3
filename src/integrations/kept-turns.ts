/**
 * What models fetched unseen, kept by the turns that programs saw: how a turn is known again in a later prompt of its
 * conversation, whatever the framework calls its messages.
 */
import { hashOf } from '../core/hash.ts';
import type { JsonObject } from '../core/json/value.ts';

/** What was asked for last stays, so conversations that go on do; what is forgotten costs a provider's cached prefix. */
const MAX_KEPT = 2_000;
/** Of all of them: originals may be long. */
const MAX_CHARS = 32_000_000;
/** Of what is counted: deeper than any message. */
const MAX_DEPTH = 12;

interface Counted<Kept> {
  readonly turn: Kept;
  readonly chars: number;
}

export class KeptTurns<Kept> {
  readonly #kept = new Map<string, Counted<Kept>>();
  #chars = 0;

  get size(): number {
    return this.#kept.size;
  }

  find(key: string): Kept | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.turn;
  }

  keep(key: string, turn: Kept): void {
    this.#forget(key);
    const chars = charsIn(turn, MAX_DEPTH);
    this.#kept.set(key, { turn, chars });
    this.#chars += chars;
    for (const oldest of this.#kept.keys()) {
      if (oldest === key || (this.#kept.size <= MAX_KEPT && this.#chars <= MAX_CHARS)) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#chars -= this.#kept.get(key)?.chars ?? 0;
    this.#kept.delete(key);
  }
}

function charsIn(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null || depth === 0) return 0;
  let chars = 0;
  for (const one of Object.values(value)) chars += charsIn(one, depth - 1);
  return chars;
}

/**
 * Of each message, what stands before it, and of the end, all. Instructions may change from call to call.
 * @param messages what the program sent, as Chat Completions has it, before anything was shorter.
 */
export function placesIn(messages: readonly JsonObject[]): readonly string[] {
  const places = [''];
  for (const message of messages) places.push(placeAfter(places.at(-1)!, message));
  return places;
}

function placeAfter(place: string, message: JsonObject): string {
  return message['role'] === 'system' ? place : hashOf(`${place} ${JSON.stringify(message)}`);
}

/** A turn by what a program can see of it: where it stands, what it says, and the ids of its calls. */
export function turnKeyOf(place: string, said: string, calls: readonly (string | undefined)[]): string {
  return hashOf(JSON.stringify([place, said, calls]));
}
