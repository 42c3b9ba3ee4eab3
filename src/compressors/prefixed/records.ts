/**
 * Reads lines that end in JSON: what stands before each text, be it in lines of its own as those of event streams, and
 * the lines that are of no such record.
 */
import type { Deadline } from '../../core/deadline.ts';
import type { ReadObject, ObjectReader } from '../../core/json-compressor.ts';
import { STYLES, type Style, minify } from './style.ts';
import { type Cells, type Template, learnTemplate, mostCommon, readCells } from './template.ts';

const MIN_RECORDS = 6;
/** Lines that stand before each JSON text, at most. */
const MAX_LEAD = 4;
/** Of all lines: those of records must be so many at least. */
const MIN_SHARE = 0.5;
const LINES_PER_CHECK = 256;
const OWN_KEY = /"@\d+":/;

interface JsonLine {
  readonly at: number;
  readonly prefix: string;
  readonly minified: string;
  readonly object: ReadObject | undefined;
  readonly style: Style;
}

interface Row {
  readonly cells: Cells;
  readonly minified: string;
  /** Undefined where the codec of JSON does not read it. */
  readonly object: ReadObject | undefined;
}

export interface Records {
  readonly template: Template;
  readonly style: Style;
  readonly rows: readonly Row[];
  /** Lines of other kinds, by their number in the text, from 1. */
  readonly others: readonly (readonly [number, string])[];
  /** Empty lines that the first record lacks at its beginning. */
  readonly lacking: number;
  readonly lines: number;
}

/** A text in lines. */
export interface Lines {
  readonly text: string;
  readonly lines: readonly string[];
  /** Reads the JSON in the text. */
  readonly objects: ObjectReader | undefined;
}

interface Place {
  readonly at: number;
  /** Of the line in the text. */
  readonly offset: number;
}

/** Undefined when the line does not end in a JSON object. */
function readLine({ lines, objects }: Lines, { at, offset }: Place, likely: Style): JsonLine | undefined {
  const line = lines[at]!;
  if (line.charCodeAt(line.length - 1) !== 0x7d) return undefined;
  let start = line.indexOf('{');
  while (start >= 0 && line[start + 1] !== '"' && line[start + 1] !== '}') start = line.indexOf('{', start + 1);
  if (start < 0) return undefined;
  const object = objects?.at(offset + start, offset + line.length);
  const json = line.slice(start);
  const minified = object ? object.printed : minify(json);
  if (minified === undefined || (minified.includes('"@') && OWN_KEY.test(minified))) return undefined;
  const style = likely.spell(minified) === json ? likely : STYLES.find(({ spell }) => spell(minified) === json);
  return style && { at, prefix: line.slice(0, start), minified, object, style };
}

interface JsonLines {
  readonly found: readonly JsonLine[];
  readonly style: Style;
}

function readJsonLines(text: Lines, deadline: Deadline): JsonLines {
  const found: JsonLine[] = [];
  let offset = 0;
  for (let at = 0; at < text.lines.length; at++) {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const read = readLine(text, { at, offset }, found.at(-1)?.style ?? STYLES[0]!);
    if (read) found.push(read);
    offset += text.lines[at]!.length + 1;
  }
  // One that fits the style of the others too is of that style.
  const style = mostCommon(found.map((one) => one.style)) ?? STYLES[0]!;
  const isOfStyle = (one: JsonLine): boolean =>
    one.style === style || style.spell(one.minified) === one.style.spell(one.minified);
  return { style, found: found.filter(isOfStyle) };
}

/** How many lines stand between most of the JSON texts. */
function leadOf(found: readonly JsonLine[]): number {
  const gaps = found.slice(1).map(({ at }, i) => at - found[i]!.at - 1);
  const lead = mostCommon(gaps) ?? 0;
  return lead <= MAX_LEAD ? lead : 0;
}

/** Of many prefixes so many tell as much as all. */
const MAX_LEARNED = 2_000;

function some(prefixes: readonly string[]): readonly string[] {
  const step = Math.ceil(prefixes.length / MAX_LEARNED);
  return step === 1 ? prefixes : prefixes.filter((_, i) => i % step === 0);
}

export function readRecords(text: Lines, deadline: Deadline): Records | undefined {
  const { lines } = text;
  const { found, style } = readJsonLines(text, deadline);
  if (found.length < MIN_RECORDS) return undefined;
  const lead = leadOf(found);
  if (found.length * (lead + 1) < lines.length * MIN_SHARE) return undefined;
  const lacking = Math.max(0, lead - found[0]!.at);
  const prefixOf = ({ at, prefix }: JsonLine): string => {
    if (lead === 0) return prefix;
    const before = at < lead ? '\n'.repeat(lead - at) : '';
    return before + [...lines.slice(Math.max(0, at - lead), at), prefix].join('\n');
  };
  const prefixes = found.map(prefixOf);
  const template = learnTemplate(some(prefixes));
  if (!template) return undefined;
  return place(lines, found, { template, prefixes, style, lead, lacking });
}

interface Learned {
  readonly template: Template;
  readonly prefixes: readonly string[];
  readonly style: Style;
  readonly lead: number;
  readonly lacking: number;
}

/** Gives each line to a record or to the others. */
function place(lines: readonly string[], found: readonly JsonLine[], learned: Learned): Records | undefined {
  const { template, prefixes, style, lead, lacking } = learned;
  const rows: Row[] = [];
  const others: [number, string][] = [];
  let next = 0;
  let isFirstWhole = true;
  const passTo = (end: number): void => {
    for (; next < end; next++) others.push([next + 1, lines[next]!]);
  };
  for (const [i, { at, minified, object }] of found.entries()) {
    const start = at < lead ? 0 : at - lead;
    const cells = start >= next ? readCells(template, prefixes[i]!) : undefined;
    if (!cells || (at < lead && i > 0)) continue;
    if (rows.length === 0) isFirstWhole = at >= lead;
    passTo(start);
    rows.push({ cells, minified, object });
    next = at + 1;
  }
  passTo(lines.length);
  if (rows.length < MIN_RECORDS || others.length > lines.length * (1 - MIN_SHARE)) return undefined;
  return { template, style, rows, others, lacking: isFirstWhole ? 0 : lacking, lines: lines.length };
}
