/** What kinds whose lossless form is JSON may ask of the compressor of JSON, beside what every compressor can. */
import type { CompressOptions, Compressed, Compressor } from './compressor.ts';

/** What a lossless form of JSON says, as JSON again. @throws Error for damaged ones. */
export type ReadJson = (said: string) => string;

/** Also for JSON that had no shorter form, and stands as it was. */
export function readJsonWith(json: Compressor): ReadJson {
  return (said) => json.expand(said) ?? said;
}

/** A text that is said more than once: what was found out about it is known the second time. */
export interface OpenJson {
  /** What `compress` of the text would give. */
  compress(options: CompressOptions): Compressed | undefined;
}

/** A list of objects of texts and numbers, said without being written as JSON first. */
export interface JsonRows {
  /** Different from each other, none of them like a number. */
  readonly keys: readonly string[];
  /** Of each row the values of the first keys, of all where it is not shorter. */
  readonly rows: readonly (readonly string[])[];
  /** By key: its texts stand as numbers, the empty ones aside. They are spelled as JSON spells them. */
  readonly numeric: readonly boolean[];
  /** The same as minified JSON. */
  readonly spelled: () => string;
}

/** An object of a text, read. */
export interface ReadObject {
  /** Minified. */
  readonly printed: string;
}

export interface ObjectReader {
  /** The object from a place to another; undefined when none is, and for some that hardly anybody writes: a key comes twice. */
  at(start: number, end: number): ReadObject | undefined;
}

/** JSON lines whose objects are read already, each with texts before its own members. */
export interface JsonLines {
  /** Of the texts; no object has them. */
  readonly keys: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly object: ReadObject }[];
  /** The same as text, one line each. */
  readonly spelled: string;
}

/** Rows as they come back, numbers as texts again. */
export interface CellRows {
  readonly keys: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface JsonCompressor extends Compressor {
  open(text: string): OpenJson;
  openRows(rows: JsonRows): OpenJson;
  objects(text: string): ObjectReader;
  openLines(lines: JsonLines): OpenJson;
  /** The rows of a form, where it says such rows and nothing else; otherwise undefined, and `expand` may know. */
  readRows(form: string): CellRows | undefined;
}
