/** Reads from a syntax tree which rows hold bodies, types, comments and long values. Walks without recursion, in one pass. */
import type { Node, Tree, TreeCursor } from 'web-tree-sitter';
import type { Deadline } from '../../core/deadline.ts';
import type { BodyKind, Grammar } from './grammars.ts';

export interface Region {
  readonly kind: 'body' | 'type' | 'comment' | 'doc' | 'value';
  /** First row of the statement that it belongs to. */
  readonly unit: number;
  /** Last row that stays when it is left out; of comments and values, their first row. */
  readonly open: number;
  readonly last: number;
  /** Column after its end, in the last row. */
  readonly end: number;
  readonly isNamed: boolean;
  /** Index of the body that it stands in; -1: in none. */
  readonly parent: number;
  /** Whether something that does not parse stands right in it. */
  hasError: boolean;
}

export interface Regions {
  /** In the order of the text; those inside follow the one that they stand in. */
  readonly list: readonly Region[];
  /** Rows that hold something that does not parse. */
  readonly errorRows: ReadonlySet<number>;
}

/** What a node knows of the nodes above it. */
interface Frame {
  readonly type: string;
  readonly row: number;
  /** First row of the statement around it. */
  readonly unit: number;
  readonly body: number;
  readonly hasError: boolean;
  /** A function right below is said with a name: `test('works', () => …)`. */
  readonly names: boolean;
}

const NODES_PER_CHECK = 256;
const UNITS = /(?:_statement|_declaration|_definition|_item|_directive)$/;
const ARGUMENTS = /^(?:arguments|argument_list)$/;
const NAME = /string|template_string|simple_symbol/;
const ROOT: Frame = { type: '', row: 0, unit: -1, body: -1, hasError: true, names: false };

export function readRegions(tree: Tree, grammar: Grammar, deadline: Deadline): Regions {
  const cursor = tree.walk();
  try {
    return new RegionReader(cursor, grammar, deadline).read();
  } finally {
    cursor.delete();
  }
}

class RegionReader {
  readonly #cursor: TreeCursor;
  readonly #grammar: Grammar;
  readonly #deadline: Deadline;
  readonly #list: Region[] = [];
  readonly #errorRows = new Set<number>();

  constructor(cursor: TreeCursor, grammar: Grammar, deadline: Deadline) {
    this.#cursor = cursor;
    this.#grammar = grammar;
    this.#deadline = deadline;
  }

  read(): Regions {
    const above: Frame[] = [ROOT];
    let nodes = 0;
    do {
      if (++nodes % NODES_PER_CHECK === 0) this.#deadline.check();
      const frame = this.#enter(above.at(-1)!);
      if (frame && this.#cursor.gotoFirstChild()) {
        above.push(frame);
        continue;
      }
      while (!this.#cursor.gotoNextSibling()) {
        if (!this.#cursor.gotoParent()) return { list: this.#list, errorRows: this.#errorRows };
        above.pop();
      }
    } while (above.length > 0);
    return { list: this.#list, errorRows: this.#errorRows };
  }

  /** Undefined when nothing below can matter: it stands in one row, and all of it parses. */
  #enter(above: Frame): Frame | undefined {
    const cursor = this.#cursor;
    const row = cursor.startPosition.row;
    const last = cursor.endPosition.row;
    const isLong = last > row;
    if (!isLong && !above.hasError) return this.#isComment() ? this.#addComment(above, row) : undefined;
    const hasError = above.hasError && cursor.currentNode.hasError;
    if (cursor.nodeType === 'ERROR' || cursor.nodeIsMissing) this.#addError(above, row);
    else if (above.type === 'ERROR' && !isLong && this.#isLooseWord()) this.#errorRows.add(row);
    if (!isLong && !hasError) return this.#isComment() ? this.#addComment(above, row) : undefined;
    return this.#enterLong(above, row, hasError);
  }

  #enterLong(above: Frame, row: number, hasError: boolean): Frame | undefined {
    const type = this.#cursor.nodeType;
    if (this.#isComment()) return this.#addComment(above, row);
    const isUnit = UNITS.test(type) || this.#grammar.namers.includes(type);
    const unit = isUnit && !this.#isInUnit(above, row) ? row : above.unit;
    const frame: Frame = { type, row, unit, body: above.body, hasError, names: this.#namesBelow(above, type) };
    const kind = this.#grammar.bodies[type];
    if (kind && (kind !== 'named-block' || above.names)) {
      const body = this.#addBody(above, frame, kind);
      return body === undefined ? frame : { ...frame, unit: -1, body };
    }
    if (this.#grammar.types.includes(type)) this.#add('type', { ...frame, unit: unit < 0 ? row : unit }, row);
    else if (this.#grammar.docStrings && type === 'string' && this.#isDocString(above)) this.#add('doc', frame, row);
    else if (this.#grammar.values.includes(type)) this.#add('value', frame, row);
    return frame;
  }

  /** A decorated or exported declaration begins where its decorator or `export` stands. */
  #isInUnit(above: Frame, row: number): boolean {
    return above.unit >= 0 && row - above.unit <= MAX_UNIT_ROWS && /decorated|export/.test(above.type);
  }

  #namesBelow(above: Frame, type: string): boolean {
    if (this.#grammar.namers.includes(type)) return true;
    const node = this.#cursor.currentNode;
    if (ARGUMENTS.test(type)) return NAME.test(node.firstNamedChild?.type ?? '');
    if (type === 'call') return NAME.test(node.childForFieldName('arguments')?.firstNamedChild?.type ?? '');
    return above.names && /^(?:parenthesized_expression|block_argument)$/.test(type);
  }

  #addBody(above: Frame, frame: Frame, kind: BodyKind): number | undefined {
    const node = this.#cursor.currentNode;
    const body = kind === 'field' ? node.childForFieldName('body') : node;
    if (!body) return undefined;
    const isNamed = !this.#grammar.anonymous.includes(frame.type) || above.names;
    const open = kind === 'field' ? lastRowBefore(body) : frame.row;
    return this.#add('body', { ...frame, unit: frame.unit < 0 ? frame.row : frame.unit }, open, isNamed);
  }

  #add(kind: Region['kind'], { unit, body }: Frame, open: number, isNamed = true): number {
    const { row: last, column: end } = this.#cursor.endPosition;
    const hasError = false;
    return this.#list.push({ kind, unit, open, last, end, isNamed, parent: body, hasError }) - 1;
  }

  #addError({ body }: Frame, row: number): void {
    this.#errorRows.add(row);
    if (body >= 0) this.#list[body]!.hasError = true;
  }

  /** A word that the parser found no place for; what it could still read as a whole has children. */
  #isLooseWord(): boolean {
    return this.#cursor.currentNode.childCount === 0 && !this.#isComment();
  }

  #isComment(): boolean {
    return this.#grammar.comments.includes(this.#cursor.nodeType);
  }

  #addComment(above: Frame, row: number): undefined {
    this.#add('comment', above, row);
  }

  /** Whether the string is a statement, the first of a module, a class or a function. */
  #isDocString(above: Frame): boolean {
    if (above.type !== 'expression_statement') return false;
    const statement = this.#cursor.currentNode.parent;
    let before = statement?.previousSibling ?? null;
    while (before?.type === 'comment') before = before.previousSibling;
    return before === null || before.type === ':';
  }
}

/** A unit that began further above is no longer said with what stands in it. */
const MAX_UNIT_ROWS = 12;

/** Where the signature ends: before a body that begins on a row of its own. */
function lastRowBefore(body: Node): number {
  let before = body.previousSibling;
  while (before && /comment/.test(before.type)) before = before.previousSibling;
  return before ? before.endPosition.row : body.startPosition.row;
}
