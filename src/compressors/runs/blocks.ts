/**
 * Reports that come again and again with other places and names (what rustc, ruff, pylint, npm audit print, each over one
 * line or several): each kind is said once, and of each report its place and the words that are its own.
 */
import type { Deadline } from '../../core/deadline.ts';
import { buildTemplate } from './alike.ts';
import { findStyle, findWidth, MARKS, PLACE_MARK, relate, splitRelated } from './gutter.ts';
import type { Style } from './gutter.ts';
import { isKindSpellable, joinRow, MAX_KINDS, spellKind, splitRow, spotOf, unfoldRow } from './kind.ts';
import type { BlockPlace } from './kind.ts';
import { weigh } from './spell.ts';
import { countValues } from './template.ts';
import type { Template } from './template.ts';

interface Block {
  readonly start: number;
  readonly end: number;
  readonly place: BlockPlace | undefined;
  readonly lines: readonly string[];
}

/** One report: its kind, its place and its own words. */
export interface Row {
  readonly end: number;
  readonly kind: number;
  readonly place: BlockPlace | undefined;
  readonly values: readonly string[];
}

export interface Blocks {
  /** Whether a blank line stands within one of the reports: shorter reports may be more alike. */
  readonly hasBlanks: boolean;
  readonly templates: readonly Template[];
  readonly style: Style | undefined;
  /** By the line with which the report begins. */
  readonly rows: ReadonlyMap<number, Row>;
}

const PLACE_AT =
  /^(?:[ \t]*|\[\w+\] )((?:[A-Za-z]:(?=[\\/]))?[^\s:()[\]|"'<>]{1,400})(\(\d{1,7},\d{1,7}\)|:\[\d{1,7},\d{1,7}\]|:\d{1,7}(?::\d{1,7})?)(?=[: ]|$)/;
const ARROW_AT = /^ *(?:--> |,-\[|╭─\[)([^\s:][^:]{0,400}|[A-Za-z]:[\\/][^:]{1,400})(:\d{1,7}:\d{1,7})\]?$/;
const HAS_PLACE = /[:(]\[?\d/;
/** With which characters an arrow begins: `-`, `,` and `╭`. */
const ARROW_STARTS: ReadonlySet<number> = new Set([0x2d, 0x2c, 0x256d]);
const BLANK = 0x20;
/** How a report begins that names its place further below. */
const TITLE = /^(?:\S| {2}[x×!⚠] )/;
const PATH = /[\\/]|\.[A-Za-z]\w{0,11}$/;
const BELOW = /^(?:\s+\S|\d+ *[|│]|[|│]|\.\.\.$|(?:help|note): )/;
const MAX_LINES = 40;
const MAX_CHARS = 4000;
const MAX_VALUES = 12;
const MIN_ROWS = 2;
const MIN_GAIN = 8;
const LINES_PER_CHECK = 256;

/** Where the lines of the report end that begins here, the blank ones behind it among them; undefined when none does. */
function findBlock(lines: readonly string[], start: number, isDeep: boolean): Omit<Block, 'lines'> | undefined {
  const line = lines[start]!;
  if (line === '' || line.length > MAX_CHARS) return undefined;
  for (let at = start + 1; at <= start + 2 && at < lines.length; at++) {
    const arrow = mayPoint(lines[at]!) && TITLE.test(line) ? ARROW_AT.exec(lines[at]!) : null;
    if (arrow) return { start, end: endOfParagraph(lines, at + 1), place: { path: arrow[1]!, spelled: arrow[2]! } };
  }
  const place = placeOf(line);
  if (place) return { start, end: endOfReport(lines, start + 1, isDeep), place };
  return /^\S/.test(line) && (start === 0 || lines[start - 1] === '') && /\S/.test(lines[start + 1] ?? '')
    ? { start, end: endOfParagraph(lines, start + 1), place: undefined }
    : undefined;
}

function mayPoint(line: string): boolean {
  let at = 0;
  while (line.charCodeAt(at) === BLANK) at++;
  return ARROW_STARTS.has(line.charCodeAt(at));
}

function placeOf(line: string): BlockPlace | undefined {
  const match = HAS_PLACE.test(line) ? PLACE_AT.exec(line) : null;
  return match && PATH.test(match[1]!) ? { path: match[1]!, spelled: match[2]! } : undefined;
}

/** Not looked for further than a report may reach. */
function endOfParagraph(lines: readonly string[], from: number): number {
  const last = Math.min(lines.length, from + MAX_LINES);
  let end = from;
  while (end < last && lines[end] !== '') end++;
  while (end < last && lines[end] === '') end++;
  return end === lines.length && lines[end - 1] === '' ? end - 1 : end;
}

/** Indented lines and code below a place, with blank lines between them. */
function endOfReport(lines: readonly string[], from: number, isDeep: boolean): number {
  let end = from;
  for (let at = from; at < lines.length && at - from < MAX_LINES; at++) {
    if (lines[at]!.trim() === '' && (isDeep || lines[at] === '')) continue;
    if (!BELOW.test(lines[at]!) || placeOf(lines[at]!)) return at === end ? at : behindBlanks(lines, end, at);
    end = at + 1;
  }
  return end;
}

/** Blank lines before another report belong to the one above. */
function behindBlanks(lines: readonly string[], end: number, next: number): number {
  return end > 0 && placeOf(lines[next]!) ? next : end;
}

/**
 * Undefined when no kind of report comes often enough to be said once.
 *
 * @param isDeep whether what stands below a report behind a blank line is of it: longer reports are more rarely alike.
 */
export function findBlocks(
  lines: readonly string[],
  slot: string,
  isDeep: boolean,
  deadline: Deadline,
): Blocks | undefined {
  const found: Omit<Block, 'lines'>[] = [];
  let checked = 0;
  for (let at = 0; at < lines.length; ) {
    if (at >= checked) {
      deadline.check();
      checked = at + LINES_PER_CHECK;
    }
    const block = findBlock(lines, at, isDeep);
    const isFit = block && block.end - at < MAX_LINES;
    if (isFit) found.push(block);
    at = isFit ? block.end : at + 1;
  }
  if (found.length < MIN_ROWS) return undefined;
  const style = findStyle(
    found.filter(({ start, end }) => end - start > 1).map(({ start, end }) => lines.slice(start, end)),
  );
  const setup = { style, width: findWidth(lines) };
  const blocks: Block[] = [];
  for (const [i, { start, end, place }] of ofEqualSize(found).entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const own = lines.slice(start, end);
    if (own.some((line) => MARKS.test(line) || line.length > MAX_CHARS)) continue;
    blocks.push({
      start,
      end,
      place,
      lines: markPlace(own.length > 1 ? relate(own, place && spotOf(place), setup) : own, place),
    });
  }
  const kinds = groupBy(blocks, (block, line) => (block.place ? keyOfWords : keyOfShape)(block, line));
  const hasBlanks = found.some(({ start, end }) => hasBlankWithin(lines, start, end));
  return buildKinds({ kinds, lines, slot, style, hasBlanks }, deadline);
}

/** Without those that no other is as long as: reports of a kind have as many lines, and all of them a place or none. */
function ofEqualSize(found: readonly Omit<Block, 'lines'>[]): readonly Omit<Block, 'lines'>[] {
  const sizeOf = ({ start, end, place }: Omit<Block, 'lines'>): number => 2 * (end - start) + (place ? 1 : 0);
  const counts = new Map<number, number>();
  for (const one of found) counts.set(sizeOf(one), (counts.get(sizeOf(one)) ?? 0) + 1);
  return found.filter((one) => counts.get(sizeOf(one))! >= MIN_ROWS);
}

function hasBlankWithin(lines: readonly string[], start: number, end: number): boolean {
  for (let at = start + 1; at < end - 1; at++) if (/^\s*$/.test(lines[at]!) && lines[at + 1] !== '') return true;
  return false;
}

interface Kinds {
  readonly hasBlanks: boolean;
  readonly kinds: readonly (readonly Block[])[];
  readonly lines: readonly string[];
  readonly slot: string;
  readonly style: Style | undefined;
}

interface Candidate {
  readonly template: Template;
  readonly own: readonly { readonly start: number; readonly row: Omit<Row, 'kind'> }[];
  readonly gain: number;
}

function buildKinds({ kinds, lines, slot, style, hasBlanks }: Kinds, deadline: Deadline): Blocks | undefined {
  const templates: Template[] = [];
  const rows = new Map<number, Row>();
  const candidate = (blocks: readonly Block[]): readonly Candidate[] => {
    deadline.check();
    const built = buildKind(blocks, slot);
    if (!built) return [];
    const own = blocks
      .map(({ start, end, place }, i) => ({ start, row: { end, place, values: built.columns.map((one) => one[i]!) } }))
      .filter(({ start, row }) => isExact(row, built.template, style, lines.slice(start, row.end)));
    const gain = gainOf(own, built.template, lines);
    return gain < MIN_GAIN ? [] : [{ template: built.template, own, gain }];
  };
  for (const blocks of kinds) {
    const whole = candidate(blocks);
    // Without a place a report is known by its shape or by its words: whichever says it shorter.
    const split = blocks[0]!.place ? [] : groupBy(blocks, keyOfWords).flatMap(candidate);
    for (const { template, own } of sumOf(whole) >= sumOf(split) ? whole : split) {
      if (templates.length >= MAX_KINDS) break;
      for (const { start, row } of own) rows.set(start, { ...row, kind: templates.length });
      templates.push(template);
    }
  }
  return rows.size > 0 ? { templates, style, rows, hasBlanks } : undefined;
}

function sumOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { gain }) => sum + gain, 0);
}

/** The key of one line of a report. */
type KeyOf = (block: Block, line: number) => string;

/** Reports that are equal by the keys of all their lines, where there are several, in the order of the first of each. */
function groupBy(blocks: readonly Block[], keyOf: KeyOf): readonly (readonly Block[])[] {
  const bySize = split(blocks, ({ lines, place }) => `${lines.length} ${place !== undefined}`);
  return bySize.flatMap((own) => groupFrom(own, keyOf, 0)).sort((a, b) => a[0]!.start - b[0]!.start);
}

/** Line by line, because most reports are told apart by their first one. */
function groupFrom(blocks: readonly Block[], keyOf: KeyOf, line: number): readonly (readonly Block[])[] {
  if (line === blocks[0]!.lines.length) return [blocks];
  return split(blocks, (block) => keyOf(block, line)).flatMap((own) => groupFrom(own, keyOf, line + 1));
}

function split(blocks: readonly Block[], key: (block: Block) => string): readonly (readonly Block[])[] {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const own = key(block);
    const known = groups.get(own);
    if (known) known.push(block);
    else groups.set(own, [block]);
  }
  return [...groups.values()].filter(({ length }) => length >= MIN_ROWS);
}

function markPlace(lines: readonly string[], place: BlockPlace | undefined): readonly string[] {
  if (!place) return lines;
  const spelled = place.path + place.spelled;
  const at = lines.findIndex((line) => line.includes(spelled));
  return lines.map((line, i) => (i === at ? line.replace(spelled, () => PLACE_MARK) : line));
}

const RULE = /^(?:\uE000: ?)?((?:error|warning)?(?:\[[A-Z]\d+\]|[A-Z]{1,4}\d{3,4}))\b/;

/** Reports with equal keys may be of one kind. */
function keyOfWords({ lines, place }: Block, at: number): string {
  const line = lines[at]!;
  if (at === 0) return place ? (RULE.exec(line)?.[1] ?? wordsKey(line)) : mask(line.replace(/^\S+/, '*'));
  return wordsKey(line);
}

function wordsKey(line: string): string {
  return splitRelated(line)?.[0] ?? mask(line);
}

/** What a line begins with, `Severity:`, or nothing. */
function keyOfShape({ lines }: Block, at: number): string {
  const line = lines[at]!;
  return /^\w[\w -]{0,30}:(?= )/.exec(line)?.[0] ?? (line === '' ? '' : '*');
}

/** The line without what is a report's own: names in quotes, numbers, paths, how far an arrow points. */
function mask(line: string): string {
  if (!/[\d`'"\\/^~]/.test(line)) return line;
  const bare = /[`'"]/.test(line) ? line.replaceAll(/`[^`]*`|'[^']*'|"[^"]*"/g, '`') : line;
  let masked = '';
  for (let start = 0; start <= bare.length; ) {
    const blank = bare.indexOf(' ', start);
    const end = blank < 0 ? bare.length : blank;
    masked += (start > 0 ? ' ' : '') + maskWord(bare, start, end);
    start = end + 1;
  }
  return masked;
}

const [ZERO, NINE, SLASH, BACKSLASH, CARET, TILDE] = [0x30, 0x39, 0x2f, 0x5c, 0x5e, 0x7e];

function maskWord(line: string, start: number, end: number): string {
  let isPath = false;
  let isPointer = false;
  for (let at = start; at < end; at++) {
    const code = line.charCodeAt(at);
    if (code >= ZERO && code <= NINE) return '0';
    isPath ||= code === SLASH || code === BACKSLASH;
    isPointer ||= code === CARET || code === TILDE;
  }
  if (isPath) return '/';
  const word = line.slice(start, end);
  return isPointer ? word.replace(/[\^~]+/, '^') : word;
}

function wordsOf(line: string): readonly string[] {
  const [prefix, code] = splitRelated(line) ?? ['', line];
  let indent = 0;
  while (code.charCodeAt(indent) === BLANK) indent++;
  const words = code.slice(indent).split(' ');
  if (indent > 0) words[0] = ' '.repeat(indent) + words[0]!;
  return prefix === '' ? words : [prefix, ...words];
}

function buildKind(
  blocks: readonly Block[],
  slot: string,
): { readonly template: Template; readonly columns: readonly (readonly string[])[] } | undefined {
  const records: string[][] = blocks.map(() => []);
  for (let i = 0; i < blocks[0]!.lines.length; i++) {
    const line = blocks[0]!.lines[i]!;
    const isSame = blocks.every(({ lines }) => lines[i] === line);
    const words = isSame ? blocks.map(() => [line]) : blocks.map(({ lines }) => wordsOf(lines[i]!));
    const isAlike = words.every(({ length }) => length === words[0]!.length);
    for (const [r, record] of records.entries()) {
      if (i > 0) record.push('\n');
      if (isAlike) record.push(...words[r]!);
      else {
        const [prefix, code] = splitRelated(blocks[r]!.lines[i]!) ?? ['', blocks[r]!.lines[i]!];
        record.push(...(prefix === '' ? [code] : [prefix, code]));
      }
    }
  }
  const [first] = records as [string[]];
  const shared = first.map((word, i) => records.every((record) => record[i] === word));
  const built = buildTemplate(records, shared);
  const isFit = countValues(built.template) <= MAX_VALUES && isKindSpellable(built.template, slot);
  return isFit && !MARKS.test(built.columns.flat().join('')) ? built : undefined;
}

/** Whether place and values are those again that stand in a line of the form. */
function isSplit({ place, values }: Omit<Row, 'kind'>): boolean {
  // So begin named paths.
  if (place?.path.startsWith('=')) return false;
  if (!values.some((value) => value.includes('|')) && !/[|(:]/.test(place?.path ?? '')) return true;
  const again = splitRow(joinRow(place, values, undefined), place !== undefined, values.length);
  return (
    again !== undefined &&
    again.place?.path === place?.path &&
    again.place?.spelled === place?.spelled &&
    again.values.every((value, i) => value === values[i])
  );
}

function isExact(
  row: Omit<Row, 'kind'>,
  template: Template,
  style: Style | undefined,
  source: readonly string[],
): boolean {
  if (!isSplit(row)) return false;
  const lines = unfoldRow(template, row, style);
  return lines.length === source.length && lines.every((line, i) => line === source[i]);
}

function gainOf(own: Candidate['own'], template: Template, lines: readonly string[]): number {
  let gain = 0;
  for (const { start, row } of own) {
    for (const line of lines.slice(start, row.end)) gain += 1 + weigh(line);
    gain -= 3 + (row.place ? weigh(row.place.path + row.place.spelled) : 0);
    for (const value of row.values) gain -= 1 + weigh(value);
  }
  return gain - 2 * weigh(spellKind(template, '{}'));
}
