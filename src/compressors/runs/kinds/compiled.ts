/** Failures of Rust and Go runs, and what the compilers of Rust and Elixir say of code. */
import { CONTEXT, DETAIL, FRAME, isForeign, KEY, LEAD, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const MAX_MESSAGE = 3;
const MAX_BELOW = 20;

const PANIC = /^thread '.*'(?: \(\d+\))? panicked at /;
const STDOUT = /^---- (.+) stdout ----$/;
const BACKTRACE_FRAME = /^\s+\d+: \S/;

/** A failing test of cargo, or a panic of any program. */
export function rankPanic(sheet: Sheet, start: number): number {
  const line = sheet.line(start);
  if (STDOUT.test(line)) {
    sheet.rank(start, KEY);
    return start + 1;
  }
  if (!PANIC.test(line)) return start;
  sheet.rank(start, KEY);
  let at = start + 1;
  for (let said = 0; at < sheet.lines.length && sheet.line(at) !== ''; at++) {
    const text = sheet.line(at);
    if (text === 'stack backtrace:') return rankBacktrace(sheet, at);
    if (STDOUT.test(text) || PANIC.test(text)) return at;
    if (text.startsWith('note: ')) sheet.rank(at, NOISE);
    else sheet.rank(at, said++ < MAX_MESSAGE ? KEY : said < MAX_BELOW ? DETAIL : CONTEXT);
  }
  return at;
}

function rankBacktrace(sheet: Sheet, start: number): number {
  sheet.rank(start, NOISE);
  let at = start + 1;
  for (; at < sheet.lines.length; at++) {
    const text = sheet.line(at);
    const isPlace = /^\s+at /.test(text);
    if (!BACKTRACE_FRAME.test(text) && !isPlace && !text.startsWith('note: ')) break;
    const isOwn = isPlace && /^\s+at \.\//.test(text);
    sheet.rank(at, isOwn ? CONTEXT : NOISE);
    if (isOwn) sheet.rank(at - 1, CONTEXT);
  }
  return at;
}

/** The list of names after all failures: those that stand above are said twice. */
export function rankFailureList(sheet: Sheet, start: number): number {
  if (sheet.line(start) !== 'failures:' || !/^ {4}\S/.test(sheet.line(start + 1))) return start;
  sheet.rank(start, DETAIL);
  let at = start + 1;
  for (; /^ {4}\S/.test(sheet.line(at)); at++)
    sheet.rank(at, sheet.firstOf(`---- ${sheet.line(at).trim()} stdout ----`) < start ? NOISE : KEY);
  return at;
}

const RUSTC_HEAD = /^(error|warning)(?:\[[A-Z]\d+\])?: \S/;
const RUSTC_PLACE = /^\s*--> \S+:\d+:\d+/;

export function rankRustc(sheet: Sheet, start: number): number {
  const kind = RUSTC_HEAD.exec(sheet.line(start))?.[1];
  if (kind === undefined || !sheet.lines.slice(start + 1, start + 3).some((line) => RUSTC_PLACE.test(line)))
    return start;
  sheet.rank(start, kind === 'error' || sheet.isNew(sheet.line(start)) ? KEY : LEAD);
  let at = start + 1;
  for (; at < sheet.lines.length && sheet.line(at) !== ''; at++) {
    const line = sheet.line(at);
    if (RUSTC_PLACE.test(line)) sheet.rank(at, KEY);
    else if (/^\s*\|.*[\^-]{1,}\s*\S/.test(line)) sheet.rank(at, DETAIL);
    else if (/^\s*= (?:note|help)|^(?:help|note):/.test(line)) sheet.rank(at, FRAME);
    else sheet.rank(at, /^\s*\d+ \| .*\S/.test(line) ? FRAME : CONTEXT);
  }
  return at;
}

const ELIXIR_HEAD = /^\s*(?:\x1b\[\d+m)?(error|warning): \S/;

/** What the Elixir compiler says: a message, the code beside bars, the place at the end. */
export function rankBarred(sheet: Sheet, start: number): number {
  const kind = ELIXIR_HEAD.exec(sheet.line(start))?.[1];
  if (kind === undefined) return start;
  let end = start + 1;
  while (end < start + MAX_BELOW && sheet.line(end).trim() !== '' && !/^\s*└─/.test(sheet.line(end))) end++;
  if (!/^\s*└─/.test(sheet.line(end))) return start;
  const rank = kind === 'error' || sheet.isNew(sheet.line(start)) ? KEY : LEAD;
  for (let at = start; at <= end; at++) {
    const line = sheet.line(at);
    if (at === end) sheet.rank(at, KEY);
    else if (/^\s*│\s*$/.test(line)) sheet.rank(at, NOISE);
    else if (/^\s*│\s*[\^~]+/.test(line)) sheet.rank(at, CONTEXT);
    else sheet.rank(at, /^\s*\d+ │/.test(line) ? DETAIL : rank);
  }
  return end + 1;
}

const GO_FAIL = /^(\s*)--- FAIL: \S/;

const GO_SAID = /^\s+\S+\.go:\d+: /;
const GO_OUTCOME = /^\s*--- (PASS|FAIL|SKIP): /;

/** What a test says of a line of its file. */
export function rankGoSaid(sheet: Sheet, at: number): number {
  const line = sheet.line(at);
  if (!line.includes('.go:') || !GO_SAID.test(line)) return at;
  sheet.rank(at, rankOfSaid(sheet, at));
  return at + 1;
}

/** With -v a test speaks before its outcome is known. */
function rankOfSaid(sheet: Sheet, at: number): number {
  for (let i = at + 1; i < at + MAX_BELOW; i++) {
    const outcome = GO_OUTCOME.exec(sheet.line(i))?.[1];
    if (outcome !== undefined) return outcome === 'FAIL' ? KEY : CONTEXT;
    if (sheet.line(i).startsWith('=== ')) break;
  }
  return KEY;
}

export function rankGo(sheet: Sheet, start: number): number {
  const line = sheet.line(start);
  const fail = GO_FAIL.exec(line);
  if (fail) {
    sheet.rank(start, KEY);
    const indent = fail[1]!.length;
    let at = start + 1;
    for (let said = 0; new RegExp(`^ {${indent + 4}}(?!--- )|^\\t`).test(sheet.line(at)); at++) {
      sheet.rank(at, said++ === 0 ? KEY : said < MAX_BELOW ? DETAIL : CONTEXT);
    }
    return at;
  }
  if (
    /^(?:FAIL|ok {2}|panic: |# \S|vet: |fatal error: |signal: )/.test(line) &&
    !/^FAIL {1,2}\S+\.[jt]sx?/.test(line)
  ) {
    sheet.rank(start, line.startsWith('ok') ? LEAD : KEY);
    return start + 1;
  }
  if (!/^goroutine \d+ \[.*\]:$/.test(line)) return start;
  sheet.rank(start, FRAME);
  let at = start + 1;
  for (; at < sheet.lines.length && sheet.line(at) !== ''; at++) {
    if (!sheet.line(at).startsWith('\t')) continue;
    const rank = isForeign(sheet.line(at)) ? NOISE : FRAME;
    sheet.rank(at, rank);
    sheet.rank(at - 1, rank);
  }
  return at;
}
