/** The lossless form: rows that Python printed, as JSON in its shortest spelling. What stands around them stays. */
import type { ReadJson } from '../../core/json-compressor.ts';
import { AS_PRINTED, type RowKind, type Rows, readRows } from './read.ts';
import { printRow } from './write.ts';

const HEAD =
  /^\[headroom: (\d{1,7}) Python (dicts|tuples) as JSON( lines)?, said in the next (\d{1,7})((?:; [^\]]*)?)\]$/m;
const HEAD_START = '[headroom: ';
const FACTS_APART = '; ';
const LINES = ' lines';
const CUT = 'the list is cut off';
const CRLF = 'lines end in CRLF';
const MIN_ROWS = 4;
const IN_LIST = ', ';
const IN_LINES = '\n';
/** Where rows may begin: a list, or a row a line. */
const START = /^(?:(?:[^\s[({=][^\n[({=]{0,80})?(\[)(?=[{(][^)}\n])|(?=[{(]['"\d\-N]))/gm;
const MAX_STARTS = 40;

export interface Found extends Rows {
  readonly start: number;
  readonly isList: boolean;
  /** The list is not cut off. */
  readonly isClosed: boolean;
}

/** The first rows in a text that are enough. */
export function findRows(text: string, check: () => void): Found | undefined {
  let tried = 0;
  for (const match of text.matchAll(START)) {
    if (tried++ >= MAX_STARTS) return undefined;
    const isList = match[1] !== undefined;
    const start = match.index + match[0].length;
    const read = readRows(text, start, isList ? IN_LIST : IN_LINES, check);
    if (!read || read.rows.length < MIN_ROWS) continue;
    return { ...read, start, isList, isClosed: text[read.end] === ']' };
  }
  return undefined;
}

export function hasOwnHead(text: string): boolean {
  return text.includes(HEAD_START) && HEAD.test(text);
}

/** The text with its rows said so; a line of its own says what they are. */
export function writeForm(text: string, found: Found, said: string, crlf: boolean): string {
  const { kind, rows, isList, isClosed, start, end } = found;
  const facts = [
    `${HEAD_START}${rows.length} Python ${kind} as JSON${isList ? '' : LINES}, said in the next ${said.split('\n').length}`,
  ];
  if (said.includes(AS_PRINTED)) facts.push(`${AS_PRINTED} stands before Python as printed`);
  if (isList && !isClosed) facts.push(CUT);
  if (crlf) facts.push(CRLF);
  const open = isList ? start - 1 : start;
  const close = isList && isClosed ? end + 1 : end;
  const before = open === 0 ? '' : `${text.slice(0, open)}\n`;
  return `${before}${facts.join(FACTS_APART)}]\n${said}${close === text.length ? '' : `\n${text.slice(close)}`}`;
}

/** The source of a form; undefined when the text is none or is damaged. */
export function readForm(text: string, readJson: ReadJson): string | undefined {
  const head = text.includes(HEAD_START) ? HEAD.exec(text) : null;
  try {
    return head ? readBehind(head, text, readJson) : undefined;
  } catch {
    // Damaged, or somebody else's text that begins like a form of ours.
    return undefined;
  }
}

function readBehind(head: RegExpExecArray, text: string, readJson: ReadJson): string | undefined {
  const after = text.slice(head.index + head[0].length + 1).split('\n');
  const count = Number(head[4]);
  if (count > after.length) return undefined;
  const said = after.slice(0, count).join('\n');
  const rows = readJson(said).split('\n');
  if (rows.length !== Number(head[1])) return undefined;
  const facts = head[5]!.split(FACTS_APART);
  const kind = head[2] as RowKind;
  const isList = head[3] === undefined;
  const printed = rows.map((row) => printRow(row, kind)).join(isList ? IN_LIST : IN_LINES);
  const whole = isList ? `[${printed}${facts.includes(CUT) ? '' : ']'}` : printed;
  const source = `${text.slice(0, Math.max(0, head.index - 1))}${whole}${after.slice(count).join('\n')}`;
  return facts.includes(CRLF) ? source.replaceAll('\n', '\r\n') : source;
}
