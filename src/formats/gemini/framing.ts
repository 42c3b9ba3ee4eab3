/** The two ways in which a Gemini response is streamed: as events, and as one JSON array. */
import { RawEvents } from '../raw-events.ts';
import { RawItems } from './raw-items.ts';

export interface Framed {
  readonly bytes: Uint8Array;
  /** JSON of one chunk; empty for what stands between and around the chunks. */
  readonly data: string;
}

export interface Framing {
  /** What is whole now, of the stream of the present hop. */
  read(chunk: Uint8Array): readonly Framed[];
  /** What is left of it: the next one starts anew. */
  endOfHop(): readonly Framed[];
  /** Passed on as it came: as long as it is the first hop's, and nothing was left out before. */
  pass(framed: Framed): Uint8Array;
  /** The same once something was left out: what is no chunk may have no place any more. */
  passAside(framed: Framed): Uint8Array;
  write(json: string): Uint8Array;
  /** After the last chunk. */
  close(): Uint8Array;
  /** At any point between two chunks. */
  readonly heartbeat: Uint8Array;
}

const NOTHING = new Uint8Array();

/** Events that look like those of the provider, line ends and all: not every client reads all that the standard allows. */
export class EventFraming implements Framing {
  readonly #events = new RawEvents();
  #lineEnd = '\r\n';

  read(chunk: Uint8Array): readonly Framed[] {
    const events = this.#events.push(chunk);
    const last = events.at(-1)?.bytes;
    if (last) this.#lineEnd = last.at(-1) === 0x0d ? '\r' : last.at(-2) === 0x0d ? '\r\n' : '\n';
    return events;
  }

  endOfHop(): readonly Framed[] {
    return this.#events.end();
  }

  pass({ bytes }: Framed): Uint8Array {
    return bytes;
  }

  passAside({ bytes }: Framed): Uint8Array {
    return bytes;
  }

  write(json: string): Uint8Array {
    const lines = json.split('\n').map((line) => `data: ${line}${this.#lineEnd}`);
    return Buffer.from(lines.join('') + this.#lineEnd);
  }

  close(): Uint8Array {
    return NOTHING;
  }

  /** Google's own libraries for Go and Python stumble over comments; an empty event they skip. */
  get heartbeat(): Uint8Array {
    return Buffer.from(this.#lineEnd.repeat(2));
  }
}

export class ArrayFraming implements Framing {
  readonly #items = new RawItems();
  #isBegun = false;

  read(chunk: Uint8Array): readonly Framed[] {
    return this.#items.push(chunk);
  }

  endOfHop(): readonly Framed[] {
    return this.#items.end();
  }

  pass({ bytes, data }: Framed): Uint8Array {
    if (data !== '') this.#isBegun = true;
    return bytes;
  }

  passAside(): Uint8Array {
    return NOTHING;
  }

  write(json: string): Uint8Array {
    const before = this.#isBegun ? ',\r\n' : '[';
    this.#isBegun = true;
    return Buffer.from(before + json);
  }

  close(): Uint8Array {
    return Buffer.from(this.#isBegun ? '\r\n]' : '[]');
  }

  get heartbeat(): Uint8Array {
    return Buffer.from('\r\n');
  }
}
