/** Failures as jest and vitest print them. */
import { CONTEXT, DETAIL, FRAME, isForeign, KEY, LEAD, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const JEST_HEAD = /^ {2}● \S/;
const JEST_END = /^(?:PASS|FAIL) |^Test Suites:|^Summary of all failing tests|^ {2}● \S|^={3,}/;
const VITEST_HEAD = /^ ?FAIL {1,2}\S/;
const VITEST_END = /^⎯{3,}/;
const CODE = /^\s*(> )?\s*\d+ ?[|│]/;
const POINTER = /^\s*[|│]\s*\^?/;
const AT = /^\s+(?:at |❯ )\S/;
const VALUE = /^\s*(?:Expected|Received|expected|received|actual|\+ expected - actual)\b.*:?/;

/** The lines below a head: what went wrong first, then values, code and frames. */
function rankBody(sheet: Sheet, start: number, end: number): void {
  let said = 0;
  let frames = 0;
  for (let at = start; at < end; at++) {
    const line = sheet.line(at);
    if (line.trim() === '') sheet.rank(at, NOISE);
    else if (AT.test(line)) sheet.rank(at, isForeign(line) ? NOISE : frames++ === 0 ? KEY : FRAME);
    else if (CODE.test(line)) sheet.rank(at, /^\s*> /.test(line) ? LEAD : CONTEXT);
    else if (POINTER.test(line)) sheet.rank(at, CONTEXT);
    else if (said++ === 0) sheet.rank(at, KEY);
    else if (/^\s*(?:Expected|Received)(?: \w+)*:/.test(line)) sheet.rank(at, said <= 4 ? KEY : DETAIL);
    else if (VALUE.test(line)) sheet.rank(at, DETAIL);
    else if (/^\s*[-+] /.test(line)) sheet.rank(at, said <= 12 ? DETAIL : CONTEXT);
    else sheet.rank(at, said <= 4 ? DETAIL : CONTEXT);
  }
}

function blockEnd(sheet: Sheet, start: number, isEnd: RegExp): number {
  let end = start;
  while (end < sheet.lines.length && !isEnd.test(sheet.line(end))) end++;
  return end;
}

export function rankJest(sheet: Sheet, at: number): number {
  if (!JEST_HEAD.test(sheet.line(at))) return at;
  const end = blockEnd(sheet, at + 1, JEST_END);
  // Jest prints all failures a second time below this line.
  const isAgain = sheet.firstOf('Summary of all failing tests') < at && sheet.firstOf(sheet.line(at)) < at;
  sheet.rank(at, KEY);
  rankBody(sheet, at + 1, end);
  if (isAgain) sheet.rankAll(at, end, NOISE);
  return end;
}

export function rankVitest(sheet: Sheet, at: number): number {
  if (/^⎯{3,}[^⎯]*⎯{3,}$|^⎯{3,}\[\d+\/\d+\]⎯$/.test(sheet.line(at))) {
    sheet.rank(at, /\[\d+\/\d+\]/.test(sheet.line(at)) ? NOISE : DETAIL);
    return at + 1;
  }
  // Jest's own `FAIL path` has no blank before it, and its failures follow below a dot.
  if (!VITEST_HEAD.test(sheet.line(at)) || !/ > |^ FAIL /.test(sheet.line(at))) return at;
  let head = at;
  while (VITEST_HEAD.test(sheet.line(head))) sheet.rank(head++, KEY);
  const end = blockEnd(sheet, head, VITEST_END);
  rankBody(sheet, head, end);
  return end;
}
