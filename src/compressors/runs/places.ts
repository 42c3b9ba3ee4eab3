/**
 * Lines of compilers and linters that name a place, `src/a.ts(4,3): error …`: the file is said once above its places,
 * and what is said of several places once behind all of them. Their order follows from the places.
 */
import type { Deadline } from '../../core/deadline.ts';
import { weigh } from './spell.ts';

export interface Place {
  /** As it is printed: `(4,3)`, `:4:3`, `:[4,3]`, `4:3`. */
  readonly spelled: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that a tool says, with the indented lines below it. */
interface Report {
  readonly start: number;
  readonly end: number;
  /** What stands before the place: the path, or the widths of a table's columns. */
  readonly file: string;
  /** As it is printed, but for the blanks of a table. */
  readonly spelled: string;
  readonly text: string;
}

/** What is said of some places of one file. */
export interface Entry {
  readonly places: Place[];
  readonly text: string;
}

export interface PlaceGroup {
  readonly start: number;
  readonly end: number;
  readonly file: string;
  readonly entries: readonly Entry[];
}

const PATH_CHARS = '[^\\s:()\\[\\]|"\'<>]';
const REPORT = new RegExp(
  `^((?:\\[(?:ERROR|WARNING|WARN|INFO)\\] |ERROR: |WARNING: )?(?:[A-Za-z]:(?=[\\\\/]))?${PATH_CHARS}{1,400})(\\(\\d{1,7},\\d{1,7}\\)|:\\[\\d{1,7},\\d{1,7}\\]|:\\d{1,7}(?::\\d{1,7})?)(?=[: ]|$)`,
);
const HAS_PLACE = /[:(]\[?\d/;
/** A row below the name of its file, as eslint prints it. */
const ROW = /^( {1,8}\d{1,7}):(\d{1,7} {1,8})(?=(?:error|warning|info)\b)/;
/** The widths of the columns of such rows. */
export const WIDTHS: RegExp = /^"%(\d{1,2})d:%-(\d{1,2})d"$/;
const PATH = /[\\/]|\.[A-Za-z]\w{0,11}$|^[A-Z]\w*file$/;
const PLACES =
  /^(?:\(\d{1,7},\d{1,7}\)|:\[\d{1,7},\d{1,7}\]|:\d{1,7}(?::\d{1,7})?)(?: (?:\(\d{1,7},\d{1,7}\)|:\[\d{1,7},\d{1,7}\]|:\d{1,7}(?::\d{1,7})?))*/;
const ROW_PLACES = /^\d{1,7}:\d{1,7}(?: \d{1,7}:\d{1,7})* /;
const MIN_REPORT = 3;
const MAX_BELOW = 12;
const LINES_PER_CHECK = 512;
const HEADING = 5;

function toPlace(spelled: string): Place {
  const [line = 0, column = 0] = spelled.match(/\d+/g)!.map(Number);
  return { spelled, line, column };
}

function readReport(lines: readonly string[], start: number): Report | undefined {
  const line = lines[start]!;
  if (line.length < MIN_REPORT) return undefined;
  const head = line.length > 440 ? line.slice(0, 440) : line;
  const row = head.startsWith(' ') ? ROW.exec(head) : null;
  if (row) {
    const [matched, left, right] = row as unknown as [string, string, string];
    const spelled = `${left.trim()}:${right.trim()}`;
    const file = `"%${left.length}d:%-${right.length}d"`;
    return { start, end: start + 1, file, spelled, text: line.slice(matched.length) };
  }
  const match = head.startsWith(' ') || head.startsWith('\t') || !HAS_PLACE.test(head) ? null : REPORT.exec(head);
  if (!match) return undefined;
  const [matched, file, spelled] = match as unknown as [string, string, string];
  if (!PATH.test(file)) return undefined;
  let end = start + 1;
  while (end < lines.length && end - start <= MAX_BELOW && /^[ \t]+\S/.test(lines[end]!)) end++;
  let text = line.slice(matched.length);
  for (let at = start + 1; at < end; at++) text += `\n${lines[at]!}`;
  return { start, end, file, spelled, text };
}

/** False where a line names no place. */
export function mayPlace(line: string): boolean {
  return HAS_PLACE.test(line);
}

/** Whether a line says something of a place in a file. */
export function isReport(line: string): boolean {
  return readReport([line], 0) !== undefined || INDENTED.test(line);
}

/** As pyright prints it below the name of its file. */
const INDENTED = /^\s+\S+:\d+:\d+ - (?:error|warning|information): /;

const SEVERITY = /^[:\s-]*(?:fatal error|error|warning|note|info|hint|style)\b|^:? *[A-Z]{1,4}\d{3,4}\b|^: ?\[[A-Z]\]/i;

/** Whether a line says of a place that it is an error, a warning, or names a rule. */
export function saysSeverity(line: string): boolean {
  const report = readReport([line], 0);
  if (!report) return false;
  return /^\[?(?:ERROR|WARNING)/.test(report.file) || SEVERITY.test(report.text) || WIDTHS.test(report.file);
}

const HAS_RULE = /:\d+:\d+: /;
const RULE = /^: (?:(?:error |warning )?[A-Z]{1,4}\d{3,4}:? |\S.* \([a-z][\w-]{1,30}\)$)/;

/** Whether a line names the place and the rule that is broken there, as only linters do. */
export function saysRule(line: string): boolean {
  const report = HAS_RULE.test(line) ? readReport([line], 0) : undefined;
  return report !== undefined && RULE.test(report.text);
}

/** Whether a line names the file of the rows below it. */
export function isRowBelow(line: string, next: string): boolean {
  return ROW.test(next) && !/^\s/.test(line);
}

/** The reports of one file that begin with this line, when they are worth a heading. */
export function findPlaces(lines: readonly string[], start: number, deadline: Deadline): PlaceGroup | undefined {
  const first = readReport(lines, start);
  if (!first) return undefined;
  const reports = [first];
  for (let end = first.end; end < lines.length; ) {
    if (reports.length % LINES_PER_CHECK === 0) deadline.check();
    const next = readReport(lines, end);
    if (next?.file !== first.file) break;
    reports.push(next);
    end = next.end;
  }
  if (reports.length < 2) return undefined;
  const entries = fold(reports);
  const saved = reports.length * weigh(first.file) + weighFolded(reports, entries);
  if (saved < weigh(first.file) + HEADING) return undefined;
  if (!entries.every((entry) => isReadable(entry, first.file))) return undefined;
  return { start, end: reports.at(-1)!.end, file: first.file, entries };
}

function weighFolded(reports: readonly Report[], entries: readonly Entry[]): number {
  const weighAll = (said: readonly { readonly text: string }[]): number =>
    said.reduce((sum, { text }) => sum + weigh(text), 0);
  return weighAll(reports) - weighAll(entries);
}

function comparePlaces(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}

/** Equal texts together, as long as the order can be had back: by place, then in the order of the entries. */
function fold(reports: readonly Report[]): readonly Entry[] {
  const places = reports.map(({ spelled }) => toPlace(spelled));
  const isOrdered = places.every((place, i) => {
    return isRegular(place) && (i === 0 || comparePlaces(places[i - 1]!, place) <= 0);
  });
  if (!isOrdered) return reports.map(({ text }, i) => ({ places: [places[i]!], text }));
  const entries: Entry[] = [];
  const byText = new Map<string, number>();
  let before: { readonly place: Place; readonly entry: number } | undefined;
  for (const [i, { text }] of reports.entries()) {
    const place = places[i]!;
    const known = byText.get(text);
    const least = before && comparePlaces(before.place, place) === 0 ? before.entry : 0;
    const entry = known !== undefined && known >= least ? known : entries.length;
    if (entry === entries.length) entries.push({ places: [place], text });
    else entries[entry]!.places.push(place);
    byText.set(text, entry);
    before = { place, entry };
  }
  return entries;
}

/** Without leading zeros, which a sorted place could not have back; numbers small enough to compare. */
function isRegular({ spelled }: Place): boolean {
  return !/\b0\d/.test(spelled);
}

export function writeEntry({ places, text }: Entry, file: string): string {
  const spelled = places.map((place) => place.spelled).join(' ');
  return WIDTHS.test(file) ? `${spelled} ${text}` : spelled + text;
}

/** The places and the text of a line of the form; undefined when it has no place. */
export function readEntry(line: string, file: string): { places: readonly Place[]; text: string } | undefined {
  const match = (WIDTHS.test(file) ? ROW_PLACES : PLACES).exec(line);
  if (!match) return undefined;
  const places = match[0].trim().split(' ').map(toPlace);
  return { places, text: line.slice(match[0].length) };
}

/** A text may begin like a place itself. */
function isReadable(entry: Entry, file: string): boolean {
  if (!/^ ?[(:]?\[?\d/.test(entry.text)) return true;
  const read = readEntry(writeEntry(entry, file), file);
  return read?.text === entry.text && read.places.length === entry.places.length;
}

/** The lines of a group as they were printed. */
export function unfoldPlaces(file: string, entries: readonly Entry[]): readonly string[] {
  const reports = entries.flatMap(({ places, text }) => places.map((place) => ({ place, text })));
  if (entries.some(({ places }) => places.length > 1)) reports.sort((a, b) => comparePlaces(a.place, b.place));
  const widths = WIDTHS.exec(file);
  return reports.flatMap(({ place, text }) => {
    if (!widths) return (file + place.spelled + text).split('\n');
    const [left = '', right = ''] = place.spelled.split(':');
    return [`${left.padStart(Number(widths[1]))}:${right.padEnd(Number(widths[2]))}${text}`];
  });
}
