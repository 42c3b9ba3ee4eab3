/** The hops of a Messages response that comes as one JSON body each. */
import type { Hiding, HopEnd } from '../../core/continuation.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import type { BodyHops } from '../body-splicer.ts';
import { textOf } from '../part-list.ts';
import { endOf, errorEvent, isHiddenBlock, usageOverHops, visibleStop } from './message.ts';

export class MessageHops implements BodyHops {
  readonly errorOf: BodyHops['errorOf'] = errorEvent;
  readonly #hiding: Hiding;
  readonly #usages: JsonObject[] = [];
  readonly #visible: JsonValue[] = [];
  #message: JsonObject = {};
  #hasVisibleCall = false;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  endHop(message: JsonObject): HopEnd {
    this.#message = message;
    const blocks = asArray(message['content']).map(asObject);
    const hidden = [...blocks.keys()].filter((index) => isHiddenBlock(blocks[index]!, this.#hiding));
    const end = endOf(blocks, hidden, this.#hiding, textOf(message['stop_reason']));
    this.#hasVisibleCall ||= end.isMixed;
    this.#usages.push(asObject(message['usage']));
    this.#visible.push(...end.pieces.filter((_, index) => !end.hidden.includes(index)));
    return end;
  }

  visible(): Uint8Array {
    const usage = usageOverHops(this.#usages, asObject(this.#message['usage']));
    const stop_reason = visibleStop(this.#message['stop_reason'], this.#hasVisibleCall);
    return Buffer.from(JSON.stringify({ ...this.#message, content: this.#visible, stop_reason, usage }));
  }
}
