/** Decides from the regions of some code which of its rows an outline leaves out. */
import type { Region, Regions } from './regions.ts';

/** Rows of a long value that stay. */
const VALUE_ROWS = 4;
const MIN_VALUE_ROWS = 16;
const MIN_COMMENT_ROWS = 3;
/** A signature that begins further above its body than this is a long statement: only its end is kept then. */
const MAX_SIGNATURE_ROWS = 24;
/** A function that holds so much of the code, and itself consists of so much of functions, is the frame of a module. */
const FRAME_SHARE = 0.4;
const FRAME_INNER_SHARE = 0.5;
/** Of the rows that hold anything: with more that do not parse it is no code of this language. */
const MAX_ERROR_SHARE = 0.15;

const WORD = /[\p{L}\p{N}]/u;
const CLOSERS = /^[\s)\]};,]*$/;
/** Comments that a reader must see: they direct tools, or warn. */
const TELLING = /@deprecated|@ts-|eslint-|biome-|noqa|go:build|\b(?:TODO|FIXME|HACK|XXX|SAFETY|WARNING|DEPRECATED)\b/;

/** For each row whether it is left out; undefined when too much does not parse. */
export function rowsLeftOut(lines: readonly string[], { list, errorRows }: Regions): Uint8Array | undefined {
  const filled = lines.filter((line) => line.trim() !== '').length;
  if (errorRows.size > filled * MAX_ERROR_SHARE) return undefined;
  const out = new Uint8Array(lines.length);
  const frames = findFrames(list, lines.length);
  const closed = lastClosedRows(list);
  for (const [i, region] of list.entries()) {
    if (region.kind === 'body' && !frames.has(i)) leaveOutBody(out, lines, region, closed[i]!);
    else if (region.kind === 'type' && out[region.open] === 1) out.fill(0, region.unit, region.last + 1);
    else if (region.kind === 'doc') leaveOutDocString(out, lines, region);
  }
  leaveOutValues(out, list);
  leaveOutComments(out, lines, list);
  for (const row of errorRows) out[row] = 0;
  return out;
}

/** Bodies around most of the code whose own functions are what there is to see. */
function findFrames(list: readonly Region[], rows: number): ReadonlySet<number> {
  const inner = list.map(() => 0);
  for (const { kind, parent, unit, last, isNamed } of list)
    if (parent >= 0 && kind === 'body' && isNamed) inner[parent]! += last - unit + 1;
  const frames = new Set<number>();
  for (const [i, { kind, parent, open, last }] of list.entries()) {
    if (kind !== 'body' || (parent >= 0 && !frames.has(parent))) continue;
    const own = last - open;
    if (own > rows * FRAME_SHARE && inner[i]! > own * FRAME_INNER_SHARE) frames.add(i);
  }
  return frames;
}

/** For each region the last row of the bodies that end before it opens. */
function lastClosedRows(list: readonly Region[]): readonly number[] {
  const around: Region[] = [];
  let closed = 0;
  return list.map((region) => {
    while (around.length > 0 && around.at(-1)!.last <= region.open) closed = Math.max(closed, around.pop()!.last);
    if (region.kind === 'body') around.push(region);
    return closed;
  });
}

/** @param closed last row of what stands before it in the same statement, perhaps. */
function leaveOutBody(out: Uint8Array, lines: readonly string[], region: Region, closed: number): void {
  const { open, last, end, isNamed, hasError } = region;
  const unit = Math.max(region.unit, Math.min(closed, open));
  const isInside = out[open] === 1;
  if (hasError) {
    if (isInside) out.fill(0, unit, last + 1);
    return;
  }
  if (isInside && !isNamed) return;
  if (isInside) out.fill(0, open - unit > MAX_SIGNATURE_ROWS ? open : unit, open + 1);
  const isClosed = CLOSERS.test((lines[last] ?? '').slice(end));
  out.fill(1, open + 1, Math.max(open + 1, isClosed ? last + 1 : last));
}

/** A doc string stays up to its first row with words, also in a body that is left out. */
function leaveOutDocString(out: Uint8Array, lines: readonly string[], { open, last }: Region): void {
  const shown = firstWorded(lines, open, last);
  out.fill(0, open, shown + 1);
  out.fill(1, shown + 1, last + 1);
}

function firstWorded(lines: readonly string[], first: number, last: number): number {
  for (let row = first; row < last; row++) if (WORD.test(lines[row] ?? '')) return row;
  return last;
}

/** Long values lose their rows after the first few, unless functions stand in them. */
function leaveOutValues(out: Uint8Array, list: readonly Region[]): void {
  const bodyRows = list.filter(({ kind }) => kind === 'body').map(({ open }) => open);
  let at = 0;
  for (const { kind, open, last } of list) {
    while (at < bodyRows.length && bodyRows[at]! < open) at++;
    if (kind !== 'value' || last - open + 1 < MIN_VALUE_ROWS) continue;
    const holdsBody = at < bodyRows.length && bodyRows[at]! <= last;
    if (!holdsBody) out.fill(1, open + VALUE_ROWS, last);
  }
}

/** Comments that stand on rows of their own, one after another, keep the first row that says something. */
function leaveOutComments(out: Uint8Array, lines: readonly string[], list: readonly Region[]): void {
  let first = -1;
  let last = -1;
  const leaveOut = (): void => {
    if (first < 0 || last - first + 1 < MIN_COMMENT_ROWS) return;
    for (let row = firstWorded(lines, first, last) + 1; row <= last; row++)
      if (!TELLING.test(lines[row] ?? '')) out[row] = 1;
  };
  for (const region of list) {
    if (region.kind !== 'comment' || !isAlone(lines, region)) continue;
    if (first < 0 || region.open > last + 1) {
      leaveOut();
      first = region.open;
    }
    // A comment of one line may end at the beginning of the next.
    last = Math.max(last, region.end === 0 ? region.last - 1 : region.last);
  }
  leaveOut();
}

function isAlone(lines: readonly string[], { open, last, end }: Region): boolean {
  const before = (lines[open] ?? '').trimStart();
  return /^(?:\/[/*]|#|--|\*)/.test(before) && (end === 0 || (lines[last] ?? '').slice(end).trim() === '');
}
