/**
 * Fits what a client has of a turn to what the model said in its hops. Clients merge texts and keep them chunk by chunk,
 * drop thoughts and empty texts; whatever else differs is no fit.
 */
import type { Hop } from '../../core/continuation.ts';
import { asObject, type JsonObject } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { fieldOf, THOUGHT_SIGNATURE } from './request.ts';
import { callIn, isEmpty, isThought, meaning } from './turn-name.ts';

/** What has to be done with one part of the client. */
export interface Place {
  /** It belongs to hops before the last, all of it. */
  readonly isEarlier: boolean;
  /** Where its beginning belongs elsewhere: the text that stays. */
  readonly text: string | undefined;
  /** Parts of the last hop that stand before it, and that the client does not have there. */
  readonly before: readonly JsonObject[];
  /** It has the signature of a hidden call. */
  readonly isLent: boolean;
}

export interface Fit {
  /** One for each part of the client. */
  readonly places: readonly Place[];
  /** Hidden calls of the last hop that stand after all that the client has of it. */
  readonly after: readonly JsonObject[];
}

interface Said {
  readonly part: JsonObject;
  readonly hop: number;
  readonly isHidden: boolean;
}

export function fit(theirs: readonly JsonObject[], hops: readonly Hop[]): Fit | undefined {
  const fitting = new Fitting(hops);
  const places: Place[] = [];
  for (const part of theirs) {
    const place = fitting.place(part);
    if (!place) return undefined;
    places.push(place);
  }
  const after = fitting.rest();
  return after && { places, after };
}

class Fitting {
  readonly #said: readonly Said[];
  readonly #last: number;
  #at = 0;
  /** So much of the text at hand the client had in its parts so far. */
  #offset = 0;
  /** The hop of what was found last. */
  #hop = 0;
  /** Hidden calls of the last hop since then. */
  #hidden: JsonObject[] = [];
  readonly #lentSignatures = new Set<string>();

  constructor(hops: readonly Hop[]) {
    this.#last = hops.length - 1;
    this.#said = hops.flatMap(({ pieces, hidden }, hop) =>
      pieces.map((piece, index) => ({ part: asObject(piece), hop, isHidden: hidden.includes(index) })),
    );
  }

  place(part: JsonObject): Place | undefined {
    if (isEmpty(part)) return this.#placeEmpty(signatureOf(part));
    if (typeof part['text'] === 'string') return this.#placeText(part, part['text']);
    const found = this.#next(false);
    if (!found || !isSame(part, found.part)) return undefined;
    this.#at++;
    this.#hop = found.hop;
    const signature = signatureOf(part);
    const isLent = signatureOf(found.part) === '' && signature !== '' && this.#lentSignatures.has(signature);
    return this.#placed({ isLent });
  }

  /** Undefined when the model said more than the client has. */
  rest(): readonly JsonObject[] | undefined {
    return this.#next(false) ? undefined : this.#hidden;
  }

  #placed({ text, before = this.#hidden.splice(0), isLent = false }: Partial<Place>): Place {
    return { isEarlier: this.#hop < this.#last, text, before, isLent };
  }

  /** By its signature; without one it may stand anywhere. */
  #placeEmpty(signature: string): Place {
    if (signature === '' || this.#offset > 0) return this.#placed({ before: [] });
    const rest = this.#said.slice(this.#at);
    const length = rest.findIndex(({ part, isHidden }) => !isHidden && !isThought(part) && !isEmpty(part));
    const droppable = length < 0 ? rest : rest.slice(0, length);
    const found = droppable.findIndex(({ part }) => isEmpty(part) && signatureOf(part) === signature);
    if (found < 0) return this.#placed({ before: [] });
    for (const said of droppable.slice(0, found)) this.#pass(said);
    this.#at += found + 1;
    this.#hop = droppable[found]!.hop;
    return this.#placed({});
  }

  /** A text of the client may hold several of ours, and the other way round. */
  #placeText(part: JsonObject, text: string): Place | undefined {
    const before: JsonObject[] = [];
    /** What the client's text says of the last hop, piece by piece, since `start`. */
    const own: JsonObject[] = [];
    /** Where the text begins that stays with the client's part. */
    let start = 0;
    for (let at = 0; at < text.length; ) {
      const [offset, hop] = [this.#offset, this.#hop];
      const found = this.#next(isThought(part));
      const said = found?.part['text'];
      if (!found || typeof said !== 'string' || isThought(found.part) !== isThought(part)) return undefined;
      const isOfLast = found.hop === this.#last;
      if (at > 0 && isOfLast && (hop < this.#last || this.#hidden.length > 0)) {
        // What stood before a hidden call goes before it.
        before.push(...own.splice(0));
        start = at;
      }
      before.push(...this.#hidden.splice(0));
      const length = commonLength(said, offset, text, at);
      if (length === undefined) return undefined;
      if (isOfLast) own.push({ ...found.part, text: text.slice(at, at + length) });
      at += length;
      this.#hop = found.hop;
      this.#offset = offset + length;
      if (this.#offset === said.length) this.#advance();
    }
    return this.#placed({ text: start > 0 ? text.slice(start) : undefined, before });
  }

  #advance(): void {
    this.#at++;
    this.#offset = 0;
  }

  /** The next piece that the client must have. Hidden calls of earlier hops are put back with those. */
  #next(isThinking: boolean): Said | undefined {
    for (; this.#at < this.#said.length; this.#at++) {
      const said = this.#said[this.#at]!;
      this.#pass(said);
      const isDropped =
        said.isHidden || (this.#offset === 0 && (isEmpty(said.part) || (isThought(said.part) && !isThinking)));
      if (!isDropped) return said;
    }
    return undefined;
  }

  #pass({ part, hop, isHidden }: Said): void {
    if (!isHidden) return;
    if (hop === this.#last) this.#hidden.push(part);
    this.#lentSignatures.add(signatureOf(part));
  }
}

function signatureOf(part: JsonObject): string {
  return textOf(fieldOf(part, THOUGHT_SIGNATURE));
}

/** How far both go on alike, until one of them ends; undefined when they differ before. */
function commonLength(one: string, from: number, other: string, at: number): number | undefined {
  const length = Math.min(one.length - from, other.length - at);
  return one.startsWith(other.slice(at, at + length), from) ? length : undefined;
}

function isSame(theirs: JsonObject, ours: JsonObject): boolean {
  const [their, our] = [callIn(theirs), callIn(ours)];
  if (!their || !our) return kindOf(theirs) === kindOf(ours);
  const [theirId, ourId] = [textOf(their['id']), textOf(our['id'])];
  if (theirId !== '' && ourId !== '') return theirId === ourId;
  return their['name'] === our['name'] && meaning(their['args']) === meaning(our['args']);
}

function kindOf(part: JsonObject): string {
  const isBeside = (key: string): boolean => key === 'thought' || THOUGHT_SIGNATURE.includes(key);
  return Object.keys(part)
    .filter((key) => !isBeside(key))
    .toSorted()
    .join(' ');
}
