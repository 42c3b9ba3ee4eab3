/** How YAML was laid out where that does not follow from what it says: the same all through a text, or it is not read. */

export interface Layout {
  /** Blanks by which a mapping stands in from its key. */
  readonly step: number;
  /** Blanks by which the dashes of a list stand in from its key. */
  readonly dashes: number;
  /** Whether a `---` stands before the first document. */
  readonly marked: boolean;
  /** Whether there may be several documents. */
  readonly many: boolean;
}

export interface Style extends Layout {
  /** Where the n-th block that stands in from its key does so by another number of blanks. */
  readonly odd: ReadonlyMap<number, number>;
}

/** A mapping, a list, or a scalar as it was spelled. */
export type Node = string | number | boolean | null | readonly Node[] | { readonly [key: string]: Node };

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/;

/** What is spelled so in JSON too stands as it is; everything else, quotes and all, is text. */
export function toScalar(raw: string): Node {
  const first = raw.charCodeAt(0);
  if (first === 0x2d || (first >= 0x30 && first <= 0x39))
    return raw.length < 28 && NUMBER.test(raw) && String(Number(raw)) === raw ? Number(raw) : raw;
  if (raw === 'true') return true;
  if (raw === 'false') return false;
  if (raw === 'null') return null;
  if (raw === '{}') return {};
  return raw === '[]' ? [] : raw;
}

/** The first sign of a value that goes on over the next lines, deeper. */
export const BLOCK_SCALAR: RegExp = /^[|>][-+]?$/;
