/**
 * Text that was struck over itself for printers (`N\bN` is bold, `_\bN` underlined): lossless with each run between two
 * marks, and plain.
 */

const SIGNS = '«»‹›⟦⟧⟨⟩⌈⌉⌊⌋';
const STRUCK = /(?:([^\b\n])[\b]\1)+|(?:_[\b][^\b\n])+/gu;
const HEAD =
  /^\[headroom: text struck over itself, all here: (.)bold(.) (.)underlined(.), without its (\d{1,8}) backspaces\]\n/u;
const MAX_HEAD = 200;
const MIN_STRUCK = 8;
const MAX_SOURCE = 64_000_000;

function isUnderlined(run: string): boolean {
  return run.startsWith('_\b') && run[2] !== '_';
}

/** What stands there in the end: the last sign of each place. */
function plainOf(run: string): string {
  return run.replaceAll(/[^\b][\b]/gu, '');
}

export function countStruck(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\b'); at >= 0; at = text.indexOf('\b', at + 1)) count++;
  return count;
}

export function isStruck(text: string): boolean {
  const start = text.slice(0, 1 << 16);
  const count = countStruck(start);
  if (count < MIN_STRUCK) return false;
  const runs = start.match(STRUCK) ?? [];
  return runs.reduce((sum, run) => sum + countStruck(run), 0) >= count * 0.9;
}

export function unstruck(text: string): string {
  return text.replaceAll(STRUCK, plainOf);
}

/** Undefined when not enough signs are free to mark with. */
export function writeStruck(text: string): string | undefined {
  const [boldStart, boldEnd, lineStart, lineEnd] = Array.from(SIGNS).filter((sign) => !text.includes(sign));
  if (lineEnd === undefined) return undefined;
  const said = text.replaceAll(STRUCK, (run) =>
    isUnderlined(run) ? `${lineStart}${plainOf(run)}${lineEnd}` : `${boldStart}${plainOf(run)}${boldEnd}`,
  );
  const head = `[headroom: text struck over itself, all here: ${boldStart}bold${boldEnd} ${lineStart}underlined${lineEnd}, without its ${countStruck(text)} backspaces]`;
  return `${head}\n${said}`;
}

/** The source; undefined when the text is no such form or a damaged one. */
export function readStruck(text: string): string | undefined {
  const head = text.startsWith('[headroom: text struck') ? HEAD.exec(text.slice(0, MAX_HEAD)) : null;
  if (!head || text.length > MAX_SOURCE) return undefined;
  const [, boldStart = '', boldEnd = '', lineStart = '', lineEnd = ''] = head;
  const body = text.slice(head[0].length);
  const bold = strikeRuns(body, [boldStart, boldEnd], (sign) => `${sign}\b${sign}`);
  const source = bold === undefined ? undefined : strikeRuns(bold, [lineStart, lineEnd], (sign) => `_\b${sign}`);
  return source !== undefined && countStruck(source) === Number(head[5]) ? source : undefined;
}

function strikeRuns(
  text: string,
  [start, end]: readonly [string, string],
  strike: (sign: string) => string,
): string | undefined {
  const [first = '', ...parts] = text.split(start);
  const out = [first];
  for (const part of parts) {
    const stop = part.indexOf(end);
    if (stop < 0) return undefined;
    out.push(Array.from(part.slice(0, stop), strike).join(''), part.slice(stop + end.length));
  }
  return out.join('');
}
