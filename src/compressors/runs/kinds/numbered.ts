/** Failures that are numbered, as ExUnit, rspec and mocha print them: `  1) test … (Module)` and what is below. */
import { CONTEXT, DETAIL, FRAME, isForeign, KEY, LEAD, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const HEAD = /^ {1,4}\d+\) \S/;
const OWN_PLACE = /^\s+(?:# )?(?:\.\/)?[\w./-]+\.\w+:\d+(?::in .*)?$/;
const FRAMES = /^\s+stacktrace:$/;
const ERROR = /^\s+(?:\*\* \(|Failure\/Error:|\w*(?:Error|Exception|Failure)\b.*:|Assertion |Expected |expected )/;
const FRAME_LINE = /^\s+(?:at \S|# \S+:\d+|\([a-z_]+ \d+\.\d|[\w./-]+\.\w+:\d+: )/;
const LOG_HEAD = /^\s+The following output was logged:$/;
const VALUE = /^\s+(?:code|left|right|expected|got|actual|diff|mailbox|The following variables)\b.*:/;
const MAX_LOG = 3;

/** The block ends before the next number, or where a line begins without a blank. */
function endOf(sheet: Sheet, start: number): number {
  let end = start + 1;
  while (end < sheet.lines.length) {
    const line = sheet.line(end);
    if (HEAD.test(line) || (line !== '' && !/^\s/.test(line) && !isLogLine(line))) break;
    end++;
  }
  return end;
}

function isLogLine(line: string): boolean {
  return /^\d\d:\d\d:\d\d\.\d+ \[/.test(line);
}

export function rankNumbered(sheet: Sheet, start: number): number {
  if (!HEAD.test(sheet.line(start)) || !hasEvidence(sheet, start)) return start;
  const end = endOf(sheet, start);
  sheet.rank(start, KEY);
  const seen = { errors: 0, places: 0, frames: 0, logged: -1, others: 0 };
  for (let at = start + 1; at < end; at++) sheet.rank(at, rankLine(sheet.line(at), at - start, seen));
  return end;
}

/** A number alone is a list; an error or a place below makes it a failure. */
function hasEvidence(sheet: Sheet, start: number): boolean {
  return sheet.lines
    .slice(start + 1, start + 8)
    .some((line) => OWN_PLACE.test(line) || ERROR.test(line) || FRAME_LINE.test(line));
}

interface Seen {
  errors: number;
  places: number;
  frames: number;
  logged: number;
  others: number;
}

function rankLine(line: string, offset: number, seen: Seen): number {
  if (line.trim() === '' || FRAMES.test(line)) return NOISE;
  if (LOG_HEAD.test(line)) {
    seen.logged = 0;
    return DETAIL;
  }
  if (seen.logged >= 0) return seen.logged++ < MAX_LOG ? CONTEXT : NOISE;
  return rankFrame(line, seen) ?? rankMessage(line, offset, seen);
}

function rankFrame(line: string, seen: Seen): number | undefined {
  if (FRAME_LINE.test(line)) return isForeign(line) ? NOISE : seen.frames++ === 0 && seen.places === 0 ? KEY : FRAME;
  if (OWN_PLACE.test(line)) return seen.places++ === 0 ? KEY : isForeign(line) ? NOISE : FRAME;
  return undefined;
}

function rankMessage(line: string, offset: number, seen: Seen): number {
  if (ERROR.test(line)) return seen.errors++ < 2 ? KEY : DETAIL;
  if (VALUE.test(line)) return /^\s+(?:left|right|expected|got|actual)/.test(line) ? KEY : LEAD;
  seen.others++;
  if (offset <= 2 && seen.errors === 0) return KEY;
  return seen.others <= 6 ? DETAIL : CONTEXT;
}
