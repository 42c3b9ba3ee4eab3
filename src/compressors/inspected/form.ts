/**
 * The lossless form: values that Node printed, as JSON in its shortest spelling, one a line where several follow each
 * other. What stands around them stays.
 */
import type { ReadJson } from '../../core/json-compressor.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { printValue } from './print.ts';
import { AS_PRINTED, readValue } from './read.ts';

const HEAD_START = '[headroom: ';
const HEAD =
  /^\[headroom: (\d{1,7}) values? as Node prints (?:it|them), said as JSON in the next (\d{1,7})((?:; [^\]]*)?)\]$/;
const FACTS_APART = '; ';
const BEGINS = 'begins in the line before';
const GOES_ON = 'the line goes on after it';
const BROKEN_AT = 'lines broken at ';
const CRLF = 'lines end in CRLF';
/** What Node breaks lines at, and programs that have more room. */
const WIDTHS: readonly number[] = [80, 100, 120];
const USUAL_WIDTH = WIDTHS[0]!;
/** Where a value may begin: at the start of a line, or behind the words that a program printed before it. */
const START = /^(?:[^\s[({=][^\n[({=]{0,80} )?(?=[[{][ \n])/gm;
/** What begins like a value and is none is given up after so many times the whole text. */
const MAX_READ_AGAIN = 2;
/** Shorter ones have nothing to say twice. */
const MIN_CHARS = 200;

/** Values that follow each other, a line break between each two. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** Each as JSON. */
  readonly values: readonly string[];
  readonly width: number;
}

/** All values in a text that are long enough, and that come back as they were printed. */
export function findValues(text: string, check: () => void): readonly Found[] {
  const found: Found[] = [];
  let from = 0;
  let inVain = 0;
  for (const match of text.matchAll(START)) {
    const start = match.index + match[0].length;
    if (start < from) continue;
    check();
    const run = readRun(text, start, check);
    if (run.found && run.end - start >= MIN_CHARS) found.push(run.found);
    if (run.found) from = run.end;
    inVain += run.inVain;
    if (inVain > text.length * MAX_READ_AGAIN) break;
  }
  return found;
}

interface Run {
  readonly found: Found | undefined;
  readonly end: number;
  /** Characters read of what is no value. */
  readonly inVain: number;
}

function readRun(text: string, start: number, check: () => void): Run {
  const values: string[] = [];
  let width: number | undefined;
  let end = start;
  let inVain = 0;
  for (let at = start; text[at] === '{' || text[at] === '['; at = end + 1) {
    const read = readValue(text, at, check);
    const own = read.json === undefined ? undefined : widthOf(read.json, text.slice(at, read.end), width);
    if (own === undefined) {
      inVain = read.end - at;
      break;
    }
    width = own;
    values.push(read.json!);
    end = read.end;
    if (text[end] !== '\n') break;
  }
  const found = values.length === 0 ? undefined : { start, end, values, width: width! };
  return { found, end, inVain };
}

/** The width by which a value is printed as it stands: that of those before it, where there are some. */
function widthOf(json: string, printed: string, before: number | undefined): number | undefined {
  const value = JSON.parse(json) as JsonValue;
  const widths = before === undefined ? WIDTHS : [before];
  return widths.find((one) => printValue(value, one) === printed);
}

/** What a form says in place of values. */
export function spelled({ values }: Found): string {
  return values.join('\n');
}

export function hasOwnHead(text: string): boolean {
  return text.includes(HEAD_START) && text.split('\n').some((line) => HEAD.test(line));
}

/**
 * @param text with line ends of one character.
 * @param said the JSON of each of the found, shorter.
 */
export function writeForm(text: string, found: readonly Found[], said: readonly string[], crlf: boolean): string {
  const out: string[] = [];
  let at = 0;
  for (const [i, one] of found.entries()) {
    const facts = [
      `${HEAD_START}${one.values.length === 1 ? '1 value as Node prints it' : `${one.values.length} values as Node prints them`}, said as JSON in the next ${said[i]!.split('\n').length}`,
    ];
    if (said[i]!.includes(AS_PRINTED)) facts.push(`${AS_PRINTED} stands before what is no JSON`);
    if (crlf) facts.push(CRLF);
    if (one.width !== USUAL_WIDTH) facts.push(BROKEN_AT + one.width);
    const isInLine = one.start > 0 && text[one.start - 1] !== '\n';
    if (isInLine) facts.push(BEGINS);
    const goesOn = one.end < text.length && text[one.end] !== '\n';
    if (goesOn) facts.push(GOES_ON);
    out.push(
      text.slice(at, one.start),
      isInLine ? '\n' : '',
      facts.join(FACTS_APART),
      ']\n',
      said[i]!,
      goesOn ? '\n' : '',
    );
    at = one.end;
  }
  return out.join('') + text.slice(at);
}

/** The source of a form; undefined when the text is none or is damaged. */
export function readForm(text: string, readJson: ReadJson): string | undefined {
  if (!text.includes(HEAD_START)) return undefined;
  try {
    return readLines(text.split('\n'), readJson);
  } catch {
    // Damaged, or somebody else's text that looks like a form of ours.
    return undefined;
  }
}

function readLines(lines: readonly string[], readJson: ReadJson): string | undefined {
  let out = '';
  let isForm = false;
  let isCrlf = false;
  let apart = '';
  for (let i = 0; i < lines.length; i++) {
    const head = HEAD.exec(lines[i]!);
    if (!head) {
      out += apart + lines[i]!;
      apart = '\n';
      continue;
    }
    const facts = head[3]!.split(FACTS_APART);
    const count = Number(head[2]);
    if (count > lines.length - i - 1) return undefined;
    const said = readJson(lines.slice(i + 1, i + 1 + count).join('\n')).split('\n');
    if (said.length !== Number(head[1])) return undefined;
    const broken = facts.find((fact) => fact.startsWith(BROKEN_AT));
    const width = broken === undefined ? USUAL_WIDTH : Number(broken.slice(BROKEN_AT.length));
    const printed = said.map((one) => printValue(JSON.parse(one) as JsonValue, width)).join('\n');
    out += (facts.includes(BEGINS) ? '' : apart) + printed;
    apart = facts.includes(GOES_ON) ? '' : '\n';
    i += count;
    isForm = true;
    isCrlf = facts.includes(CRLF);
  }
  if (!isForm) return undefined;
  return isCrlf ? out.replaceAll('\n', '\r\n') : out;
}
