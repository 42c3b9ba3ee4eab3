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
import { asObject, type JsonPath, type JsonValue } from './value.ts';

const SPACES: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09]);
const OPEN_BRACKET = 0x5b;

export type JsonEdit =
  | { readonly op: 'replace'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: JsonPath }
  | { readonly op: 'append'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly op: 'set'; readonly path: JsonPath; readonly key: string; readonly value: JsonValue }
  /** JSON text put before or after an array's element, commas and all. */
  | { readonly op: 'before' | 'after'; readonly path: JsonPath; readonly text: string }
  /** JSON text in place of what stands between the element before this one and this one: there an array can be cut. */
  | { readonly op: 'between'; readonly path: JsonPath; readonly text: string };

/** Where the elements of a list end that stands at the root: there it grows without anybody reading the rest. */
export interface ListEnd {
  readonly key: string;
  /** In bytes. */
  readonly at: number;
  readonly isEmpty: boolean;
}

export interface Applied {
  readonly bytes: Uint8Array;
  /** Of the list that was asked for; undefined where nobody can say. */
  readonly end: ListEnd | undefined;
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class JsonDocument {
  readonly bytes: Uint8Array;
  readonly #end: ListEnd | undefined;
  #text: string | undefined;
  #value: JsonValue | undefined;

  private constructor(bytes: Uint8Array, text?: string, end?: ListEnd) {
    this.bytes = bytes;
    this.#text = text;
    this.#end = end;
  }

  get text(): string {
    return (this.#text ??= decode(this.bytes, false));
  }

  get value(): JsonValue {
    return (this.#value ??= JSON.parse(this.text) as JsonValue);
  }

  /** @throws SyntaxError when the text is not JSON, TypeError when the bytes are not UTF-8. */
  static parse(bytes: Uint8Array): JsonDocument {
    const document = new JsonDocument(bytes, decode(bytes, true));
    document.#value = JSON.parse(document.text) as JsonValue;
    return document;
  }

  /**
   * Of bytes that are known to be JSON: they are read when their value is asked for, and edits alone do not ask.
   * @param end of a list in these very bytes: what only appends to it reads nothing at all.
   */
  static known(bytes: Uint8Array, end?: ListEnd): JsonDocument {
    return new JsonDocument(bytes, undefined, end);
  }

  /**
   * The bytes with these edits made. `set` is for keys that are not there yet; `replace` for those that are.
   * @throws RangeError for a path that does not exist, and for edits that overlap.
   */
  apply(edits: readonly JsonEdit[]): Uint8Array {
    return this.applied(edits).bytes;
  }

  /** The same, and where the list at this key of the root ends then. */
  applied(edits: readonly JsonEdit[], list: string | undefined = this.#end?.key): Applied {
    const end = this.#end;
    if (edits.length === 0) return { bytes: this.bytes, end };
    if (end && edits.every((edit) => appendsTo(end.key, edit))) return this.#grown(edits, end);
    const growing = list !== undefined && Array.isArray(asObject(this.value)[list]) ? list : undefined;
    const targets = edits.map((edit) => ({ path: edit.path, isRemoved: edit.op === 'remove' }));
    const cuts = edits
      .filter(({ op }) => op === 'between')
      .map(({ path }) => ({ path: before(path), isRemoved: false }));
    const listed = growing === undefined ? [] : [{ path: [growing], isRemoved: false }];
    const places = locate(this.text, [...targets, ...cuts, ...listed]);
    const ends = places.slice(edits.length).map(({ end }) => end);
    const splices = inOrder(
      edits.map((edit, index) => {
        const place = places[index]!;
        if (edit.op !== 'between') return splice(edit, place);
        return { start: ends.shift()!, end: place.start, text: edit.text, isInsertion: false };
      }),
    );
    return this.#spliced(splices, growing === undefined ? undefined : { key: growing, place: places.at(-1)! });
  }

  #grown(edits: readonly JsonEdit[], { key, at, isEmpty }: ListEnd): Applied {
    const values = edits.flatMap((edit) => ('value' in edit ? [literalOf(edit.value)] : []));
    const added = Buffer.from(`${isEmpty ? '' : ','}${values.join(',')}`);
    const bytes = Buffer.concat([this.bytes.subarray(0, at), added, this.bytes.subarray(at)]);
    return { bytes, end: { key, at: at + added.length, isEmpty: false } };
  }

  #spliced(splices: readonly Splice[], list: { readonly key: string; readonly place: Place } | undefined): Applied {
    // In a text of one-byte characters offsets are the same in bytes: nothing needs to be measured.
    const isAscii = this.bytes.length === this.text.length;
    const byteLength = (start: number, end: number): number =>
      isAscii ? end - start : Buffer.byteLength(this.text.slice(start, end));
    const pieces: Uint8Array[] = [];
    let cursor = 0;
    let cursorByte = 0;
    let written = 0;
    let listEnd: number | undefined;
    const write = (piece: Uint8Array): void => {
      pieces.push(piece);
      written += piece.length;
    };
    const passList = (next: number): void => {
      const at = list?.place.insertAt;
      if (at !== undefined && at >= cursor && at < next) listEnd = written + byteLength(cursor, at);
    };
    for (const { start, end, text } of splices) {
      passList(start);
      const startByte = cursorByte + byteLength(cursor, start);
      write(this.bytes.subarray(cursorByte, startByte));
      write(Buffer.from(text));
      cursor = end;
      cursorByte = startByte + byteLength(start, end);
    }
    passList(this.text.length);
    write(this.bytes.subarray(cursorByte));
    const bytes = Buffer.concat(pieces);
    const end =
      list && listEnd !== undefined ? { key: list.key, at: listEnd, isEmpty: isEmptyAt(bytes, listEnd) } : undefined;
    return { bytes, end };
  }
}

function appendsTo(key: string, { op, path }: JsonEdit): boolean {
  return op === 'append' && path.length === 1 && path[0] === key;
}

/** Whether a list that ends here has no elements. */
function isEmptyAt(bytes: Uint8Array, at: number): boolean {
  let last = at - 1;
  while (SPACES.has(bytes[last]!)) last--;
  return bytes[last] === OPEN_BRACKET;
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
