/** The lossless form: rows that Python printed, as JSON in its shortest spelling. What stands around them stays. */
import type { ReadJson } from '../../core/json-compressor.ts';
import { printPretty } from './pretty.ts';
import { AS_PRINTED, type Layout, type RowKind, type Rows, readRows } from './read.ts';
import { printRow } from './write.ts';

const HEAD =
  /^\[headroom: (\d{1,7}) Python (dict|tuple)s? as JSON( lines?)?, said in the next (\d{1,7})((?:; [^\]]*)?)\]$/m;
const HEAD_START = '[headroom: ';
const FACTS_APART = '; ';
const CUT = 'the list is cut off';
const CRLF = 'lines end in CRLF';
const PRETTY = 'laid out by pprint';
const MIN_ROWS = 4;
/** Fewer rows are enough where they are long: what an API answered is one. */
const MIN_CHARS = 400;
/** Where rows may begin: a list, or a row a line, behind a word of the program or not. */
const START = /^(?:[^\s[({=][^\n[({=]{0,80})?(?:(\[)(?=[{(][^)}\n])|(?<=^| )(?=[{(]['"\d\-N]))/gm;
const MAX_STARTS = 40;

/** One of these is how rows stand: in a list or a row a line, each on one line or as `pprint` prints it. */
interface Way extends Layout {
  readonly isList: boolean;
  readonly isPretty: boolean;
}

const WAYS: readonly Way[] = [
  { isList: true, isPretty: false, between: ', ', print: undefined },
  { isList: true, isPretty: true, between: ',\n ', print: (row, kind) => printPretty(row, kind === 'tuples', true) },
  { isList: false, isPretty: false, between: '\n', print: undefined },
  { isList: false, isPretty: true, between: '\n', print: (row, kind) => printPretty(row, kind === 'tuples', false) },
];

function wayOf(isList: boolean, isPretty: boolean): Way {
  return WAYS.find((way) => way.isList === isList && way.isPretty === isPretty)!;
}

export interface Found extends Rows {
  readonly way: Way;
  readonly start: number;
  /** The list is not cut off. */
  readonly isClosed: boolean;
}

/** The first rows in a text that are enough. */
export function findRows(text: string, check: () => void): Found | undefined {
  let tried = 0;
  for (const match of text.matchAll(START)) {
    if (tried++ >= MAX_STARTS) return undefined;
    for (const found of rowsAt(text, match, check)) if (isEnough(found)) return found;
  }
  return undefined;
}

function isEnough({ rows, start, end }: Found): boolean {
  return rows.length >= MIN_ROWS || (rows.length > 0 && end - start >= MIN_CHARS);
}

/** What begins here, read in each way that it may stand. */
function* rowsAt(text: string, match: RegExpExecArray, check: () => void): Generator<Found> {
  const start = match.index + match[0].length;
  for (const way of WAYS) {
    if (way.isList !== (match[1] !== undefined)) continue;
    const read = readRows(text, start, way, check);
    yield { ...read, way, start, isClosed: text[read.end] === ']' };
  }
}

/** Whether the beginning of a text has rows that are enough, or may be where it is cut off. */
export function beginsWithRows(head: string, isCut: boolean): boolean {
  for (const match of head.matchAll(START))
    for (const found of rowsAt(head, match, () => undefined))
      if (isEnough(found) || (isCut && found.read > head.length - MIN_CHARS)) return true;
  return false;
}

export function hasOwnHead(text: string): boolean {
  return text.includes(HEAD_START) && HEAD.test(text);
}

/** The text with its rows said so; a line of its own says what they are. */
export function writeForm(text: string, found: Found, said: string, crlf: boolean): string {
  const { kind, rows, way, isClosed, start, end } = found;
  const { isList, isPretty } = way;
  const [what, lines] = rows.length === 1 ? [kind.slice(0, -1), ' line'] : [kind, ' lines'];
  const facts = [
    `${HEAD_START}${rows.length} Python ${what} as JSON${isList ? '' : lines}, said in the next ${said.split('\n').length}`,
  ];
  if (said.includes(AS_PRINTED)) facts.push(`${AS_PRINTED} stands before Python as printed`);
  if (isPretty) facts.push(PRETTY);
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
  const facts = head[5]!.split(FACTS_APART);
  const count = Number(head[4]);
  if (count > after.length) return undefined;
  const said = after.slice(0, count).join('\n');
  const rows = readJson(said).split('\n');
  if (rows.length !== Number(head[1])) return undefined;
  const kind: RowKind = `${head[2] as 'dict' | 'tuple'}s`;
  const { isList, between, print = printRow } = wayOf(head[3] === undefined, facts.includes(PRETTY));
  const printed = rows.map((row) => print(row, kind)).join(between);
  const whole = isList ? `[${printed}${facts.includes(CUT) ? '' : ']'}` : printed;
  const source = `${text.slice(0, Math.max(0, head.index - 1))}${whole}${after.slice(count).join('\n')}`;
  return facts.includes(CRLF) ? source.replaceAll('\n', '\r\n') : source;
}
