/** Carries a Messages response that comes as one JSON body over its hops: the client gets one body with all it may see. */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';
import { endOf, errorEvent, isHiddenBlock, usageOverHops, visibleStop } from './message.ts';

export class MessageBodySplicer implements ResponseSplicer {
  readonly #hiding: Hiding;
  readonly #usages: JsonObject[] = [];
  readonly #visible: JsonValue[] = [];
  #chunks: Uint8Array[] = [];
  #received: Buffer = Buffer.alloc(0);
  #message: JsonObject = {};
  #hasHidden = false;
  #hasVisibleCall = false;

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
    const isWorthReading =
      this.#hasHidden || this.#received.includes(this.#hiding.toolName) || this.#hiding.refuses !== undefined;
    this.#message = isWorthReading ? asObject(parseJson(this.#received.toString()) ?? null) : {};
    const blocks = asArray(this.#message['content']).map(asObject);
    const hidden = [...blocks.keys()].filter((index) => isHiddenBlock(blocks[index]!, this.#hiding));
    const end = endOf(blocks, hidden, this.#hiding, textOf(this.#message['stop_reason']));
    this.#hasHidden ||= end.hidden.length > 0;
    this.#hasVisibleCall ||= end.isMixed;
    this.#usages.push(asObject(this.#message['usage']));
    this.#visible.push(...end.pieces.filter((_, index) => !end.hidden.includes(index)));
    return end;
  }

  finish(): Uint8Array {
    if (!this.#hasHidden) return this.#received;
    const usage = usageOverHops(this.#usages, asObject(this.#message['usage']));
    const stop_reason = visibleStop(this.#message['stop_reason'], this.#hasVisibleCall);
    return Buffer.from(JSON.stringify({ ...this.#message, content: this.#visible, stop_reason, usage }));
  }

  /** Before a body, white space is harmless. */
  heartbeat(): Uint8Array {
    return Buffer.from('\n');
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(JSON.stringify(errorEvent(status, body)));
  }
}
