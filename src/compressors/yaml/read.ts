/**
 * Reads the part of YAML that programs write: mappings, lists and block texts, each in lines of its own. Comments and
 * empty lines become entries of the mapping they stand in, named `#`. Anything else makes the text no YAML of ours.
 */
import type { Deadline } from '../../core/deadline.ts';
import { BLOCK_SCALAR, type Layout, type Node, type Style, toScalar } from './style.ts';

const LINES_PER_CHECK = 512;
const MAX_DEPTH = 60;
const MAX_ODD = 60;
const MAX_REMARKS = 1000;
const MAX_INDENT = 40;
const ENTRY = /^((?:[^\s#&*!|>%@`{}[\],'":?-]|-(?=\S))[^\s:]*(?::(?=\S)[^\s:]*)*|"[^"\\]*"|'[^']*'):(?: (.*))?$/;
const ODD_KEY = /^(?:\d+|__proto__)$/;
/** Values that go on in ways that are not read here. */
const OPEN_VALUE = /^(?:["'][^"']*$|[[{][^\]}]*$|[&*!?])/;

class NotRead extends Error {
  override readonly name = 'NotRead';
}

function indentOf(line: string): number {
  let at = 0;
  while (line[at] === ' ') at++;
  return at;
}

interface Block {
  readonly blanks: number;
  readonly isList: boolean;
}

class Reader {
  readonly #lines: readonly string[];
  readonly #marked: boolean;
  readonly #deadline: Deadline;
  /** By how much each block stands in. */
  readonly blocks: Block[] = [];
  #at = 0;
  #checked = 0;
  #filled = -1;
  #remarks = 0;

  constructor(lines: readonly string[], marked: boolean, deadline: Deadline) {
    this.#lines = lines;
    this.#marked = marked;
    this.#deadline = deadline;
  }

  documents(): readonly Node[] {
    const documents: Node[] = [];
    if (this.#marked) this.#skipMark();
    for (;;) {
      documents.push(this.#mapping(0, 0));
      if (this.#at >= this.#lines.length) return documents;
      this.#skipMark();
    }
  }

  #skipMark(): void {
    if (this.#lines[this.#at] !== '---') throw new NotRead();
    this.#at++;
  }

  #mapping(indent: number, depth: number, first?: string): Node {
    if (depth > MAX_DEPTH) throw new NotRead();
    const entries: Record<string, Node> = {};
    let remarks = 0;
    let line = first ?? this.#own(indent);
    while (line !== undefined) {
      if (line === '' || line.startsWith('#')) {
        if (this.#remarks++ > MAX_REMARKS) throw new NotRead();
        entries[remarks === 0 ? '#' : `#${remarks + 1}`] = line;
        remarks++;
        this.#at++;
      } else this.#entry(entries, line, indent, depth);
      line = this.#own(indent);
    }
    return entries;
  }

  /** The line here without its indent, if it belongs to a mapping at that indent. */
  #own(indent: number): string | undefined {
    if (this.#at >= this.#checked) {
      this.#deadline.check();
      this.#checked = this.#at + LINES_PER_CHECK;
    }
    const line = this.#lines[this.#at];
    if (line === undefined || (line === '---' && indent === 0)) return undefined;
    if (line === '') return this.#ownsEmpty(indent) ? '' : undefined;
    if (indentOf(line) !== indent) return undefined;
    const own = line.slice(indent);
    return own.startsWith('- ') || own === '-' ? undefined : own;
  }

  /** The next line that is not empty, found once for all empty lines before it. */
  #nextFilled(): number {
    if (this.#filled < this.#at) {
      this.#filled = this.#at;
      while (this.#lines[this.#filled] === '') this.#filled++;
    }
    return this.#filled;
  }

  /** An empty line belongs to the mapping that goes on after it; at the end of a document, to the document. */
  #ownsEmpty(indent: number): boolean {
    const next = this.#lines[this.#nextFilled()];
    if (next === undefined || next === '---') return indent === 0;
    return indentOf(next) === indent && !next.slice(indent).startsWith('- ');
  }

  #entry(entries: Record<string, Node>, line: string, indent: number, depth: number): void {
    const [, key, value = ''] = (line.length > 20_000 ? null : ENTRY.exec(line)) ?? [];
    if (key === undefined || ODD_KEY.test(key) || key in entries || line.endsWith(': ')) throw new NotRead();
    this.#at++;
    if (BLOCK_SCALAR.test(value)) entries[key] = this.#blockText(value, indent);
    else if (value === '') entries[key] = this.#below(indent, depth);
    else if (OPEN_VALUE.test(value) && toScalar(value) === value && !/[\]}]$/.test(value)) throw new NotRead();
    else entries[key] = toScalar(value);
  }

  /** What stands under a key: a list, a mapping, or nothing. */
  #below(indent: number, depth: number): Node {
    const next = this.#lines[this.#at];
    if (next === undefined || next === '') return '';
    const inner = indentOf(next);
    const isList = next[inner] === '-' && (next[inner + 1] === ' ' || next.length === inner + 1);
    if (isList && inner >= indent) {
      this.#note(inner - indent, true);
      return this.#list(inner, depth + 1);
    }
    if (inner <= indent) return '';
    this.#note(inner - indent, false);
    return this.#mapping(inner, depth + 1);
  }

  /** The next block stands in so far. */
  #note(blanks: number, isList: boolean): void {
    if (blanks > MAX_INDENT) throw new NotRead();
    this.blocks.push({ blanks, isList });
  }

  #list(indent: number, depth: number): Node {
    if (depth > MAX_DEPTH) throw new NotRead();
    const items: Node[] = [];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || indentOf(line) !== indent || !line.startsWith('- ', indent)) return items;
      const rest = line.slice(indent + 2);
      if (ENTRY.test(rest.slice(0, 20_000))) items.push(this.#mapping(indent + 2, depth + 1, rest));
      else {
        if (rest === '' || /^(?:[\s#]|-(?: |$))/.test(rest) || BLOCK_SCALAR.test(rest) || OPEN_VALUE.test(rest))
          throw new NotRead();
        this.#at++;
        items.push(toScalar(rest));
      }
    }
  }

  /** The sign and the lines under it, without their indent. */
  #blockText(sign: string, indent: number): string {
    const inner = indentOf(this.#lines[this.#nextFilled()] ?? '');
    if (inner <= indent) return sign;
    this.#note(inner - indent, false);
    const out = [sign];
    let empties = 0;
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!;
      if (line === '') {
        empties++;
        continue;
      }
      if (indentOf(line) < inner) break;
      for (; empties > 0; empties--) out.push('');
      out.push(line.slice(inner));
    }
    this.#at -= empties;
    return out.join('\n');
  }
}

export interface Read {
  readonly documents: readonly Node[];
  readonly style: Style;
}

/**
 * The documents of a text and how it was laid out, in the first of some ways that leaves the fewest blocks odd; undefined
 * when it is none that is read here.
 * @param ways alike but for their blanks.
 */
export function readYaml(lines: readonly string[], ways: readonly Layout[], deadline: Deadline): Read | undefined {
  const reader = new Reader(lines, ways[0]!.marked, deadline);
  try {
    const documents = reader.documents();
    const styles = ways.map((way): Style => ({ ...way, odd: oddIn(reader.blocks, way) }));
    const style = styles.reduce((best, one) => (best.odd.size <= one.odd.size ? best : one));
    return style.odd.size > MAX_ODD ? undefined : { documents, style };
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
