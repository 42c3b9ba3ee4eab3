/** How XML was laid out where that does not follow from what it says, and what stands for which part of it in JSON. */

/** An element is null when it closes itself, text when it holds no elements, a list for several of one name in a row. */
export type Node = string | number | boolean | null | readonly Node[] | { readonly [key: string]: Node };
export type Entries = { readonly [key: string]: Node };

/** Children stand right behind each other, or each on a line of its own, deeper by this white space than their parent. */
export type Layout = string;
export const IN_LINE: Layout = 'in line';

export interface Style {
  /** Of every element that has children and is not among the exceptions. */
  readonly layout: Layout;
  readonly exceptions: ReadonlyMap<string, Layout>;
  /** How elements without content close themselves. */
  readonly closing: '/>' | ' />';
}

/** Key of the attributes as they are spelled, where that is not the usual way. */
export const ATTRIBUTES = '@';
export const TEXT = '#';
export const COMMENT = '!';
export const BLANK_LINES = '~';
/** Key of children in their order, where names alternate. */
export const CHILDREN = '*';
/** Keys of what stands before and after the outermost element. */
export const BEFORE = '?';
export const AFTER = '?2';

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/;

/** What is spelled so in JSON too stands as it is. */
export function toScalar(raw: string): Node {
  const first = raw.charCodeAt(0);
  if (first !== 0x2d && !(first >= 0x30 && first <= 0x39)) return raw === 'true' || (raw === 'false' ? false : raw);
  if (raw.length >= 28 || !NUMBER.test(raw)) return raw;
  const number = Number(raw);
  return String(number) === raw ? number : raw;
}

export function isEntries(node: Node | undefined): node is Entries {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}
