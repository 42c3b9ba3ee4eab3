/** How surely a text is a log: lines with times or levels, or a few templates over and over, and no other known kind. */
import { isAtLeast } from '../../core/enough.ts';
import type { Sample } from '../../core/sample.ts';
import { areOfServices } from './interleaved.ts';
import { countOf, shapeOf, SLOT } from './shape.ts';
import { findTime, mayHoldTime, TimeFinder } from './time.ts';

const TIMED = 0.65;
export const HIGHEST_CLAIM: number = TIMED + 1 / 4;
const MIN_LINES = 8;
const CLAIM_OF_SERVICES = 0.6;
const WINDOW = 2048;
/** A line's own time stands near its beginning; later ones are something the line talks about. */
const MAX_TIME_START = 64;

/** Lines that belong to another kind of text, with or without times. */
const OTHER_KIND =
  /^\s*[{}[\]"]+,?$|^\s*[{"][^ ]*["{:]|^ *\d+(?:\t|→|\||: |[:-](?!\d))|^(?:diff --git |@@ |\+\+\+ |--- |[+-][ \t]{2})|^[-dlbcps][rwxsStT-]{9}|^\s*\||^(?:={3,}|-{5,}|>{4})|^(?:PASSED|FAILED|ok|not ok) /;
/** Results of tests. */
const RESULT = /\b(?:PASSED|FAILED|SKIPPED)(?: +\[ *\d+%\])?$/;
const RESULT_AFTER_DOTS = /\.\.\. (?:ok|FAIL|ERROR|skipped)/;
/** `path:12:` or `path-12-`, where the path has a letter. */
const SEARCH_HIT = /^(?=[^:\s]*[A-Za-z/])[^:\s]+:\d+[:-]|^(?=[\w./-]*[A-Za-z])[\w./-]+?-\d+-/;
const LEVEL_FIRST =
  /^\W{0,3}(?:\x1b\[[\d;]*m)?(?:FATAL|CRITICAL|SEVERE|ERROR|WARN|WARNING|NOTICE|INFO|DEBUG|TRACE)\b|^[\w.-]{1,24} (?:info|warn|error|http|verb|sill|debug|notice) /;
/** Names of columns: what comes under them is a table, as lsof prints it, however much its rows repeat. */
const TABLE_HEAD = /^[A-Z%][A-Z0-9%/_#()-]*(?: +[A-Z%][A-Z0-9%/_#()-]*){3,}\s*$/;
/** Cells of a table do not say what column they are of: `Item(id=1, name=a)` is a record. */
const NAMED_CELLS = /[\w.]=[^,]*, ?\w+=/;
const CODE_LINE = /[{};,([]\s*$|^\s*(?:\/\/|\*|#|import |export |return |def |class |const |let |if )/;
const CONTINUATION = /^(?:\s|$)/;

export function claim({ text, head }: Sample): number {
  const lines = [...head.slice(0, -1), ...windows(text)].filter((line) => !isContinuation(line));
  if (lines.length < MIN_LINES) return 0;
  if (!isAtLeast(lines, 0.8, (line) => !isOtherKind(line)) || isTable(lines)) return 0;
  const untimed = lines.filter((line) => !hasOwnTime(line));
  const timed = (lines.length - untimed.length) / lines.length;
  const levelled = (lines.length - untimed.filter((line) => !LEVEL_FIRST.test(line)).length) / lines.length;
  if (timed >= 0.5) return TIMED + timed / 4;
  if (areOfServices(lines)) return CLAIM_OF_SERVICES;
  if (levelled >= 0.6) return 0.4 + levelled / 4;
  return Math.max(timed, levelled, repeats(lines) && !TABLE_HEAD.test(head[0]!) ? 0.5 : 0);
}

function isContinuation(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first > 0x20 && first < 0x80) return line.startsWith('Caused by:') || line.startsWith('Traceback ');
  return CONTINUATION.test(line);
}

/** What follows the head may be of another kind, or the only part that is a log. */
function windows(text: string): readonly string[] {
  if (text.length < 8 * WINDOW) return [];
  return [1, 2, 3].flatMap((quarter) => {
    const start = Math.floor((text.length * quarter) / 4);
    return text
      .slice(start, start + WINDOW)
      .split('\n')
      .slice(1, -1);
  });
}

function isOtherKind(line: string): boolean {
  if (OTHER_KIND.test(line) || saysResult(line)) return true;
  const hit = SEARCH_HIT.exec(line)?.[0];
  if (hit === undefined) return false;
  // `api.log.2026-05-06_07:08:09 …` is no line 8 of a file.
  const span = mayHoldTime(line) ? findTime(line) : undefined;
  return !span || span.start >= hit.length;
}

function saysResult(line: string): boolean {
  const isResult = (line.endsWith('ED') || line.endsWith('%]')) && RESULT.test(line);
  return isResult || (line.includes('... ') && RESULT_AFTER_DOTS.test(line));
}

function hasOwnTime(line: string): boolean {
  const span = mayHoldTime(line) ? findTime(line) : undefined;
  return span !== undefined && span.start <= MAX_TIME_START;
}

/** Every line with as many commas or tabs as the first, three or more, or with no fewer than a first line of names. */
function isTable(lines: readonly string[]): boolean {
  return [',', '\t'].some((separator) => {
    const columns = countOf(lines[0]!, separator);
    if (columns < 3) return false;
    const hasNames = !/\d/.test(lines[0]!);
    if (NAMED_CELLS.test(lines[0]!)) return false;
    return lines.every((line) => {
      const count = countOf(line, separator);
      return count === columns || (hasNames && count > columns);
    });
  });
}

const MIN_REPEATING_LINES = 20;
const MIN_REPEATING_SHARE = 0.6;
const MIN_WORDS = /[A-Za-z]{2,}[^\w]+[A-Za-z]{2,}/;

/** Whether four templates with words of their own make most of the lines. */
function repeats(lines: readonly string[]): boolean {
  if (lines.length < MIN_REPEATING_LINES) return false;
  const least = MIN_REPEATING_SHARE * lines.length;
  const counts = new Map<string, number>();
  const times = new TimeFinder(0);
  let left = lines.length;
  for (const line of lines) {
    // Only digits become slots.
    const shape = /\d/.test(line) && !CODE_LINE.test(line) ? shapeOf(line, times)?.shape : undefined;
    if (shape?.includes(SLOT) && MIN_WORDS.test(shape)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
    else if (--left < least) return false;
  }
  const [a = 0, b = 0, c = 0, d = 0] = [...counts.values()].sort((x, y) => y - x);
  return a + b + c + d >= least;
}
