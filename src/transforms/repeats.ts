/**
 * Says a run of lines that stands earlier in the conversation by a reference to it, changed lines in full. Lossless:
 * the reference names one earlier text and its line numbers, and `unfoldRepeats` gives the very bytes back.
 */
import {
  type EarlierText,
  type EarlierTexts,
  type NumberedLine,
  type Place,
  readLines,
  wholeMeant,
} from './earlier-texts.ts';

/** A run must be worth its reference: be so much longer, and not break the text for two short lines. */
const MIN_RUN_LINES = 3;
const MIN_RUN_CHARS = 80;
const MIN_GAIN = 1.5;
/** Lines before the first that is long enough to be looked for. */
const MAX_LEAD_LINES = 4;

const REFERENCE =
  /^\[(?:lines (\d+)-(\d+)|(\d+) lines): same as (?:(?:lines (\d+)-(\d+) of|in) (.+), above|lines (\d+)-(\d+) there|(there))\]$/;

interface Run extends Place {
  /** First line in the text, and how many. */
  readonly start: number;
  readonly length: number;
}

/** Undefined when nothing repeats, or when the text holds lines that look like references. */
export function foldRepeats(text: string, earlier: EarlierTexts): string | undefined {
  if (text.length < MIN_RUN_CHARS || earlier.all.length === 0) return undefined;
  const same = earlier.sameAs(text);
  if (same) return writeWhole(countLines(text), earlier.labelOf(same));
  const { lines: read, isNumbered } = readLines(text);
  const lines = isNumbered
    ? read
    : read.map(({ content, gutter }) => ({ content: gutter + content, number: -1, gutter: '' }));
  if (lines.some(({ content }) => REFERENCE.test(content))) return undefined;
  const places = findPlaces(lines, earlier);
  return places.size === 0 ? undefined : fold(lines, isNumbered, places, earlier);
}

type Places = ReadonlyMap<string, readonly Place[]>;

function fold(
  lines: readonly NumberedLine[],
  isNumbered: boolean,
  places: Places,
  earlier: EarlierTexts,
): string | undefined {
  const out: string[] = [];
  let named: EarlierText | undefined;
  for (let at = 0; at < lines.length; ) {
    // A numbered run shows its first line, so that the gutter of the others can be told from it.
    const shown = isNumbered && !followsShown(lines, at, out) ? 1 : 0;
    const found = longestRun(lines, at, places);
    const run = found && cutStart(found, shown);
    const reference = run && writeReference(lines, run, isNumbered, run.earlier === named ? undefined : earlier);
    const isFolded = run && isWorthIt(lines, run, reference!);
    if (!isFolded || shown === 1) out.push(printed(lines[at]!));
    if (isFolded) out.push(reference!);
    named = isFolded ? run.earlier : named;
    at = isFolded ? run.start + run.length : at + 1;
  }
  return named ? out.join('\n') : undefined;
}

/** All of a result that stands earlier in a shorter form: there its lines are not to be found. */
function writeWhole(lines: number, label: string): string {
  return `[${lines} line${lines === 1 ? '' : 's'}: same as all of ${label}, above]`;
}

function countLines(text: string): number {
  return text.split('\n').length;
}

/** The text in full; undefined when a reference in it leads nowhere, or there is none. */
export function unfoldRepeats(text: string, earlier: EarlierTexts): string | undefined {
  const whole = wholeMeant(text);
  // Not by its number of lines: what was said shorter comes back to the same value, maybe in other lines.
  if (whole !== undefined) return earlier.find(whole)?.source;
  const out: string[] = [];
  let unfolded = 0;
  let named = '';
  for (const line of text.split('\n')) {
    const match = line.startsWith('[') ? REFERENCE.exec(line) : null;
    if (!match) {
      out.push(line);
      continue;
    }
    named = match[6] ?? named;
    const meant = linesMeant(match, earlier.find(named));
    const isNumbered = match[1] !== undefined;
    const gutters = meant && (isNumbered ? guttersAfter(out.at(-1) ?? '', meant.length) : meant.map(() => ''));
    if (!gutters) return undefined;
    meant.forEach((content, index) => out.push(gutters[index]! + content));
    unfolded++;
  }
  return unfolded > 0 ? out.join('\n') : undefined;
}

/** The lines that a reference stands for. */
function linesMeant(reference: RegExpExecArray, named: EarlierText | undefined): readonly string[] | undefined {
  const [, first, last, count, from, to, , fromThere, toThere] = reference;
  const [start, end] = [Number(from ?? fromThere ?? first), Number(to ?? toThere ?? last)];
  const lines = named?.lines ?? [];
  const at = lines.findIndex(({ number }) => number === start);
  const length = end - start + 1;
  if (at < 0 || !(length > 0) || at + length > lines.length) return undefined;
  if (count !== undefined && Number(count) !== length) return undefined;
  return lines.slice(at, at + length).map(({ content }) => content);
}

const printed = ({ gutter, content }: NumberedLine): string => gutter + content;

/** For each line of the text that stands before, where. */
function findPlaces(lines: readonly NumberedLine[], earlier: EarlierTexts): Places {
  const places = new Map<string, readonly Place[]>();
  for (const { content } of lines) {
    if (places.has(content)) continue;
    const found = earlier.placesOf(content);
    if (found.length > 0) places.set(content, found);
  }
  return places;
}

/** The longest run that begins at this very line; lines too short to look for may stand before the first that is not. */
function longestRun(lines: readonly NumberedLine[], start: number, places: Places): Run | undefined {
  let anchor = start;
  while (anchor < lines.length && anchor < start + MAX_LEAD_LINES && !places.has(lines[anchor]!.content)) anchor++;
  let best: Run | undefined;
  for (const { earlier, at } of places.get(lines[anchor]?.content ?? '') ?? []) {
    const from = at - (anchor - start);
    if (from < 0) continue;
    const length = commonLength(lines, start, earlier.lines, from);
    if (length > anchor - start && length > (best?.length ?? 0)) best = { earlier, at: from, start, length };
  }
  return best;
}

function commonLength(
  lines: readonly NumberedLine[],
  start: number,
  others: readonly NumberedLine[],
  from: number,
): number {
  const isOneListing = lines[start]!.gutter !== '';
  let length = 0;
  for (; start + length < lines.length && from + length < others.length; length++) {
    const [line, other] = [lines[start + length]!, others[from + length]!];
    if (line.content !== other.content || other.number !== others[from]!.number + length || other.number < 0) break;
    if ((line.gutter !== '') !== isOneListing) break;
    if (isOneListing && line.number !== lines[start]!.number + length) break;
  }
  return length;
}

/** The run without its first lines. */
function cutStart({ earlier, at, start, length }: Run, count: number): Run {
  return { earlier, at: at + count, start: start + count, length: length - count };
}

function isWorthIt(lines: readonly NumberedLine[], { start, length }: Run, reference: string): boolean {
  if (length < MIN_RUN_LINES) return false;
  const enough = Math.max(MIN_RUN_CHARS, reference.length * MIN_GAIN);
  let chars = 0;
  for (let at = start; at < start + length && chars < enough; at++) chars += lines[at]!.content.length + 1;
  return chars >= enough;
}

/** Whether the line before stands in the output in full and is the one before in the same listing. */
function followsShown(lines: readonly NumberedLine[], at: number, out: readonly string[]): boolean {
  const [line, before] = [lines[at]!, lines[at - 1]];
  if (line.gutter === '') return true;
  return (
    before !== undefined && before.gutter !== '' && before.number === line.number - 1 && out.at(-1) === printed(before)
  );
}

/** @param earlier knows what to call the text; undefined when the reference before names the same one. */
function writeReference(
  lines: readonly NumberedLine[],
  run: Run,
  isNumbered: boolean,
  earlier: EarlierTexts | undefined,
): string {
  const from = run.earlier.lines[run.at]?.number ?? -1;
  const to = from + run.length - 1;
  const { number = -1, gutter = '' } = lines[run.start] ?? {};
  const isListed = isNumbered && gutter !== '';
  const what = isListed ? `lines ${number}-${number + run.length - 1}` : `${run.length} lines`;
  const isSame = isListed && number === from;
  if (!earlier) return `[${what}: same as ${isSame ? '' : `lines ${from}-${to} `}there]`;
  return `[${what}: same as ${isSame ? 'in' : `lines ${from}-${to} of`} ${earlier.labelOf(run.earlier)}, above]`;
}

/** The gutters of the lines after this one. */
function guttersAfter(line: string, length: number): readonly string[] | undefined {
  const { gutter, number } = readLines(line).lines[0]!;
  if (gutter === '') return undefined;
  const separator = gutter.at(-1)!;
  return Array.from({ length }, (_, index) => String(number + 1 + index).padStart(gutter.length - 1) + separator);
}
