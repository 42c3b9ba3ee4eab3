/** Failures of Go runs: what failing tests say, panics with the frames of their goroutines. */
import { CONTEXT, DETAIL, FRAME, isForeign, KEY, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const MAX_BELOW = 20;
/** How far above a line its test may have begun. */
const MAX_ABOVE = 400;

const FAIL = /^(\s*)--- FAIL: \S/;
const SAID = /^\s+\S+\.go:\d+: /;
const BELOW_SAID = /^(?: {8}|\t| {4}\t)\s*(?!--- (?:PASS|FAIL|SKIP): )\S/;
const TEST = /^\s*(?:=== (?:RUN|CONT|NAME) +(\S+)|--- (PASS|FAIL|SKIP): \S)/;

/** What a test says of a line of its file. */
export function rankGoSaid(sheet: Sheet, start: number): number {
  const line = sheet.line(start);
  if (!line.includes('.go:') || !SAID.test(line)) return start;
  const speaker = speakerOf(sheet, start);
  const isFailure = speaker?.outcome !== 'PASS' && speaker?.outcome !== 'SKIP';
  // What stands above its outcome is of the test that the line before names.
  if (isFailure && speaker) sheet.rank(speaker.at, KEY);
  sheet.rank(start, isFailure ? KEY : NOISE);
  let at = start + 1;
  for (; BELOW_SAID.test(sheet.line(at)) && !SAID.test(sheet.line(at)); at++)
    sheet.rank(at, !isFailure ? NOISE : at - start < MAX_BELOW ? DETAIL : CONTEXT);
  return at;
}

interface Speaker {
  readonly at: number;
  readonly outcome: string | undefined;
}

/** Who said the last line that was asked for: what follows is by the same until another test is named. */
const lastSaid = new WeakMap<Sheet, { readonly at: number; readonly speaker: Speaker | undefined }>();

/** The line that names the test which says this: with -v it speaks before its outcome, without it behind. */
function speakerOf(sheet: Sheet, at: number): Speaker | undefined {
  const last = lastSaid.get(sheet);
  let speaker = last?.speaker;
  for (let above = at - 1; above >= Math.max(0, last?.at ?? at - MAX_ABOVE); above--) {
    const test = TEST.exec(sheet.line(above));
    if (!test) continue;
    speaker = { at: above, outcome: test[2] ?? sheet.outcomeOf(test[1]!) };
    break;
  }
  lastSaid.set(sheet, { at, speaker });
  return speaker;
}

export function rankGo(sheet: Sheet, start: number): number {
  const line = sheet.line(start);
  const fail = FAIL.exec(line);
  if (fail) return rankFailure(sheet, start, fail[1]!.length);
  if (/^(?:FAIL|panic: |# \S|vet: |fatal error: |signal: )/.test(line) && !/^FAIL {1,2}\S+\.[jt]sx?/.test(line)) {
    sheet.rank(start, KEY);
    return start + 1;
  }
  return rankGoroutine(sheet, start);
}

function rankFailure(sheet: Sheet, start: number, indent: number): number {
  sheet.rank(start, KEY);
  const below = new RegExp(`^ {${indent + 4}}(?!--- )|^\\t`);
  let at = start + 1;
  for (let said = 0; below.test(sheet.line(at)); at++) {
    sheet.rank(at, said++ === 0 ? KEY : said < MAX_BELOW ? DETAIL : CONTEXT);
  }
  return at;
}

const GOROUTINE = /^goroutine \d+ .*\[(.*)\]:$/;
const PLACE = /^\t\S.*:\d+(?: \+0x[0-9a-f]+)?$/;
const ELIDED = /^\.\.\..* frames elided\.\.\.$|^\[originating from goroutine \d+\]:$/;
/** Functions of the language itself have names without a path. */
const OWN_OF_GO = /^(?:created by )?(?:panic\(|(?:runtime|testing|sync|reflect|internal\/\w+)(?:\/\w+)*\.)/;

/** A trace is a name and its place, again and again: whatever else follows is no part of it. */
function rankGoroutine(sheet: Sheet, start: number): number {
  const state = GOROUTINE.exec(sheet.line(start))?.[1];
  if (state === undefined) return start;
  sheet.rank(start, FRAME);
  let at = start + 1;
  for (let own = 0; ; ) {
    if (ELIDED.test(sheet.line(at))) {
      sheet.rank(at++, NOISE);
      continue;
    }
    if (!/^\S/.test(sheet.line(at)) || !PLACE.test(sheet.line(at + 1))) return at;
    const isOwn = !OWN_OF_GO.test(sheet.line(at)) && !isForeign(sheet.line(at + 1));
    // Of the goroutine that stopped the run, its first own frame says where.
    const rank = !isOwn ? NOISE : own++ === 0 && state.startsWith('running') ? KEY : FRAME;
    sheet.rankAll(at, at + 2, rank);
    at += 2;
  }
}
