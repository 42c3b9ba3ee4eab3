/** pytest's sections, unittest's failures, and the tracebacks of Python wherever they stand. */
import { CONTEXT, DETAIL, FRAME, isForeign, KEY, LEAD, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

export const RULE: RegExp = /^={3,} (.+?) ={3,}$/;
const BLOCK = /^_{3,} (.+?) _{3,}$/;
const CAPTURED = /^-{3,} (?:Captured |generated ).*-{3,}$/;
/** The last line of a run within a run, as tests of pytest itself print it. */
const RUN_END =
  /^={3,} .*\b(?:passed|failed|errors?|skipped|deselected|warnings?|no tests ran)\b.* in [\d.]+ ?s.*={3,}$/;
const PLACE = /^(\S[^:]*):(\d+): ?(.*)$/;
const MAX_MESSAGE = 8;
const MAX_ERROR = 40;
const MAX_CAPTURED = 6;

/** The first line after the output that a test made, with the runs that may stand in it. */
function skipCaptured(sheet: Sheet, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const line = sheet.line(at);
    if (line.endsWith(' test session starts ==============================')) {
      const last = sheet.lines.slice(at + 1, end).findIndex((one) => RUN_END.test(one));
      if (last >= 0) at += last + 1;
    } else if (BLOCK.test(line) || CAPTURED.test(line) || RULE.test(line)) break;
  }
  return at;
}

function rankCaptured(sheet: Sheet, at: number, end: number): void {
  sheet.rank(at, DETAIL);
  let shown = 0;
  for (let i = at + 1; i < end; i++) sheet.rank(i, sheet.line(i) !== '' && shown++ < MAX_CAPTURED ? CONTEXT : NOISE);
}

/** One failure of a FAILURES section. */
function rankFailure(sheet: Sheet, start: number, end: number): void {
  sheet.rank(start, KEY);
  let lastPlace = -1;
  let firstPlace = -1;
  let messages = 0;
  let section = start + 1;
  for (let at = start + 1; at < end; at++) {
    const line = sheet.line(at);
    if (CAPTURED.test(line)) {
      const after = skipCaptured(sheet, at + 1, end);
      rankCaptured(sheet, at, after);
      at = section = after;
      at--;
      continue;
    }
    const place = line.startsWith(' ') ? null : PLACE.exec(line);
    if (/^E(?: |$)/.test(line)) sheet.rank(at, messages++ === 0 ? KEY : messages <= MAX_MESSAGE ? DETAIL : CONTEXT);
    else if (line.startsWith('>')) sheet.rank(at, LEAD);
    else if (place) {
      rankPlace(sheet, section, at);
      if (firstPlace < 0) firstPlace = at;
      lastPlace = at;
    } else {
      if (/^(?:_ )+_?$/.test(line)) section = at + 1;
      sheet.rank(at, line === '' || section > at ? NOISE : CONTEXT);
    }
  }
  if (firstPlace >= 0 && !isForeign(sheet.line(firstPlace))) sheet.rank(firstPlace, LEAD);
  if (lastPlace >= 0) sheet.rank(lastPlace, KEY);
}

/** The code above a place belongs to it: that of a library goes first. */
function rankPlace(sheet: Sheet, section: number, at: number): void {
  const foreign = isForeign(sheet.line(at));
  sheet.rank(at, foreign ? NOISE : FRAME);
  if (!foreign) return;
  for (let i = section; i < at; i++) {
    if (/^E(?: |$)/.test(sheet.line(i))) continue;
    sheet.rank(i, sheet.line(i).startsWith('>') ? CONTEXT : NOISE);
  }
}

function rankFailures(sheet: Sheet, start: number): number {
  let at = start + 1;
  while (at < sheet.lines.length && !RULE.test(sheet.line(at))) {
    if (!BLOCK.test(sheet.line(at))) {
      sheet.rank(at, sheet.line(at) === '' ? NOISE : DETAIL);
      at++;
      continue;
    }
    let end = at + 1;
    while (end < sheet.lines.length && !BLOCK.test(sheet.line(end)) && !RULE.test(sheet.line(end))) {
      end = CAPTURED.test(sheet.line(end)) ? skipCaptured(sheet, end + 1, sheet.lines.length) : end + 1;
    }
    rankFailure(sheet, at, end);
    at = end;
  }
  return at;
}

/** What tests that passed have printed. */
function rankPasses(sheet: Sheet, start: number): number {
  let at = start + 1;
  while (at < sheet.lines.length && !RULE.test(sheet.line(at))) {
    at = CAPTURED.test(sheet.line(at)) ? skipCaptured(sheet, at + 1, sheet.lines.length) : at + 1;
  }
  sheet.rankAll(start + 1, at, NOISE);
  return at;
}

const WARNING = /^ {2}(?:\S.*?:\d+: )?(\S.*)$/;

/** Each warning in full at its first place, whatever else repeats it. */
function rankWarnings(sheet: Sheet, start: number): number {
  let at = start + 1;
  for (; at < sheet.lines.length && !RULE.test(sheet.line(at)); at++) {
    const line = sheet.line(at);
    const said = /^ {2}\S/.test(line) && /:\d+: |Warning/.test(line) ? WARNING.exec(line)?.[1] : undefined;
    if (said !== undefined) sheet.rank(at, sheet.isNew(said) ? KEY : FRAME);
    else sheet.rank(at, line.startsWith('-- Docs') || line === '' ? NOISE : CONTEXT);
  }
  return at;
}

/** Names of failures stand in full; what follows the dash only where no failure above says it. */
function rankSummary(sheet: Sheet, start: number): number {
  let at = start + 1;
  for (; at < sheet.lines.length && !RULE.test(sheet.line(at)); at++) {
    const line = sheet.line(at);
    if (/^(?:FAILED|ERROR) /.test(line)) sheet.rank(at, KEY);
    else if (/^(?:SKIPPED|XFAIL|XPASS) /.test(line)) sheet.rank(at, line.startsWith('XPASS') ? KEY : DETAIL);
    else break;
  }
  return at;
}

export function rankPytest(sheet: Sheet, at: number): number {
  const rule = sheet.line(at).startsWith('===') ? RULE.exec(sheet.line(at)) : null;
  if (!rule) return at;
  const title = rule[1]!;
  sheet.rank(at, LEAD);
  if (title === 'FAILURES' || title === 'ERRORS') return rankFailures(sheet, at);
  if (title === 'PASSES') return rankPasses(sheet, at);
  if (title.startsWith('warnings summary')) return rankWarnings(sheet, at);
  if (title === 'short test summary info') return rankSummary(sheet, at);
  if (/^slowest .*durations$/.test(title)) {
    let end = at + 1;
    while (/^(?:[\d.]+s |\(\d+ durations)|^$/.test(sheet.line(end)) && end < sheet.lines.length) end++;
    sheet.rankAll(at + 1, Math.min(end, at + 4), DETAIL);
    sheet.rankAll(at + 4, end, CONTEXT);
    return end;
  }
  if (title === 'test session starts') {
    let end = at + 1;
    while (
      end < at + 12 &&
      /^(?:platform|cachedir|rootdir|configfile|plugins|base temp|libraries|metadata|hypothesis)/.test(sheet.line(end))
    )
      end++;
    sheet.rankAll(at + 1, end, DETAIL);
    return end;
  }
  sheet.rank(at, KEY);
  return at + 1;
}

const FILE_LINE = /^(\s*)File "(.+?)", line \d+/;

/** A traceback: the last frame of the project and the error itself are what it is about. */
export function rankTraceback(sheet: Sheet, start: number): number {
  const line = sheet.line(start);
  if (!line.endsWith('Traceback (most recent call last):')) return start;
  const indent = line.length - line.trimStart().length;
  sheet.rank(start, FRAME);
  let at = start + 1;
  let best = -1;
  for (; at < sheet.lines.length; at++) {
    const text = sheet.line(at);
    if (text.length - text.trimStart().length <= indent) break;
    if (!FILE_LINE.test(text)) continue;
    const foreign = isForeign(text);
    if (!foreign || best < 0) best = at;
    let end = at + 1;
    while (isCodeBelow(sheet, end, indent)) end++;
    sheet.rankAll(at, end, foreign ? NOISE : FRAME);
    at = end - 1;
  }
  if (best >= 0) {
    sheet.rank(best, KEY);
    if (isCodeBelow(sheet, best + 1, indent)) sheet.rank(best + 1, LEAD);
  }
  return rankError(sheet, at);
}

function rankError(sheet: Sheet, start: number): number {
  let at = start;
  for (; at < sheet.lines.length && sheet.line(at) !== '' && at < start + MAX_ERROR; at++) {
    if (/^[-=]{3,}/.test(sheet.line(at))) break;
    sheet.rank(at, at === start ? KEY : at <= start + MAX_MESSAGE ? DETAIL : CONTEXT);
  }
  return at;
}

function isCodeBelow(sheet: Sheet, at: number, indent: number): boolean {
  const text = sheet.line(at);
  return text.trim() !== '' && text.length - text.trimStart().length > indent && !FILE_LINE.test(text);
}

export function rankUnittest(sheet: Sheet, at: number): number {
  if (!/^={50,}$/.test(sheet.line(at)) || !/^(?:FAIL|ERROR|UNEXPECTED SUCCESS): /.test(sheet.line(at + 1))) return at;
  sheet.rank(at, NOISE);
  sheet.rank(at + 1, KEY);
  let end = at + 2;
  while (end < at + 6 && !/^-{50,}$/.test(sheet.line(end))) end++;
  if (end >= at + 6) return at + 2;
  sheet.rankAll(at + 2, end, DETAIL);
  sheet.rank(end, NOISE);
  return end + 1;
}
