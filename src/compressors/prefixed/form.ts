/**
 * The lossless form: what stands before the JSON texts said once, with its words as columns of the JSON, then the JSON in
 * its shortest spelling, then the lines of other kinds by their numbers.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import type { JsonCompressor, ReadObject, OpenJson, ReadJson } from '../../core/json-compressor.ts';
import type { Lines, Records } from './records.ts';
import { STYLES } from './style.ts';
import { type Cells, type Template, keysOf, readTemplate, spellTemplate, writePrefix } from './template.ts';

const HEAD_START = '[headroom: ';
const HEAD =
  /^\[headroom: (\d{1,7}) JSON texts in (\d{1,7}) lines, each behind ("(?:[^"\\]|\\.)*"), said in the next (\d{1,7})((?:; [^;\]]*)*)\]$/;
const FACTS_APART = '; ';
const OTHERS = 'then other lines by number';
const CRLF = 'lines end in CRLF';
const LACKING = /^the first without (\d) lines?$/;
const STYLED = 'spelled ';
const OTHER = /^(\d{1,7}):([^]*)$/;
const MAX_LINES = 4_000_000;

/** The JSON texts with the words before them as their first columns. */
export function openLines({ rows, template }: Records, spelled: string, json: JsonCompressor): OpenJson {
  const read: { readonly cells: Cells; readonly object: ReadObject }[] = [];
  for (const { cells, object } of rows) {
    if (!object) return json.open(spelled);
    read.push({ cells, object });
  }
  return json.openLines({ keys: keysOf(template), rows: read, spelled });
}

/** The same as text. */
export function asJsonLines({ rows, template }: Records): string {
  const heads = headsOf(template);
  return rows
    .map(({ cells, minified }) => {
      if (cells.length === 0) return minified;
      const own = cells.map((cell, hole) => heads[hole]! + JSON.stringify(cell)).join(',');
      return minified === '{}' ? `{${own}}` : `{${own},${minified.slice(1)}`;
    })
    .join('\n');
}

export function hasOwnHead({ text, lines }: Lines): boolean {
  return text.includes(HEAD_START) && lines.some((line) => line.startsWith(HEAD_START) && HEAD.test(line));
}

function headOf(records: Records, said: number, crlf: boolean): string {
  const { rows, template, style, others, lacking, lines } = records;
  const facts = [
    `${HEAD_START}${rows.length} JSON texts in ${lines} lines, each behind ${JSON.stringify(spellTemplate(template))}, said in the next ${said}`,
  ];
  if (style.name !== '') facts.push(STYLED + style.name);
  if (lacking > 0) facts.push(`the first without ${lacking} line${lacking === 1 ? '' : 's'}`);
  if (others.length > 0) facts.push(OTHERS);
  if (crlf) facts.push(CRLF);
  return `${facts.join(FACTS_APART)}]`;
}

function writeOthers({ others }: Records): readonly string[] {
  return others.map(([number, line]) => `${number}:${line}`);
}

/** Undefined when the JSON has no shorter spelling. */
export function writeForm(
  records: Records,
  crlf: boolean,
  json: OpenJson,
  options: CompressOptions,
): string | undefined {
  const said = json.compress({ ...options, level: 'lossless', call: undefined })?.text;
  if (said === undefined) return undefined;
  const count = said.split('\n').length;
  return [headOf(records, count, crlf), said, ...writeOthers(records)].join('\n');
}

/** Lines of other kinds that a view holds. */
const MAX_OTHERS = 60;

/** Undefined when the JSON has no view. */
export function writeView(records: Records, json: OpenJson, options: CompressOptions): string | undefined {
  const said = json.compress(options);
  if (said?.loss !== 'recoverable') return undefined;
  const { others } = records;
  const left = others.length - MAX_OTHERS;
  const more = left > 0 ? [`(${left} more lines of other kinds)`] : [];
  const head = headOf(records, said.text.split('\n').length, false);
  return [head, said.text, ...writeOthers(records).slice(0, MAX_OTHERS), ...more].join('\n');
}

interface Head {
  readonly rows: number;
  readonly lines: number;
  readonly template: Template;
  readonly said: number;
  readonly facts: readonly string[];
}

function readHead(line: string): Head | undefined {
  const match = HEAD.exec(line);
  if (!match) return undefined;
  return {
    rows: Number(match[1]),
    lines: Number(match[2]),
    template: readTemplate(JSON.parse(match[3]!) as string),
    said: Number(match[4]),
    facts: match[5]!.split(FACTS_APART),
  };
}

const QUOTE = 0x22;
const CELL = /"(?:[^"\\]|\\.)*"/y;

/**
 * The first values of a JSON text and the rest of it.
 * @param heads what stands before each of them.
 */
function splitRow(row: string, heads: readonly string[]): { cells: readonly string[]; minified: string } | undefined {
  const cells: string[] = [];
  let at = 1;
  for (const head of heads) {
    if (!row.startsWith(head, at)) return undefined;
    const start = at + head.length;
    // Most cells are words.
    const end = row.charCodeAt(start) === QUOTE ? row.indexOf('"', start + 1) : -1;
    const word = end < 0 ? undefined : row.slice(start + 1, end);
    if (word !== undefined && !word.includes('\\')) {
      cells.push(word);
      at = end + 1;
    } else {
      CELL.lastIndex = start;
      const cell = CELL.exec(row)?.[0];
      if (cell === undefined) return undefined;
      cells.push(JSON.parse(cell) as string);
      at = CELL.lastIndex;
    }
    if (row[at] === ',') at++;
  }
  return { cells, minified: heads.length === 0 ? row : `{${row.slice(at)}` };
}

/** What stands before the value of each hole. */
function headsOf(template: Template): readonly string[] {
  return keysOf(template).map((key) => `${JSON.stringify(key)}:`);
}

/** The lines of all records; undefined when what is said does not fit the head. */
function readRows(said: string, { rows, template, facts }: Head, readJson: ReadJson): readonly string[] | undefined {
  const spelled = readJson(said).split('\n');
  if (spelled.length !== rows) return undefined;
  const style = STYLES.find(({ name }) => name !== '' && facts.includes(STYLED + name)) ?? STYLES[0]!;
  const heads = headsOf(template);
  const lacking = Number(facts.map((fact) => LACKING.exec(fact)?.[1]).find((count) => count !== undefined) ?? 0);
  const lines: string[] = [];
  for (const [i, row] of spelled.entries()) {
    const split = splitRow(row, heads);
    if (!split) return undefined;
    const text = writePrefix(template, split.cells) + style.spell(split.minified);
    if (i > 0 && !text.includes('\n')) lines.push(text);
    else for (const line of text.split('\n').slice(i === 0 ? lacking : 0)) lines.push(line);
  }
  return lines;
}

/** The source of a form; undefined when the text is none or is damaged. */
export function readForm(text: string, readJson: ReadJson): string | undefined {
  try {
    return text.startsWith(HEAD_START) ? readWhole(text, readJson) : undefined;
  } catch {
    // Damaged, or somebody else's text that begins like a form of ours.
    return undefined;
  }
}

function readWhole(text: string, readJson: ReadJson): string | undefined {
  const end = text.endsWith('\n') ? '\n' : '';
  const body = text.slice(0, text.length - end.length);
  const start = behindLines(body, 0, 1);
  const head = readHead(body.slice(0, start - 1));
  if (!head || head.lines > MAX_LINES) return undefined;
  const past = behindLines(body, start, head.said);
  if (past > body.length + 1) return undefined;
  const rows = readRows(body.slice(start, past - 1), head, readJson);
  const others = past > body.length ? [] : body.slice(past).split('\n');
  const out = rows && merge(rows, others, head.lines);
  return out?.join(head.facts.includes(CRLF) ? '\r\n' : '\n').concat(head.facts.includes(CRLF) && end ? '\r\n' : end);
}

/** Where the line after so many starts: one beyond the end where the last of them ends the text, further where there are fewer. */
function behindLines(text: string, start: number, count: number): number {
  let at = start;
  for (let line = 0; line < count; line++) {
    if (at > text.length) return text.length + 2;
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length + 1 : end + 1;
  }
  return at;
}

/** Puts lines of other kinds where their numbers say. */
function merge(rows: readonly string[], others: readonly string[], count: number): readonly string[] | undefined {
  if (rows.length + others.length !== count) return undefined;
  const byNumber = new Map<number, string>();
  for (const other of others) {
    const match = OTHER.exec(other);
    if (!match) return undefined;
    byNumber.set(Number(match[1]), match[2]!);
  }
  let next = 0;
  return Array.from({ length: count }, (_, i) => byNumber.get(i + 1) ?? rows[next++] ?? '');
}
