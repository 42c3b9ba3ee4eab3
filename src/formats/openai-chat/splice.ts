/**
 * Carries a streamed chat completion over its hops: chunks of our calls are left out, later ones keep the first id and
 * contiguous call indexes, one reason ends it. Until something is hidden every byte goes on as it came.
 */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { RawEvents, type RawEvent } from '../raw-events.ts';
import { parseJson } from '../response-reader.ts';
import { endOf, errorOf, usageOverHops, visibleFinish } from './completion.ts';
import { MessageBuilder } from './message-builder.ts';

const NOTHING = new Uint8Array();
const DONE = '[DONE]';

export class CompletionSplicer implements ResponseSplicer {
  readonly #hiding: Hiding;
  readonly #events = new RawEvents();
  readonly #usages: JsonObject[] = [];
  #builder: MessageBuilder;
  #id: JsonValue | undefined;
  #hops = 0;
  /** The chunks that end the present hop, kept until it is known whether they end the completion. */
  #held: RawEvent[] = [];
  #finishReason = '';
  #hasFailed = false;
  #hasVisibleCall = false;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
    this.#builder = new MessageBuilder(hiding);
  }

  push(chunk: Uint8Array): Uint8Array {
    return Buffer.concat(this.#events.push(chunk).map((event) => this.#pass(event)));
  }

  endHop(): HopEnd {
    for (const event of this.#events.end()) {
      const bytes = this.#pass(event);
      if (bytes.length > 0) this.#hold({ ...event, bytes });
    }
    const message = this.#builder.whole();
    const end = endOf(message, this.#hiding, this.#finishReason);
    this.#hasVisibleCall ||= end.isMixed;
    this.#isOver = true;
    return this.#hasFailed ? { ...end, calls: [] } : end;
  }

  finish(): Uint8Array {
    if (this.#isPlain || this.#hasFailed) return Buffer.concat(this.#held.map(({ bytes }) => bytes));
    return Buffer.concat(this.#held.map((event) => this.#ending(event)));
  }

  heartbeat(): Uint8Array {
    return Buffer.from(': still here\n\n');
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(spell(errorOf(status, body)));
  }

  /** Nothing was hidden so far: there is nothing to hold back. */
  get #isPlain(): boolean {
    return this.#hops === 0 && !this.#builder.hasHidden;
  }

  /** The hop that was pushed last has ended: what comes next is another. */
  #isOver = false;

  #nextHop(): void {
    this.#isOver = false;
    this.#builder = new MessageBuilder(this.#hiding);
    this.#held = [];
    this.#finishReason = '';
    this.#hops++;
  }

  #pass(event: RawEvent): Uint8Array {
    if (this.#isOver) this.#nextHop();
    if (event.data.trim() === DONE) return this.#isPlain ? event.bytes : this.#hold(event);
    const chunk = event.data === '' ? undefined : parseJson(event.data);
    if (!isJsonObject(chunk)) return event.bytes;
    if (!isJsonObject(chunk['error'])) return this.#passChunk(event, chunk);
    this.#hasFailed = true;
    return event.bytes;
  }

  #passChunk(event: RawEvent, chunk: JsonObject): Uint8Array {
    this.#id ??= chunk['id'];
    const hasUsage = isJsonObject(chunk['usage']);
    if (hasUsage) this.#usages.push(chunk['usage'] as JsonObject);
    const choice = asObject(asArray(chunk['choices'])[0]);
    const [delta, reason] = [asObject(choice['delta']), textOf(choice['finish_reason'])];
    if (reason !== '') this.#finishReason = reason;
    const shown = this.#builder.add(delta, reason !== '');
    if (this.#isPlain && shown === 'as it is') return event.bytes;
    if (reason !== '' || hasUsage) return this.#passLast(event, chunk, shown);
    if (shown === undefined) return NOTHING;
    if (shown !== 'as it is') return this.#again(chunk, shown);
    return this.#hops === 0 ? event.bytes : this.#again(chunk, delta);
  }

  /** What the last chunk says beside the reason is shown now, the reason when it is known to be the last. */
  #passLast(event: RawEvent, chunk: JsonObject, shown: JsonObject | 'as it is' | undefined): Uint8Array {
    const choice = asObject(asArray(chunk['choices'])[0]);
    const delta = shown === 'as it is' ? asObject(choice['delta']) : (shown ?? {});
    const says = Object.keys(delta).some((key) => key !== 'role' && delta[key] !== '' && delta[key] !== null);
    if (!says) return this.#hold(event);
    const { usage: _, ...rest } = chunk;
    this.#hold({
      ...event,
      data: JSON.stringify(withDelta(chunk, {})),
      bytes: Buffer.from(spell(withDelta(chunk, {}))),
    });
    return Buffer.from(spell(this.#sameId(withDelta(rest as JsonObject, delta, null))));
  }

  #hold(event: RawEvent): Uint8Array {
    this.#held.push(event);
    return NOTHING;
  }

  /** A chunk of a later hop, or one that lost a call: the first words of a second message are none. */
  #again(chunk: JsonObject, delta: JsonObject): Uint8Array {
    const { role, ...rest } = delta;
    const isOpening = this.#hops > 0 && role !== undefined;
    const said = isOpening ? rest : delta;
    if (isOpening && Object.values(said).every((value) => value === '' || value === null)) return NOTHING;
    return Buffer.from(spell(this.#sameId(withDelta(chunk, said as JsonObject))));
  }

  #sameId(chunk: JsonObject): JsonObject {
    return this.#id === undefined || chunk['id'] === undefined ? chunk : { ...chunk, id: this.#id };
  }

  #ending({ bytes, data }: RawEvent): Uint8Array {
    const chunk = data === '' || data.trim() === DONE ? undefined : parseJson(data);
    if (!isJsonObject(chunk)) return bytes;
    const choices = asArray(chunk['choices']).map((value) => {
      const choice = asObject(value);
      const reason = choice['finish_reason'];
      const delta = this.#builder.hasHidden ? {} : choice['delta'];
      const isLast = typeof reason === 'string' && reason !== '';
      return isLast ? { ...choice, delta, finish_reason: visibleFinish(reason, this.#hasVisibleCall) } : choice;
    });
    const usage = isJsonObject(chunk['usage']) ? usageOverHops(this.#usages) : undefined;
    return Buffer.from(spell(this.#sameId({ ...chunk, choices, ...(usage && { usage }) } as JsonObject)));
  }
}

function withDelta(chunk: JsonObject, delta: JsonObject, finishReason?: null): JsonObject {
  const [first, ...others] = asArray(chunk['choices']).map(asObject);
  if (!first) return chunk;
  const choice = { ...first, delta, ...(finishReason === null && { finish_reason: null }) };
  return { ...chunk, choices: [choice, ...others] };
}

function spell(chunk: JsonObject): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
