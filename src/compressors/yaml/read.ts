/**
 * Reads the part of YAML that programs write: mappings, lists and block texts, each in lines of its own. Comments and
 * empty lines become entries of the mapping they stand in, named `#`. Anything else makes the text no YAML of ours.
 */
import type { Deadline } from '../../core/deadline.ts';
import { Cursor } from './cursor.ts';
import { Keys, isPlain } from './keys.ts';
import { BLOCK_SCALAR, type Layout, type Node, type Style, toScalar } from './style.ts';

const MAX_DEPTH = 60;
const MAX_ODD = 60;
const MAX_REMARKS = 1000;
const MAX_INDENT = 40;
/** Values that go on in ways that are not read here. */
const OPEN_VALUE = /^(?:["'][^"']*$|[[{][^\]}]*$|[&*!?])/;
const NO_ITEM = /^(?:[\s#]|-(?: |$))/;
const HASH = 0x23;
const DASH = 0x2d;

class NotRead extends Error {
  override readonly name = 'NotRead';
}

interface Block {
  readonly blanks: number;
  readonly isList: boolean;
}

class Reader {
  readonly #cursor: Cursor;
  readonly #text: string;
  readonly #keys: Keys;
  readonly #marked: boolean;
  /** By how much each block stands in. */
  readonly blocks: Block[] = [];
  #remarks = 0;

  constructor(text: string, marked: boolean, deadline: Deadline) {
    this.#cursor = new Cursor(text, deadline);
    this.#text = text;
    this.#keys = new Keys(text);
    this.#marked = marked;
  }

  /** Lines that were read. */
  get count(): number {
    return this.#cursor.line;
  }

  documents(): readonly Node[] {
    const documents: Node[] = [];
    if (this.#marked) this.#skipMark();
    for (;;) {
      documents.push(this.#mapping(0, 0, this.#isOwn(0)));
      if (this.#cursor.isDone) return documents;
      this.#skipMark();
    }
  }

  #skipMark(): void {
    if (!this.#cursor.isMark) throw new NotRead();
    this.#cursor.next();
  }

  /** @param isAny whether an entry of it stands here. */
  #mapping(indent: number, depth: number, isAny: boolean): Node {
    if (depth > MAX_DEPTH) throw new NotRead();
    const entries: Record<string, Node> = {};
    let count = 0;
    let remarks = 0;
    for (let isOwn = isAny; isOwn; isOwn = this.#isOwn(indent)) {
      const { start, end } = this.#cursor;
      const from = start + indent;
      count++;
      if (from < end && this.#text.charCodeAt(from) !== HASH) {
        this.#entry(entries, indent, depth);
        continue;
      }
      if (this.#remarks++ > MAX_REMARKS) throw new NotRead();
      remarks++;
      entries[remarks === 1 ? '#' : `#${remarks}`] = this.#text.slice(from, end);
      this.#cursor.next();
    }
    // A key came twice.
    if (Object.keys(entries).length < count) throw new NotRead();
    return entries;
  }

  /**
   * Whether the line here belongs to a mapping at that indent. An empty line does if the mapping goes on after it; at the
   * end of a document, it is the document's.
   */
  #isOwn(indent: number): boolean {
    const cursor = this.#cursor;
    if (cursor.isEmpty) return !cursor.isDone && cursor.goesOnAt(indent);
    return cursor.indent === indent && !cursor.isDash && !(indent === 0 && cursor.isMark);
  }

  #entry(entries: Record<string, Node>, indent: number, depth: number): void {
    const { start, end } = this.#cursor;
    const from = start + indent;
    const key = this.#keys.take(from, end);
    if (key === undefined || this.#text.startsWith(': ', end - 2)) throw new NotRead();
    this.#cursor.next();
    const colon = from + key.length;
    entries[key] =
      colon + 1 === end ? this.#below(indent, depth) : this.#value(this.#text.slice(colon + 2, end), indent);
  }

  #value(value: string, indent: number): Node {
    if (isPlain(value.charCodeAt(0))) return toScalar(value);
    if (BLOCK_SCALAR.test(value)) return this.#blockText(value, indent);
    const scalar = toScalar(value);
    if (scalar === value && OPEN_VALUE.test(value) && !/[\]}]$/.test(value)) throw new NotRead();
    return scalar;
  }

  /** What stands under a key: a list, a mapping, or nothing. */
  #below(indent: number, depth: number): Node {
    const { isDone, isEmpty, isDash, indent: inner } = this.#cursor;
    if (isDone || isEmpty) return '';
    if (isDash && inner >= indent) {
      this.#note(inner - indent, true);
      return this.#list(inner, depth + 1);
    }
    if (inner <= indent) return '';
    this.#note(inner - indent, false);
    return this.#mapping(inner, depth + 1, this.#isOwn(inner));
  }

  /** The next block stands in so far. */
  #note(blanks: number, isList: boolean): void {
    if (blanks > MAX_INDENT) throw new NotRead();
    this.blocks.push({ blanks, isList });
  }

  #list(indent: number, depth: number): Node {
    if (depth > MAX_DEPTH) throw new NotRead();
    const cursor = this.#cursor;
    const items: Node[] = [];
    while (cursor.indent === indent && this.#text.startsWith('- ', cursor.start + indent)) {
      const from = cursor.start + indent + 2;
      if (this.#keys.isAt(from, cursor.end)) items.push(this.#mapping(indent + 2, depth + 1, true));
      else {
        const item = this.#text.slice(from, cursor.end);
        if (!isItem(item)) throw new NotRead();
        cursor.next();
        items.push(toScalar(item));
      }
    }
    return items;
  }

  /** The sign and the lines under it, without their indent. */
  #blockText(sign: string, indent: number): string {
    const cursor = this.#cursor;
    const inner = cursor.nextIndent;
    if (inner <= indent) return sign;
    this.#note(inner - indent, false);
    let said = sign;
    // Empty lines at its end are none of it.
    let { start, line } = cursor;
    while (cursor.isEmpty ? !cursor.isDone : cursor.indent >= inner) {
      const { isEmpty } = cursor;
      if (!isEmpty) {
        said += '\n'.repeat(cursor.line - line + 1) + this.#text.slice(cursor.start + inner, cursor.end);
      }
      cursor.next();
      if (!isEmpty) ({ start, line } = cursor);
    }
    if (cursor.start !== start) cursor.backTo(start, line);
    return said;
  }
}

function isItem(said: string): boolean {
  const first = said.charCodeAt(0);
  if (isPlain(first) && first !== DASH) return true;
  return said !== '' && !NO_ITEM.test(said) && !BLOCK_SCALAR.test(said) && !OPEN_VALUE.test(said);
}

export interface Read {
  readonly documents: readonly Node[];
  readonly style: Style;
  /** Lines. */
  readonly count: number;
}

/**
 * The documents of a text and how it was laid out, in the first of some ways that leaves the fewest blocks odd; undefined
 * when it is none that is read here.
 * @param text without the line break at its end.
 * @param ways alike but for their blanks.
 */
export function readYaml(text: string, ways: readonly Layout[], deadline: Deadline): Read | undefined {
  const reader = new Reader(text, ways[0]!.marked, deadline);
  try {
    const documents = reader.documents();
    const styles = ways.map((way): Style => ({ ...way, odd: oddIn(reader.blocks, way) }));
    const style = styles.reduce((best, one) => (best.odd.size <= one.odd.size ? best : one));
    return style.odd.size > MAX_ODD ? undefined : { documents, style, count: reader.count };
  } catch (error) {
    if (error instanceof NotRead) return undefined;
    throw error;
  }
}

/** The blocks that stand in otherwise, by their number. */
function oddIn(blocks: readonly Block[], { step, dashes }: Layout): ReadonlyMap<number, number> {
  const odd = new Map<number, number>();
  blocks.forEach(({ blanks, isList }, at) => {
    if (blanks !== (isList ? dashes : step)) odd.set(at, blanks);
  });
  return odd;
}
