/**
 * Carries a streamed Messages response over its hops: our calls are left out, the blocks after them move up, and one
 * message starts and ends. Until something is hidden every byte goes on as it came.
 */
import { asObject, isJsonObject, type JsonObject } from '../../core/json/value.ts';
import { JsonDocument } from '../../core/json/document.ts';
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { type CallEdge, CallGate } from '../hidden-call.ts';
import { textOf } from '../part-list.ts';
import { RawEvents, type RawEvent } from '../raw-events.ts';
import { parseJson } from '../response-reader.ts';
import { BlockBuilder } from './block-builder.ts';
import { endOf, errorEvent, isHiddenBlock, usageOverHops, visibleStop } from './message.ts';

export class MessageSplicer implements ResponseSplicer {
  readonly #hiding: Hiding;
  #events = new RawEvents();
  /** Blocks of earlier hops that the client has. */
  #shown = 0;
  #hop = new StreamedHop();
  #hops = 0;
  readonly #gate = new CallGate<Read>();
  #usages: JsonObject[] = [];
  /** The events that end the present hop, kept until it is known whether they end the message. */
  #held: Uint8Array[] = [];
  #delta: JsonObject = {};
  #hasFailed = false;
  #hasVisibleCall = false;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  push(chunk: Uint8Array): Uint8Array {
    return Buffer.concat(this.#events.push(chunk).flatMap((event) => this.#take(event)));
  }

  endHop(): HopEnd {
    const read = this.#events.end().flatMap((event) => this.#take(event));
    const rest = [...read, ...this.#gate.flush().map((late) => this.#pass(late))];
    this.#held.push(...rest.filter(({ length }) => length > 0));
    this.#usages.push(this.#hop.usage);
    const end = endOf(
      this.#hop.pieces(),
      this.#hop.hidden(),
      this.#hiding,
      textOf(asObject(this.#delta['delta'])['stop_reason']),
    );
    this.#hasVisibleCall ||= end.isMixed;
    return this.#hasFailed ? { ...end, calls: [] } : end;
  }

  finish(): Uint8Array {
    if (this.#isPlain || this.#hasFailed || Object.keys(this.#delta).length === 0) return Buffer.concat(this.#held);
    const usage = usageOverHops(this.#usages, asObject(this.#delta['usage']));
    const delta = asObject(this.#delta['delta']);
    const stop = { ...delta, stop_reason: visibleStop(delta['stop_reason'], this.#hasVisibleCall) };
    return Buffer.from(spell({ ...this.#delta, delta: stop, usage }) + spell({ type: 'message_stop' }));
  }

  heartbeat(): Uint8Array {
    return Buffer.from(spell({ type: 'ping' }));
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(spell(errorEvent(status, body)));
  }

  /** The next hop begins with the first byte after this. */
  #nextHop(): void {
    this.#shown += this.#hop.size - this.#hop.hiddenIndexes.size;
    this.#hop = new StreamedHop();
    this.#held = [];
    this.#delta = {};
    this.#hops++;
  }

  #take(event: RawEvent): readonly Uint8Array[] {
    const parsed = event.data === '' ? undefined : parseJson(event.data);
    const value = isJsonObject(parsed) ? parsed : undefined;
    const read: Read = { event, value, type: textOf(value?.['type']) };
    return this.#through(read).map((one) => this.#pass(one));
  }

  /** What may be shown of the stream now: a call that may be refused waits for its end. */
  #through(read: Read): readonly Read[] {
    const { value, type } = read;
    if (!value || type === 'ping') return this.#gate.pass(read, 'aside');
    if (!BLOCK_EVENTS.has(type)) return [...this.#gate.flush(), read];
    const index = Number(value['index']);
    const edge = this.#hop.see(index, type, value, this.#hiding);
    return this.#gate.pass(read, edge, index);
  }

  #pass({ event, value, type }: Read): Uint8Array {
    if (!value) return event.bytes;
    switch (type) {
      case 'message_start':
        // Only a hop that follows another starts a second message.
        if (this.#usages.length > this.#hops) this.#nextHop();
        this.#hop.usage = asObject(asObject(value['message'])['usage']);
        return this.#hops === 0 ? event.bytes : NOTHING;
      case 'content_block_start':
      case 'content_block_delta':
      case 'content_block_stop':
        return this.#passBlock(value, type, event);
      case 'message_delta':
        this.#delta = value;
        this.#hop.usage = { ...this.#hop.usage, ...asObject(value['usage']) };
        return this.#hold(event);
      case 'message_stop':
        return this.#hold(event);
      case 'error':
        this.#hasFailed = true;
        return event.bytes;
      default:
        return event.bytes;
    }
  }

  /** Nothing was hidden so far: there is nothing to hold back. */
  get #isPlain(): boolean {
    return this.#hops === 0 && this.#hop.hiddenIndexes.size === 0;
  }

  #hold({ bytes }: RawEvent): Uint8Array {
    if (this.#isPlain) return bytes;
    this.#held.push(bytes);
    return NOTHING;
  }

  #passBlock(value: JsonObject, type: string, event: RawEvent): Uint8Array {
    const index = Number(value['index']);
    if (this.#hop.hiddenIndexes.has(index)) return NOTHING;
    const before = [...this.#hop.hiddenIndexes].filter((hidden) => hidden < index).length;
    const place = this.#shown + index - before;
    return place === index ? event.bytes : Buffer.from(moved(event.data, place, type));
  }
}

const NOTHING = new Uint8Array();
const BLOCK_EVENTS: ReadonlySet<string> = new Set(['content_block_start', 'content_block_delta', 'content_block_stop']);

interface Read {
  readonly event: RawEvent;
  /** Undefined for comments and what is no JSON. */
  readonly value: JsonObject | undefined;
  readonly type: string;
}

/** What one hop said so far. */
class StreamedHop {
  readonly hiddenIndexes = new Set<number>();
  readonly #blocks = new Map<number, BlockBuilder>();
  usage: JsonObject = {};

  get size(): number {
    return this.#blocks.size;
  }

  /** Says where the event stands in a call that may be refused. */
  see(index: number, type: string, value: JsonObject, hiding: Hiding): CallEdge {
    if (type === 'content_block_start') {
      const block = asObject(value['content_block']);
      this.#blocks.set(index, new BlockBuilder(block));
      if (block['type'] !== 'tool_use') return undefined;
      if (block['name'] !== hiding.toolName) return hiding.refuses && 'starts';
      this.hiddenIndexes.add(index);
    } else if (type === 'content_block_delta') {
      this.#blocks.get(index)?.add(asObject(value['delta']));
    } else {
      const block = hiding.refuses && this.#blocks.get(index)?.whole();
      if (block && isHiddenBlock(block, hiding)) this.hiddenIndexes.add(index);
      return 'ends';
    }
    return undefined;
  }

  pieces(): readonly JsonObject[] {
    return this.#inOrder().map(([, block]) => block.whole());
  }

  /** Which of the pieces. */
  hidden(): readonly number[] {
    return this.#inOrder().flatMap(([index], place) => (this.hiddenIndexes.has(index) ? [place] : []));
  }

  #inOrder(): readonly (readonly [number, BlockBuilder])[] {
    return [...this.#blocks].sort(([a], [b]) => a - b);
  }
}

/** The same event at another index; nothing else in it changes. */
function moved(data: string, index: number, type: string): string {
  const document = JsonDocument.parse(Buffer.from(data));
  const bytes = document.apply([{ op: 'replace', path: ['index'], value: index }]);
  return `event: ${type}\ndata: ${Buffer.from(bytes).toString()}\n\n`;
}

function spell(event: JsonObject): string {
  return `event: ${textOf(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`;
}
