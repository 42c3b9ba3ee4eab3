/** Carries a response that comes as one JSON body over its hops: the client gets one body with all it may see. */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { parseJson } from '../response-reader.ts';
import { withoutEcho } from './echo.ts';
import { asVisible, endOf, errorOf, isHiddenItem, itemsOf } from './output.ts';

export class ResponseBodySplicer implements ResponseSplicer {
  readonly #hiding: Hiding;
  readonly #usages: JsonObject[] = [];
  readonly #visible: JsonValue[] = [];
  #chunks: Uint8Array[] = [];
  #received: Buffer = Buffer.alloc(0);
  #first: JsonObject | undefined;
  #last: JsonObject = {};
  #hasHidden = false;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#chunks.push(chunk);
    return new Uint8Array();
  }

  endHop(): HopEnd {
    this.#received = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#last = asObject(parseJson(this.#received.toString()));
    this.#first ??= this.#last;
    const pieces = itemsOf(this.#last);
    const hidden = [...pieces.keys()].filter((index) => isHiddenItem(pieces[index]!, this.#hiding));
    this.#hasHidden ||= hidden.length > 0;
    this.#usages.push(asObject(this.#last['usage']));
    this.#visible.push(...pieces.filter((_, index) => !hidden.includes(index)));
    return endOf(pieces, hidden, this.#hiding, this.#last);
  }

  finish(): Uint8Array {
    const echo = withoutEcho(this.#last, [], (name) => name === this.#hiding.toolName);
    if (this.#hasHidden) {
      const visible = { first: this.#first ?? {}, output: this.#visible, usages: this.#usages };
      return JsonDocument.parse(this.#received).apply([...echo, ...asVisible(this.#last, [], visible)]);
    }
    try {
      return echo.length === 0 ? this.#received : JsonDocument.parse(this.#received).apply(echo);
    } catch {
      // What is no text cannot be edited.
      return this.#received;
    }
  }

  /** Before a body, white space is harmless. */
  heartbeat(): Uint8Array {
    return Buffer.from('\n');
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(JSON.stringify({ error: errorOf(status, body) }));
  }
}
