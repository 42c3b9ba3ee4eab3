/**
 * What a model fetched unseen, kept by what stood before the turn: the next input of the same conversation has it again
 * where it was, so that the provider finds the prefix that it knows.
 */
import { hashOf } from '../../core/hash.ts';
import { KeptTurns } from '../kept-turns.ts';
import type { Item, Result, Said } from './types.ts';

/** One answer of the model that the program did not see as such, and what its calls gave. */
export interface Round {
  readonly said: readonly Said[];
  readonly results: readonly Result[];
}

export interface Exchange {
  readonly rounds: readonly Round[];
  /** The answer that gave the turn back to the program; calls in it that are ours have results. */
  readonly last: Round;
  /** What the program saw of all this, in order. */
  readonly shown: readonly Said[];
}

/** Of turns that began at the same place: a program may ask the same question more than once. */
const MAX_ALIKE = 8;

export class Exchanges {
  readonly #kept = new KeptTurns<readonly Exchange[]>();
  readonly #waiting = new KeptTurns<readonly Result[]>();

  keep(place: string, exchange: Exchange): void {
    const others = (this.#kept.find(place) ?? []).filter(({ shown }) => shown.length > 0);
    this.#kept.keep(place, [exchange, ...others].slice(0, MAX_ALIKE));
  }

  /** What was fetched by a turn that showed nothing: runs ask the same again. */
  begunAt(place: string): readonly Round[] {
    return this.#kept.find(place)?.find(({ shown }) => shown.length === 0)?.rounds ?? [];
  }

  /** For conversations that the provider holds: only the results are still to be sent, with those of the program. */
  keepWaiting(held: string, calls: readonly string[], results: readonly Result[]): void {
    for (const call of calls) this.#waiting.keep(waitingKey(held, call), results);
  }

  /**
   * @param items what the program sent, and the places of these.
   * @param sent the same, where shorter texts have taken their places.
   */
  putBack(items: readonly Item[], places: readonly string[], sent: readonly Item[]): readonly Item[] {
    if (this.#kept.size === 0) return sent;
    const next: Item[] = [];
    for (let index = 0; index < items.length; ) {
      const found = this.#turnAt(places[index]!, items, index);
      if (found) next.push(...itemsOf(found, sent));
      const end = found?.end ?? index;
      // A turn that showed nothing is followed by the item that was there.
      if (end === index) next.push(sent[index++]!);
      else index = end;
    }
    return next;
  }

  withWaiting(held: string, items: readonly Item[], sent: readonly Item[]): readonly Item[] {
    const results = items.flatMap((item) =>
      'callId' in item && typeof item.callId === 'string'
        ? (this.#waiting.find(waitingKey(held, item.callId)) ?? [])
        : [],
    );
    return results.length > 0 ? [...sent, ...new Set(results)] : sent;
  }

  #turnAt(place: string, items: readonly Item[], from: number): Found | undefined {
    const item = items[from];
    const isAsked = item !== undefined && 'role' in item && item.role === 'user';
    for (const exchange of this.#kept.find(place) ?? []) {
      if (exchange.shown.length === 0 && !isAsked) continue;
      const seen = matched(exchange.shown, items, from);
      if (seen) return { exchange, ...seen };
    }
    return undefined;
  }
}

const waitingKey = (held: string, call: string): string => JSON.stringify([held, call]);

interface Seen {
  /** Where in the input each item is that was shown, where it is still there. */
  readonly at: ReadonlyMap<Said, number>;
  /** Behind the last. */
  readonly end: number;
}

interface Found extends Seen {
  readonly exchange: Exchange;
}

/** Undefined where the input does not go on as the turn did. Thoughts may be left out. */
function matched(shown: readonly Said[], items: readonly Item[], from: number): Seen | undefined {
  const at = new Map<Said, number>();
  let end = from;
  for (const one of shown) {
    const item = items[end];
    const isThought = one.type === 'reasoning';
    if (item && isThought === (item.type === 'reasoning') && (isThought || faceOf(one) === faceOf(item)))
      at.set(one, end++);
    else if (!isThought) return undefined;
  }
  return { at, end };
}

/** What was said before the calls as it was, and the last answer as the program has it, with our calls where they were. */
function itemsOf({ exchange: { rounds, last, shown }, at }: Found, sent: readonly Item[]): readonly Item[] {
  const isShown = new Set(shown);
  const answer = last.said.flatMap((one): readonly Item[] => {
    const index = at.get(one);
    return index === undefined ? (isShown.has(one) ? [] : [one]) : [sent[index]!];
  });
  return [...itemsIn(rounds), ...answer, ...last.results];
}

export function itemsIn(rounds: readonly Round[]): readonly Item[] {
  return rounds.flatMap(({ said, results }) => [...said, ...results]);
}

/** Of each item, what stands before it, and of the end, all. */
export function placesIn(items: readonly Item[]): readonly string[] {
  const places = [''];
  for (const item of items) {
    const face = faceOf(item);
    const before = places.at(-1)!;
    places.push(face === undefined ? before : hashOf(`${before} ${face}`));
  }
  return places;
}

/**
 * An item by what a program hands on of it: ids, states, the provider's own fields and the order of keys may change on
 * the way through sessions and runs, and thoughts may be left out.
 */
function faceOf(item: Item): string | undefined {
  if ('role' in item) return JSON.stringify([item.role, contentOf(item.content)]);
  if (item.type === 'reasoning') return undefined;
  if (item.type === 'function_call') return JSON.stringify([item.type, item.callId, item.name, item.arguments]);
  if (item.type === 'function_call_result') return JSON.stringify([item.type, item.callId, contentOf(item.output)]);
  return JSON.stringify([item.type, 'callId' in item ? item.callId : '']);
}

/** A text is the same alone and in a list. */
function contentOf(content: unknown): unknown {
  const pieces = Array.isArray(content) ? (content as readonly unknown[]) : [content];
  return pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const { type, text, ...rest } = piece as { readonly type: string; readonly text?: string };
    return (
      text ?? [type, ...Object.entries(rest).filter(([key, value]) => key !== 'providerData' && value !== undefined)]
    );
  });
}
