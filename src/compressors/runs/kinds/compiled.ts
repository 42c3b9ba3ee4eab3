/** Failures of Rust runs, and what the compilers of Rust and Elixir say of code. */
import { CONTEXT, DETAIL, KEY, LEAD, NOISE } from '../sheet.ts';
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
