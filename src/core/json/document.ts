/**
 * A JSON text that can be edited without being rewritten.
 *
 * `value` is an ordinary parsed tree for reading. An edit names a place in that tree; `apply` finds the bytes of
 * just those places in the source text and splices the replacements in. Every other byte is copied as it came:
 * whitespace, key order, number spelling and escapes survive, and with no edits the very same buffer is returned.
 */
import { isAscii } from 'node:buffer';
import { literalOf } from './literal.ts';
import { locate, type Place } from './locate.ts';
import type { JsonPath, JsonValue } from './value.ts';

export type JsonEdit =
  | { readonly op: 'replace'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: JsonPath }
  | { readonly op: 'append'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly op: 'set'; readonly path: JsonPath; readonly key: string; readonly value: JsonValue }
  /** JSON text put before or after an array's element, commas and all. */
  | { readonly op: 'before' | 'after'; readonly path: JsonPath; readonly text: string }
  /** JSON text in place of what stands between the element before this one and this one: there an array can be cut. */
  | { readonly op: 'between'; readonly path: JsonPath; readonly text: string };

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class JsonDocument {
  readonly bytes: Uint8Array;
  readonly text: string;
  #value: JsonValue | undefined;

  private constructor(bytes: Uint8Array, text: string, value?: JsonValue) {
    this.bytes = bytes;
    this.text = text;
    this.#value = value;
  }

  get value(): JsonValue {
    return (this.#value ??= JSON.parse(this.text) as JsonValue);
  }

  /** @throws SyntaxError when the text is not JSON, TypeError when the bytes are not UTF-8. */
  static parse(bytes: Uint8Array): JsonDocument {
    const text = decode(bytes, true);
    return new JsonDocument(bytes, text, JSON.parse(text) as JsonValue);
  }

  /** Of bytes that are known to be JSON: they are read when their value is asked for, and edits alone do not ask. */
  static known(bytes: Uint8Array): JsonDocument {
    return new JsonDocument(bytes, decode(bytes, false));
  }

  /**
   * The bytes with these edits made. `set` is for keys that are not there yet; `replace` for those that are.
   * @throws RangeError for a path that does not exist, and for edits that overlap.
   */
  apply(edits: readonly JsonEdit[]): Uint8Array {
    if (edits.length === 0) return this.bytes;
    const targets = edits.map((edit) => ({ path: edit.path, isRemoved: edit.op === 'remove' }));
    const cuts = edits
      .filter(({ op }) => op === 'between')
      .map(({ path }) => ({ path: before(path), isRemoved: false }));
    const places = locate(this.text, [...targets, ...cuts]);
    const ends = places.slice(edits.length).map(({ end }) => end);
    const splices = inOrder(
      edits.map((edit, index) => {
        const place = places[index]!;
        if (edit.op !== 'between') return splice(edit, place);
        return { start: ends.shift()!, end: place.start, text: edit.text, isInsertion: false };
      }),
    );
    // In a text of one-byte characters offsets are the same in bytes: nothing needs to be measured.
    const isAscii = this.bytes.length === this.text.length;
    const byteLength = (start: number, end: number): number =>
      isAscii ? end - start : Buffer.byteLength(this.text.slice(start, end));
    const pieces: Uint8Array[] = [];
    let cursor = 0;
    let cursorByte = 0;
    for (const { start, end, text } of splices) {
      const startByte = cursorByte + byteLength(cursor, start);
      pieces.push(this.bytes.subarray(cursorByte, startByte), Buffer.from(text));
      cursor = end;
      cursorByte = startByte + byteLength(start, end);
    }
    pieces.push(this.bytes.subarray(cursorByte));
    return Buffer.concat(pieces);
  }
}

/** Most bodies are ASCII, and that is told and read several times as fast. */
function decode(bytes: Uint8Array, fatal: boolean): string {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(bytes);
}

/** Splices by position. Insertions at one place come in the order of their edits, with commas between them. */
function inOrder(splices: readonly (Splice & { readonly isInsertion: boolean })[]): Splice[] {
  const sorted = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const merged: (Splice & { readonly isInsertion: boolean })[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last?.isInsertion && next.isInsertion && last.start === next.start) {
      const comma = next.text.startsWith(',') ? '' : ',';
      merged[merged.length - 1] = { ...last, text: `${last.text}${comma}${next.text}` };
      continue;
    }
    if (last && next.start < last.end) throw new RangeError(`overlapping edits at offset ${next.start}`);
    merged.push(next);
  }
  return merged;
}

/** The path of the element before. */
function before(path: JsonPath): JsonPath {
  const last = path.at(-1);
  if (typeof last !== 'number' || last < 1) throw new RangeError(`nothing stands before ${JSON.stringify(path)}`);
  return [...path.slice(0, -1), last - 1];
}

function splice(edit: Exclude<JsonEdit, { op: 'between' }>, place: Place): Splice & { readonly isInsertion: boolean } {
  switch (edit.op) {
    case 'replace':
      return { start: place.start, end: place.end, text: literalOf(edit.value), isInsertion: false };
    case 'remove':
      return { start: place.cutStart, end: place.cutEnd, text: '', isInsertion: false };
    case 'before':
      return { start: place.start, end: place.start, text: edit.text, isInsertion: false };
    case 'after':
      return { start: place.end, end: place.end, text: edit.text, isInsertion: false };
    case 'append':
      return insertion(place, literalOf(edit.value));
    case 'set':
      return insertion(place, `${JSON.stringify(edit.key)}:${literalOf(edit.value)}`);
  }
}

function insertion({ insertAt, insertAfterSibling }: Place, text: string): Splice & { readonly isInsertion: boolean } {
  return { start: insertAt, end: insertAt, text: insertAfterSibling ? `,${text}` : text, isInsertion: true };
}
