/**
 * Control sequences in one character each, which a line above explains: `¹✓² 12 tests` for green and back. Lossless, by
 * replacing strings alone: no mark stands in the source.
 */
import { type Control, CONTROL_RUN, findControls } from './controls.ts';

const MARKS = Array.from('¹²³¼½¾§¶¤¦¬¯±µ¸ºª¿¡†‡‹›');
const MIN_USES = 3;
/** Characters that the explanation of a mark costs beside the sequence. */
const EXPLAINED = 12;
const MIN_RETURNS = 4;

export interface Marked {
  readonly text: string;
  /** `¹ is ESC[32m`, one for each mark. */
  readonly legend: readonly string[];
}

/** Before no line break. */
const RETURNS = /\r(?!\n)/g;
const RETURN = 'at the beginning of a line: over the line before';

function* marksFreeIn(source: string): Generator<string, undefined> {
  for (const mark of MARKS) if (!source.includes(mark)) yield mark;
  return undefined;
}

export function writeMarks(source: string): Marked {
  const returns = source.includes('\r') ? (source.match(RETURNS)?.length ?? 0) : 0;
  const hasCodes = source.includes('\x1b[');
  if (returns < MIN_RETURNS && !hasCodes) return { text: source, legend: [] };
  const free = marksFreeIn(source);
  const legend: string[] = [];
  let text = source;
  const over = returns >= MIN_RETURNS ? free.next().value : undefined;
  if (over !== undefined) {
    text = text.replaceAll(RETURNS, `\n${over}`);
    legend.push(`${over} ${RETURN}`);
  }
  const runs = hasCodes ? findControls(text, CONTROL_RUN) : [];
  const uses = new Map<string, number>();
  for (const { code } of runs) uses.set(code, (uses.get(code) ?? 0) + 1);
  const worth = [...uses].filter(([run, count]) => count >= MIN_USES && count * run.length > run.length + EXPLAINED);
  const marks = new Map<string, string>();
  for (const [run] of worth.sort(([a, m], [b, n]) => n * b.length - m * a.length)) {
    const mark = free.next().value;
    if (mark === undefined) break;
    marks.set(run, mark);
    legend.push(`${mark} is ${run.replaceAll('\x1b', 'ESC')}`);
  }
  return { text: marks.size > 0 ? withMarks(text, runs, marks) : text, legend };
}

function withMarks(text: string, runs: readonly Control[], marks: ReadonlyMap<string, string>): string {
  let out = '';
  let copied = 0;
  for (const { start, code } of runs) {
    const mark = marks.get(code);
    if (mark === undefined) continue;
    out += text.slice(copied, start) + mark;
    copied = start + code.length;
  }
  return out + text.slice(copied);
}

const EXPLANATION =
  /^(.) (?:is ((?:ESC\[[\d;?]{0,16}[A-Za-z]){1,8})|at the beginning of a line: over the line before)$/u;

/** Undefined when the legend is none of ours. */
export function readMarks({ text, legend }: Marked): string | undefined {
  const runs = new Map<string, string>();
  let over: string | undefined;
  for (const one of legend) {
    const match = EXPLANATION.exec(one);
    if (!match || !MARKS.includes(match[1]!)) return undefined;
    if (match[2] === undefined) over = match[1]!;
    else runs.set(match[1]!, match[2].replaceAll('ESC', '\x1b'));
  }
  const plain = runs.size === 0 ? text : text.replaceAll(/[\u0080-\u2fff]/g, (mark) => runs.get(mark) ?? mark);
  return over === undefined ? plain : plain.replaceAll(`\n${over}`, '\r');
}
