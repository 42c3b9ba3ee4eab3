/** Carries a chat completion that comes as one JSON body over its hops: the client gets one with all it may see. */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';
import { endOf, errorOf, messageOf, usageOverHops, visibleFinish } from './completion.ts';

export class CompletionBodySplicer implements ResponseSplicer {
  readonly #hiding: Hiding;
  readonly #usages: JsonObject[] = [];
  readonly #said: string[] = [];
  #chunks: Uint8Array[] = [];
  #received: Buffer = Buffer.alloc(0);
  #completion: JsonObject = {};
  #visible: readonly JsonValue[] = [];
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
    this.#completion = isWorthReading ? asObject(parseJson(this.#received.toString()) ?? null) : {};
    const choice = asObject(asArray(this.#completion['choices'])[0]);
    const end = endOf(asObject(choice['message']), this.#hiding, textOf(choice['finish_reason']));
    this.#hasHidden ||= end.hidden.length > 0;
    this.#hasVisibleCall ||= end.isMixed;
    this.#usages.push(asObject(this.#completion['usage']));
    this.#visible = end.pieces.filter((_, index) => !end.hidden.includes(index));
    const words = asObject(this.#visible[0] ?? null)['content'];
    if (typeof words === 'string') this.#said.push(words);
    return end;
  }

  finish(): Uint8Array {
    if (!this.#hasHidden) return this.#received;
    const [choice] = asArray(this.#completion['choices']).map(asObject);
    const message = { ...messageOf(this.#visible), content: this.#said.length > 0 ? this.#said.join('') : null };
    const finish_reason = visibleFinish(textOf(choice?.['finish_reason']), this.#hasVisibleCall);
    const usage = usageOverHops(this.#usages);
    const choices = [{ ...choice, message, finish_reason }];
    return Buffer.from(JSON.stringify({ ...this.#completion, choices, ...(usage && { usage }) }));
  }

  heartbeat(): Uint8Array {
    return Buffer.from('\n');
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(JSON.stringify(errorOf(status, body)));
  }
}
