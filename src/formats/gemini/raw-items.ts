/**
 * The objects of a JSON array out of bytes that come in any pieces, each with all the bytes since the one before it, and
 * the end of the array by itself: so that an object can be passed on as it came, or left out.
 */
import type { Framed } from './framing.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class RawItems {
  #rest: Buffer = Buffer.alloc(0);
  #at = 0;
  #depth = 0;
  #isInString = false;
  #itemStart = 0;

  push(chunk: Uint8Array): readonly Framed[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const items: Framed[] = [];
    while (this.#at < this.#rest.length) {
      const byte = this.#rest[this.#at]!;
      // What is escaped may not have come yet.
      this.#at += byte === BACKSLASH && this.#isInString ? 2 : 1;
      if (byte === QUOTE) this.#isInString = !this.#isInString;
      else if (!this.#isInString && this.#closes(byte)) items.push(this.#take());
    }
    return items;
  }

  /** What is no whole object, and nothing after it. */
  end(): readonly Framed[] {
    const bytes = this.#rest;
    this.#rest = Buffer.alloc(0);
    [this.#at, this.#depth, this.#itemStart, this.#isInString] = [0, 0, 0, false];
    return bytes.length === 0 ? [] : [{ bytes, data: '' }];
  }

  /** Whether an object of the array ends here, or the array. */
  #closes(byte: number): boolean {
    if (byte === 0x7b || byte === 0x5b) {
      this.#depth++;
      if (this.#depth === 2) this.#itemStart = this.#at - 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      this.#depth--;
      return this.#depth === 1 || this.#depth === 0;
    }
    return false;
  }

  #take(): Framed {
    const bytes = this.#rest.subarray(0, this.#at);
    const data = this.#depth === 1 ? bytes.toString('utf8', this.#itemStart) : '';
    this.#rest = this.#rest.subarray(this.#at);
    this.#at = 0;
    return { bytes, data };
  }
}
