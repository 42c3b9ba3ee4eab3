/**
 * Server-sent events out of bytes that come in any pieces, each with the very bytes that said it: so that an event can
 * be passed on as it came, or left out. Every line end, comments and a last event without its blank line included.
 */

export interface RawEvent {
  readonly bytes: Uint8Array;
  /** Its data lines, joined; empty for comments. */
  readonly data: string;
}

const LF = 0x0a;
const CR = 0x0d;

export class RawEvents {
  #rest: Buffer = Buffer.alloc(0);
  /** How far the rest was searched for an end. */
  #searched = 0;

  push(chunk: Uint8Array): readonly RawEvent[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const events: RawEvent[] = [];
    for (let end = this.#findEnd(); end > 0; end = this.#findEnd()) {
      events.push(eventOf(this.#rest.subarray(0, end)));
      this.#rest = this.#rest.subarray(end);
      this.#searched = 0;
    }
    return events;
  }

  /** What came after the last blank line. */
  end(): readonly RawEvent[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    this.#searched = 0;
    return rest.length === 0 ? [] : [eventOf(rest)];
  }

  /** The offset after the first blank line; 0 while there is none, or while its line end may not be whole. */
  #findEnd(): number {
    const bytes = this.#rest;
    for (let at = Math.max(0, this.#searched - 3); at < bytes.length; at++) {
      if (bytes[at] !== LF && bytes[at] !== CR) continue;
      const next = at + lineEndLength(bytes, at);
      if (next >= bytes.length) break;
      if (bytes[next] !== LF && bytes[next] !== CR) {
        at = next - 1;
        continue;
      }
      // A line feed may still belong to a carriage return that came last.
      if (bytes[next] === CR && next + 1 === bytes.length) break;
      return next + lineEndLength(bytes, next);
    }
    this.#searched = bytes.length;
    return 0;
  }
}

function lineEndLength(bytes: Buffer, at: number): number {
  return bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1;
}

function eventOf(bytes: Buffer): RawEvent {
  const data = bytes
    .toString('utf8')
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(line.charAt(5) === ' ' ? 6 : 5))
    .join('\n');
  return { bytes, data };
}
