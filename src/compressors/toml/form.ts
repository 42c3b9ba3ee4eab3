/** The lossless form: a line that says how to read it, then the document as JSON. */
import type { Deadline } from '../../core/deadline.ts';
import { readToml } from './read.ts';
import type { Spelling, Table } from './values.ts';
import { writeToml } from './write.ts';

const HEAD =
  /^\[headroom: (\d{1,7}) lines of (TOML|INI) as JSON, all here; \/ before a list with a line per item \(indent (\d{1,2})\), # a comment or empty line, = before other values; "( = |=|: )"(, tight braces)?\]$/;
const MAX_HEAD = 400;

export interface Read {
  readonly document: Table;
  readonly spelling: Spelling;
  readonly count: number;
  readonly end: string;
}

function spellingOf(text: string): Spelling {
  const equals = /^(?:[\w.\-/]+)(?: [\w.-]+)*?( = |=|: )/m.exec(text)?.[1] as Spelling['equals'] | undefined;
  const isBare = !/^[\w.-]+ = (?:"|\[|\{|')/m.test(text);
  const indent = /= \[\n( *)\S/.exec(text)?.[1]?.length ?? 4;
  return { equals: equals ?? ' = ', isBare, isLoose: !/\{\w/.test(text), indent: Math.min(indent, 20) };
}

/** Undefined when the text is not read here. */
export function readSource(text: string, deadline: Deadline): Read | undefined {
  const end = text.endsWith('\n') ? '\n' : '';
  const lines = text.slice(0, text.length - end.length).split('\n');
  const spelling = spellingOf(text.slice(0, 65_536));
  const document = readToml(lines, spelling, deadline);
  return document && { document, spelling, count: lines.length, end };
}

/** @param say says JSON shorter. */
export function writeForm({ document, spelling, count, end }: Read, say: (json: string) => string | undefined): string {
  const spelled = JSON.stringify(document);
  const { equals, isBare, isLoose, indent } = spelling;
  const head = `[headroom: ${count} lines of ${isBare ? 'INI' : 'TOML'} as JSON, all here; / before a list with a line per item (indent ${indent}), # a comment or empty line, = before other values; "${equals}"${isLoose ? '' : ', tight braces'}]`;
  return `${head}\n${say(spelled) ?? spelled}${end}`;
}

/** What stands in a form, as JSON has it. @throws Error for a damaged one. */
export type ReadDocument = (said: string) => unknown;

/** The source; undefined when the text is no such form or a damaged one. */
export function readForm(text: string, readDocument: ReadDocument): string | undefined {
  const headEnd = text.indexOf('\n');
  const head = headEnd < 0 || headEnd > MAX_HEAD ? null : HEAD.exec(text.slice(0, headEnd));
  if (!head) return undefined;
  const end = text.endsWith('\n') ? '\n' : '';
  const said = text.slice(headEnd + 1, text.length - end.length);
  const spelling: Spelling = {
    equals: head[4] as Spelling['equals'],
    isBare: head[2] === 'INI',
    isLoose: head[5] === undefined,
    indent: Number(head[3]),
  };
  try {
    const document = readDocument(said);
    if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
    const lines = writeToml(document as Table, spelling);
    return lines.length === Number(head[1]) ? lines.join('\n') + end : undefined;
  } catch {
    // Damaged JSON, or no document that was read from TOML.
    return undefined;
  }
}
