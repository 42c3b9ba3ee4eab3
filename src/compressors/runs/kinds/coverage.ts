/** The table of coverage.py: its total, and the files that are covered least. */
import { CONTEXT, DETAIL, KEY, LEAD, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const HEAD = /^Name +Stmts +Miss +(?:Branch +BrPart +)?Cover\b/;
const ROW = /^(\S.*?) +\d+ +(\d+) +(?:\d+ +\d+ +)?(\d+(?:\.\d+)?)%/;
const RULE = /^-{10,}$/;
const MAX_ROW = 1000;
/** How many of the least covered stand with the rank of their number. */
const STAGES: readonly (readonly [upTo: number, rank: number])[] = [
  [8, LEAD],
  [20, DETAIL],
  [40, CONTEXT],
];

export function rankCoverage(sheet: Sheet, start: number): number {
  if (!HEAD.test(sheet.line(start))) return start;
  const rows: { at: number; missed: number; covered: number }[] = [];
  let at = start + 1;
  for (; at < sheet.lines.length; at++) {
    const line = sheet.line(at);
    const row = line.length < MAX_ROW ? ROW.exec(line) : null;
    if (!row && line !== '' && !RULE.test(line)) break;
    sheet.rank(at, NOISE);
    if (!row) continue;
    if (row[1] === 'TOTAL') sheet.rank(at, KEY);
    else rows.push({ at, missed: Number(row[2]), covered: Number(row[3]) });
  }
  rows.sort((a, b) => a.covered - b.covered || b.missed - a.missed || a.at - b.at);
  for (const [i, row] of rows.entries()) sheet.rank(row.at, STAGES.find(([upTo]) => i < upTo)?.[1] ?? NOISE);
  sheet.rank(start, LEAD);
  if (rows.length > STAGES[0]![0]) {
    sheet.said.set(start, `${sheet.line(start)}  (where rows are left out, those that cover least stand)`);
  }
  return at;
}
