/**
 * What models fetched unseen, kept by the turns that programs saw: how a turn is known again in a later prompt of its
 * conversation, whatever the framework calls its messages.
 */
import { hashOf } from '../core/hash.ts';
import type { JsonObject } from '../core/json/value.ts';

/** Conversations that go on are asked for again; what is forgotten costs a provider's cached prefix. */
const MAX_KEPT = 2_000;

export class KeptTurns<Kept> {
  readonly #kept = new Map<string, Kept>();

  get size(): number {
    return this.#kept.size;
  }

  find(key: string): Kept | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, turn: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, turn);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
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

export function endOf(messages: readonly JsonObject[]): string {
  return placesIn(messages).at(-1)!;
}

/** A turn by what a program can see of it: where it stands, what it says, and the ids of its calls. */
export function turnKeyOf(place: string, said: string, calls: readonly (string | undefined)[]): string {
  return hashOf(JSON.stringify([place, said, calls]));
}
