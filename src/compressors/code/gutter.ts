/** The runs of numbered lines in a listing, as read tools and `cat -n` print them, without their numbers. */

/** Lines of code that stand together, and the number of each, as printed or counted. */
export interface Run {
  /** Index of its first line in the text. */
  readonly start: number;
  /** The number of that line; the next has the next. */
  readonly first: number;
  readonly lines: readonly string[];
  /** False when the text itself has no numbers. */
  readonly isNumbered: boolean;
}

const GUTTER = /^ *(\d{1,9})(\t|→|:|\| ?| )/;
const PRINTED = /^ *(\d{1,12})/;
const MIN_RUN = 8;
/** Of all lines, so many must be numbered, or the text is taken as it stands. */
const MIN_SHARE = 0.5;

/** The line after `number` and its separator; undefined when it does not begin so. */
function bareLine(line: string, number: number, separator: string): string | undefined {
  const printed = PRINTED.exec(line);
  if (!printed || Number(printed[1]) !== number) return undefined;
  const end = printed[0].length;
  if (line.startsWith(separator, end)) return line.slice(end + separator.length);
  // Some clients trim the blank that ends an empty line.
  const rest = line.slice(end);
  return rest.trim() === '' || rest.trim() === separator.trim() ? '' : undefined;
}

function readRun(lines: readonly string[], start: number): Run | undefined {
  const code = lines[start]!.charCodeAt(0);
  if (code !== 0x20 && !(code >= 0x30 && code <= 0x39)) return undefined;
  const match = GUTTER.exec(lines[start]!);
  if (!match) return undefined;
  const first = Number(match[1]);
  const separator = match[2]!.slice(0, 1);
  const bare: string[] = [];
  for (let at = start; at < lines.length; at++) {
    const rest = bareLine(lines[at]!, first + bare.length, separator);
    if (rest === undefined) break;
    bare.push(rest);
  }
  if (bare.length < MIN_RUN) return undefined;
  const isSpaced = ':|'.includes(separator) && bare.every((line) => line.trim() === '' || line.startsWith(' '));
  return { start, first, lines: isSpaced ? bare.map((line) => line.slice(1)) : bare, isNumbered: true };
}

/** The numbered runs of a listing, or the whole text as one run. */
export function readRuns(lines: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  let numbered = 0;
  for (let at = 0; at < lines.length; ) {
    const run = readRun(lines, at);
    if (run) runs.push(run);
    numbered += run?.lines.length ?? 0;
    at += run?.lines.length ?? 1;
  }
  if (numbered >= lines.length * MIN_SHARE) return runs;
  return [{ start: 0, first: 1, lines, isNumbered: false }];
}
