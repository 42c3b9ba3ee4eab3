/** Ranks every line of a run: each recogniser takes the lines of its kind, the rest is weighed line by line. */
import type { Deadline } from '../../core/deadline.ts';
import { rankBarred, rankFailureList, rankPanic } from './kinds/compiled.ts';
import { rankCoverage } from './kinds/coverage.ts';
import { rankRustc } from './kinds/diagnostics.ts';
import { rankGo, rankGoSaid } from './kinds/go.ts';
import { rankJavaFailure, rankJavaTrace, rankMavenHelp } from './kinds/java.ts';
import { rankJest, rankVitest } from './kinds/javascript.ts';
import { rankPlain, rankReport } from './kinds/lines.ts';
import { rankAudit, rankBiome } from './kinds/linters.ts';
import { rankNumbered } from './kinds/numbered.ts';
import { rankPytest, rankTraceback, rankUnittest } from './kinds/python.ts';
import { Openings } from './openings.ts';
import { progressOf } from './progress.ts';
import { isReport, isRowBelow } from './places.ts';
import { ResultReader } from './results.ts';
import { KEY, NOISE, Sheet } from './sheet.ts';
import type { Recogniser } from './sheet.ts';

const LINES_PER_CHECK = 256;

const RECOGNISERS = new Openings<Recogniser>([
  { first: '=', value: rankPytest },
  { first: '=', value: rankUnittest },
  { first: undefined, value: rankTraceback },
  { first: '●', value: rankJest },
  { first: 'F⎯', value: rankVitest },
  { first: 't-', value: rankPanic },
  { first: 'f', value: rankFailureList },
  { first: 'ewABCDEFGHIJKLMNOPQRSTUVWXYZx×!⚠', value: rankRustc },
  { first: 'ew', value: rankBarred },
  { first: '0123456789', value: rankNumbered },
  { first: undefined, value: rankGoSaid },
  { first: '-Fop#vfsg', value: rankGo },
  { first: '[', value: rankMavenHelp },
  { first: 'N', value: rankCoverage },
  { first: undefined, value: rankBiome },
  { first: undefined, value: rankAudit },
  { first: undefined, value: rankJavaFailure },
  { first: 'Ca.', value: rankJavaTrace },
]);

export function understand(text: string, deadline: Deadline): Sheet {
  const sheet = new Sheet(text);
  const results = new ResultReader();
  let checked = 0;
  for (let at = 0; at < sheet.lines.length; ) {
    if (at >= checked) {
      deadline.check();
      checked = at + LINES_PER_CHECK;
    }
    at = rankNext(sheet, at, results);
  }
  results.keepUnfinished(sheet);
  rankPlain(sheet);
  nameFailures(sheet);
  return sheet;
}

function rankNext(sheet: Sheet, at: number, results: ResultReader): number {
  const line = sheet.line(at);
  if (line === '') {
    sheet.rank(at, NOISE);
    return at + 1;
  }
  const failed = line.includes('--- FAIL: ') ? /^\s*--- FAIL: (\S+)/.exec(line) : null;
  if (failed) results.finish(failed[1]!);
  for (const recognise of RECOGNISERS.of(line)) {
    const end = recognise(sheet, at);
    if (end > at) return end;
  }
  const end = results.read(sheet, at);
  if (end > at) return end;
  sheet.progress[at] = progressOf(line);
  if (sheet.progress[at] !== undefined) sheet.rank(at, NOISE);
  else if (isReport(line) || isRowBelow(line, sheet.line(at + 1))) sheet.rank(at, KEY);
  else return Math.max(at + 1, rankReport(sheet, at));
  return at + 1;
}

const SUMMARY = /^(FAILED|ERROR) (\S+?)::(.+?)(?: - (.*))?$/;
const BLOCK = /^_{3,} (?:ERROR at (?:setup|teardown) of )?(.+?) _{3,}$/;
const HEAD =
  /^_{3,} (?:ERROR at (?:setup|teardown) of )?(.+?) _{3,}$|^(?:FAIL|ERROR): (\w+)\b|^ {2}● (.+)$|^ ?FAIL {1,2}\S+ > (.+)$|^---- (.+) stdout ----$|^(?:FAILED|ERROR) \S+?::(.+?)(?: - .*)?$/;

/** The last part of a test's name: what all spellings of it share. */
function lastPart(name: string): string {
  return name
    .split(/ › | > |::/)
    .at(-1)!
    .replace(/^.*\.(?=\w+(?:\[|$))/, '');
}

/** Says the whole name of a failure above what went wrong, and leaves out lines that only say it again. */
function nameFailures(sheet: Sheet): void {
  const heads = new Map<string, number>();
  const summaries = new Map<string, number[]>();
  const blocks = new Map<string, number[]>();
  for (const [at, line] of sheet.lines.entries()) {
    if (sheet.rankOf(at) !== KEY || line.length > 2000) continue;
    const head = HEAD.exec(line);
    if (!head) continue;
    const part = lastPart(head.slice(1).find((name) => name !== undefined)!);
    const own = SUMMARY.test(line) ? summaries : BLOCK.test(line) ? blocks : undefined;
    const places = own?.get(part);
    if (places) places.push(at);
    else if (own) own.set(part, [at]);
    else heads.set(part, (heads.get(part) ?? 0) + 1);
  }
  linkSummaries(sheet, summaries, blocks);
  for (const said of [summaries, blocks]) {
    for (const [part, places] of said) heads.set(part, Math.max(heads.get(part) ?? 0, places.length));
  }
  keepUnnamed(sheet, heads);
}

/** A summary line whose failure stands above gives its name to it. */
function linkSummaries(
  sheet: Sheet,
  summaries: ReadonlyMap<string, readonly number[]>,
  blocks: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [part, places] of summaries) {
    const own = blocks.get(part) ?? [];
    if (own.length !== places.length) continue;
    for (const [i, at] of places.entries()) {
      const [, word, file, name = '', message = ''] = SUMMARY.exec(sheet.line(at))!;
      const block = own[i]!;
      if (BLOCK.exec(sheet.line(block))?.[1]?.replaceAll('.', '::') !== name.replaceAll('.', '::')) continue;
      if (!saysMessage(sheet, block, message.replace(/\.{3}$/, ''))) continue;
      sheet.said.set(block, `${word!} ${file!}::${name}`);
      sheet.rank(at, NOISE);
      sheet.repeated.add(at);
    }
  }
}

const MAX_BLOCK = 400;

function saysMessage(sheet: Sheet, block: number, message: string): boolean {
  if (message === '') return true;
  for (let at = block + 1; at < Math.min(sheet.lines.length, block + MAX_BLOCK); at++) {
    const line = sheet.line(at);
    if (BLOCK.test(line)) return false;
    if (line.startsWith('E') && line.includes(message)) return true;
  }
  return false;
}

/** Results that failed stand in full where nothing else names them. */
function keepUnnamed(sheet: Sheet, heads: ReadonlyMap<string, number>): void {
  const bad = new Map<string, number>();
  for (const result of sheet.results) {
    if (result?.isBad) bad.set(lastPart(result.name), (bad.get(lastPart(result.name)) ?? 0) + 1);
  }
  for (const [at, result] of sheet.results.entries()) {
    if (!result?.isBad) continue;
    const part = lastPart(result.name);
    if ((heads.get(part) ?? 0) < bad.get(part)!) sheet.rank(at, KEY);
  }
}
