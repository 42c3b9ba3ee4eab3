/** Carries a streamed response over its hops: server-sent events in, server-sent events out. */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { asObject } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { RawEvents, type RawEvent } from '../raw-events.ts';
import { parseJson } from '../response-reader.ts';
import { EventSplicer, type ShownEvent } from './splice-events.ts';

export class ResponseStreamSplicer implements ResponseSplicer {
  readonly #raw = new RawEvents();
  readonly #events: EventSplicer<Uint8Array>;
  /** Of the event behind the last blank line, which is shown with the end. */
  #late: Uint8Array = Buffer.alloc(0);

  constructor(hiding: Hiding) {
    this.#events = new EventSplicer(hiding);
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.#pass(this.#raw.push(chunk));
  }

  endHop(): HopEnd {
    this.#late = this.#pass(this.#raw.end());
    return this.#events.endHop();
  }

  finish(): Uint8Array {
    return Buffer.concat([this.#late, ...this.#events.finish().map(bytesOf)]);
  }

  heartbeat(): Uint8Array {
    return Buffer.from(': still here\n\n');
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(spell(this.#events.fail(status, body)));
  }

  #pass(events: readonly RawEvent[]): Buffer {
    const shown = events.flatMap(({ data, bytes }) => this.#events.pass(data, bytes));
    return Buffer.concat(shown.map(bytesOf));
  }
}

const BLANK_LINE = /(?:\r\n\r\n|\n\n|\r\r)$/;

/** What changed changes in its place, and everything around it stays as it came: where that is a whole event. */
function bytesOf({ data, carrier, came }: ShownEvent<Uint8Array>): Uint8Array {
  if (data === came) return carrier;
  const bytes = Buffer.from(carrier.buffer, carrier.byteOffset, carrier.byteLength);
  const at = bytes.indexOf(came);
  const isWhole = BLANK_LINE.test(bytes.subarray(-4).toString('latin1'));
  if (at < 0 || !isWhole) return Buffer.from(spell(data));
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(data), bytes.subarray(at + Buffer.byteLength(came))]);
}

function spell(data: string): string {
  const type = textOf(asObject(parseJson(data))['type']);
  return `${type === '' ? '' : `event: ${type}\n`}data: ${data}\n\n`;
}
