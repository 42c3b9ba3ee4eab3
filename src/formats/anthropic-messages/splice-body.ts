/** Carries a Messages response that comes as one JSON body over its hops: the client gets one body with all it may see. */
import type { HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';
import { endOf, errorEvent, usageOverHops, visibleStop } from './message.ts';

export class MessageBodySplicer implements ResponseSplicer {
  readonly #toolName: string;
  readonly #usages: JsonObject[] = [];
  readonly #visible: JsonValue[] = [];
  #chunks: Uint8Array[] = [];
  #received: Buffer = Buffer.alloc(0);
  #message: JsonObject = {};
  #hasHidden = false;
  #hasVisibleCall = false;

  constructor(toolName: string) {
    this.#toolName = toolName;
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#chunks.push(chunk);
    return new Uint8Array();
  }

  endHop(): HopEnd {
    this.#received = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const isWorthReading = this.#hasHidden || this.#received.includes(this.#toolName);
    this.#message = isWorthReading ? asObject(parseJson(this.#received.toString()) ?? null) : {};
    const end = endOf(asArray(this.#message['content']), this.#toolName, textOf(this.#message['stop_reason']));
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
