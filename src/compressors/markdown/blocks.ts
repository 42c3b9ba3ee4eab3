/** Takes a Markdown text apart into the blocks that a reader sees: headings, paragraphs, lists, code, tables, HTML. */
import type { Deadline } from '../../core/deadline.ts';

export type BlockKind = 'heading' | 'paragraph' | 'list' | 'code' | 'table' | 'html';

export interface Block {
  readonly kind: BlockKind;
  /** Its lines in the source, from 0; `end` is not among them. */
  readonly start: number;
  readonly end: number;
  /** Items of a list, rows of a table, lines of the others. */
  readonly count: number;
}

const LINES_PER_CHECK = 512;
const FENCE = /^ {0,3}(?:> ?)?(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s/;
const ROW = /^\s*\|.*\|\s*$/;
const TAG = /^\s*<(?:\/?[a-zA-Z][\w-]*[\s/>]|!--)/;
const BADGE = /^\s*(?:\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?\s*)+$/;
const MAX_MATCHED = 2000;

function isHeading(lines: readonly string[], at: number): boolean {
  if (HEADING.test(lines[at]!)) return true;
  const next = lines[at + 1];
  return (
    next !== undefined &&
    lines[at]!.trim() !== '' &&
    UNDERLINE.test(next) &&
    next.trim().length > 2 &&
    !kindAt(lines[at]!)
  );
}

/** What a line begins, unless it is a heading or plain text. */
function kindAt(line: string): Exclude<BlockKind, 'heading' | 'paragraph'> | undefined {
  const start = line.length > MAX_MATCHED ? line.slice(0, MAX_MATCHED) : line;
  if (FENCE.test(start)) return 'code';
  if (ITEM.test(start)) return 'list';
  if (ROW.test(start)) return 'table';
  if (TAG.test(start) || BADGE.test(start)) return 'html';
  return undefined;
}

/** Where the block that begins here ends. */
function endOf(lines: readonly string[], at: number, kind: BlockKind): number {
  if (kind === 'heading') return HEADING.test(lines[at]!) ? at + 1 : at + 2;
  if (kind === 'code') return endOfCode(lines, at);
  let end = at + 1;
  while (end < lines.length && goesOn(lines, end, kind)) end++;
  return end;
}

/** Whether a line belongs to the block above it. */
function goesOn(lines: readonly string[], at: number, kind: BlockKind): boolean {
  const line = lines[at]!;
  if (line.trim() === '') return kind === 'list' && resumes(lines, at + 1);
  if (isHeading(lines, at)) return false;
  const own = kindAt(line);
  if (kind === 'list') return own !== 'code' || /^\s/.test(line);
  return own === kind || (own === undefined && kind !== 'table');
}

/** Items go on after an empty line, and so does what is indented under them. */
function resumes(lines: readonly string[], at: number): boolean {
  const next = lines[at];
  return next !== undefined && (/^\s{2,}\S/.test(next) || ITEM.test(next)) && !isHeading(lines, at);
}

function endOfCode(lines: readonly string[], at: number): number {
  const fence = FENCE.exec(lines[at]!)![1]!;
  for (let end = at + 1; end < lines.length; end++) {
    const closing = FENCE.exec(lines[end]!)?.[1];
    if (closing?.startsWith(fence) && lines[end]!.trim().replace(/^> ?/, '') === closing) return end + 1;
  }
  return lines.length;
}

function countOf(lines: readonly string[], start: number, end: number, kind: BlockKind): number {
  if (kind === 'table') return Math.max(1, end - start - 2);
  if (kind === 'code') return Math.max(1, end - start - 2);
  if (kind !== 'list') return end - start;
  return lines.slice(start, end).filter((line) => ITEM.test(line)).length;
}

export function readBlocks(lines: readonly string[], deadline: Deadline): readonly Block[] {
  const blocks: Block[] = [];
  let checked = 0;
  for (let at = 0; at < lines.length; ) {
    if (at >= checked) {
      deadline.check();
      checked = at + LINES_PER_CHECK;
    }
    if (lines[at]!.trim() === '') {
      at++;
      continue;
    }
    const kind: BlockKind = isHeading(lines, at) ? 'heading' : (kindAt(lines[at]!) ?? 'paragraph');
    const end = endOf(lines, at, kind);
    blocks.push({ kind, start: at, end, count: countOf(lines, at, end, kind) });
    at = end;
  }
  return blocks;
}
