/** The hops of a response that comes as one JSON body each. */
import type { Hiding, HopEnd } from '../../core/continuation.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { BodyHops } from '../body-splicer.ts';
import { withoutEcho } from './echo.ts';
import { asVisible, endOf, errorOf, isHiddenItem, itemsOf } from './output.ts';

export class ResponseHops implements BodyHops {
  /** Each tells its id, and echoes the tools. */
  readonly readsAll = true;
  readonly #hiding: Hiding;
  readonly #usages: JsonObject[] = [];
  readonly #visible: JsonValue[] = [];
  #first: JsonObject | undefined;
  #last: JsonObject = {};

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  endHop(response: JsonObject): HopEnd {
    this.#last = response;
    this.#first ??= response;
    const pieces = itemsOf(response);
    const hidden = [...pieces.keys()].filter((index) => isHiddenItem(pieces[index]!, this.#hiding));
    this.#usages.push(asObject(response['usage']));
    this.#visible.push(...pieces.filter((_, index) => !hidden.includes(index)));
    return endOf(pieces, hidden, this.#hiding, response);
  }

  visible(last: Buffer): Uint8Array {
    const visible = { first: this.#first ?? {}, output: this.#visible, usages: this.#usages };
    return JsonDocument.parse(last).apply([...this.#echo(), ...asVisible(this.#last, [], visible)]);
  }

  plain(last: Buffer): Uint8Array {
    const echo = this.#echo();
    try {
      return echo.length === 0 ? last : JsonDocument.parse(last).apply(echo);
    } catch {
      // What is no text cannot be edited.
      return last;
    }
  }

  errorOf(status: number, body: string): JsonObject {
    return { error: errorOf(status, body) };
  }

  #echo(): ReturnType<typeof withoutEcho> {
    return withoutEcho(this.#last, [], (name) => name === this.#hiding.toolName);
  }
}
