/**
 * How surely a text is the report of a run: lines that only test runners, compilers, linters and installers print. Files,
 * diffs, JSON and logs of servers have none of them, or too few for what else they hold.
 */
import { isBlank } from '../../core/blank.ts';
import { isAtLeast } from '../../core/enough.ts';
import type { Sample } from '../../core/sample.ts';
import { Openings } from './openings.ts';
import { mayPlace, saysRule, saysSeverity } from './places.ts';
import { progressOf } from './progress.ts';
import { readResult } from './results.ts';

export const HIGHEST_CLAIM = 0.95;
const TAIL_CHARS = 3072;
const MAX_LINE = 500;
const COLOUR = /\x1b\[[\d;?]*[A-Za-z]|\r/g;
const JSON_START = /^\s*(?:\{|\[\s*(?:[{["\]]|\d[\d.eE+-]*\s*[,\]]|$))/;
/** Lines of files with numbers, of diffs, of Markdown, of tables. */
const OTHER_KIND =
  /^ *\d+(?:\t|→| ?\| )|^(?:diff --git |@@ |index [0-9a-f]{7})|^[-+](?:def|class|import|from|function|const) |^```|^#{1,5} [A-Z]|^\s*\|.*\|$/;
const OWN_TIME = /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|^\w{3} +\d+ \d\d:\d\d:\d\d /;

/** What only a run prints, with the characters that such lines begin with. */
const STRONG: readonly (readonly [first: string, pattern: RegExp])[] = [
  [
    '=',
    /^={3,} (?:test session starts|FAILURES|ERRORS|short test summary info|warnings summary|test process starts) ={3,}$/,
  ],
  [
    '=0123456789',
    /^=*\s*(?:\d+ (?:passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)(?:, )?)+ in [\d.]+ ?s/,
  ],
  ['c', /^(?:collecting .*)?collected \d+ items?/],
  ['RF', /^Ran \d+ tests? in [\d.]+s$|^FAILED \((?:failures|errors)=\d/],
  ['trR', /^test result: (?:ok|FAILED)\. |^running \d+ tests?$|^\s+Running (?:unittests|tests\/)/],
  ['oF-=', /^(?:ok {2}|FAIL)\t\S+(?:\t|$)|^\s*--- (?:PASS|FAIL|SKIP): \S+ \(|^=== RUN {3}/],
  [
    'TR',
    /^Test Suites: \d|^Tests: {2,}\d+ .*total$|^ *Test Files {2}\d|^ *Tests {2}\d+ (?:passed|failed)|^ *RUN {2}v\d/,
  ],
  ['[B', /^(?:\[(?:INFO|ERROR)\] )?BUILD (?:SUCCESS|FAILURE|SUCCESSFUL|FAILED)\b|^\[INFO\] Scanning for projects/],
  ['R0123456789', /^Running ExUnit with seed|^(?:\d+ (?:doctests?|properties|propert\w+), )*\d+ tests?, \d+ failures?/],
  ['0123456789', /^\d+ examples?, \d+ failures?|^ {2}\d+ (?:passing|failing) ?(?:\(|$)/],
  ['ew', /^(?:error|warning)(?:\[E\d{4}\])?: .*\bcould not compile\b|^error\[E\d{4}\]: /],
  ['✖FSA', /^✖ \d+ problems? \(|^Found \d+ errors?\b|^Success: no issues found|^All checks passed!$/],
  [
    'FmaS',
    /^\s+Finished `?\w+`? .*target\(s\) in |^make(?:\[\d+\])?: \*\*\* |^added \d+ packages?\b|^Successfully installed \S/,
  ],
  [
    'E/@',
    /^Executed \d+ out of \d+ tests?: |^@?[^\s/:]*\/\/[^\s:]*:\S+ +(?:\(cached\) )?(?:PASSED|FAILED|TIMEOUT|FLAKY|NO STATUS)\b/,
  ],
  ['n*', /^ninja: |^\*\* BUILD (?:SUCCEEDED|FAILED) \*\*$/],
  [
    '#f0123456789',
    /^# npm audit report$|^found \d+ vulnerabilit|^\d+ (?:\w+ severity )?vulnerabilit(?:y|ies)\b|^\d+ errors?, \d+ warnings?, \d+ informations?\b/,
  ],
  ['n#1t', /^npm (?:ERR!|error) |^# tests \d+$|^1\.\.\d+$|^tests finished: \d+ passed/],
  ['=A0123456789', /^== Compilation error in file |^Analysis took [\d.]+ seconds|^\d+ mods\/funs, found /],
];
/** Stands anywhere in its line. */
const COUNT_OF_TESTS = /Tests run: \d+, Failures: \d/;
const STRONG_BY_OPENING = new Openings(STRONG.map(([first, value]) => ({ first, value })));

const TRACE =
  /^\s*Traceback \(most recent call last\):$|^\s*File "[^"]+", line \d+|^\s+at \S.*[:(].*\d+\)?$|^E {2,}\S|^>? {2,}\S|^\w[\w.]*(?:Error|Exception)\b/;
const PART_OF_RUN =
  /^(?:Severity: \w+|fix available via .*|\s+\S+:\d+:\d+ - (?:error|warning|information): .*|_{3,} .* _{3,}|-{3,} Captured .* -{3,}|(?:_ )+_?|[.FEsx]{8,}.*|platform \w+ -- |rootdir: |cachedir: |plugins: |\[(?:INFO|WARNING|ERROR)\].*|\S+:\d+: (?:in .*|\w*Error)?)$/;

/** What compilers and linters set around the code that they speak of. */
const PLACED = /^ *(?:--> |,-\[|╭─\[)\S.*:\d+:\d+\]?$|^\S+\.\w+:\d+:\d+:? \S/;
const DIAGNOSIS =
  /^ *(?:--> |,-\[|╭─\[)\S.*:\d+:\d+\]?$|^ {2,}(?:[:·] |`-{3}|╰─{3}|help: )|^\S+\.\w+:\d+:\d+:? \S|^ *\d* *[|│+](?: |$)|^ +[-=] |^(?:help|note|error|warning)(?:\[\w+\])?: |^[A-Z]{1,4}\d{3,4} \S|^ +(?:> +\d+ [|│]|[×✖!iℹx⚠] )/;

export function claim(sample: Sample): number {
  if (JSON_START.test(sample.text.slice(0, 256))) return 0;
  const lines = sampleLines(sample);
  if (lines.length < 3) return 0;
  if (isDiagnosis(lines)) return 0.94;
  if (!isAtLeast(lines, 0.7, (line) => !OTHER_KIND.test(line))) return 0;
  const strong = lines.filter(isStrong).length;
  if (strong > 1) return HIGHEST_CLAIM;
  return strong === 1 ? claimOfOne(lines) : claimOfLines(lines);
}

function isDiagnosis(lines: readonly string[]): boolean {
  return (
    isAtLeast(lines, 0.7, (line) => DIAGNOSIS.test(line)) &&
    isAtLeast(lines, 0.03, (line) => line.includes(':') && PLACED.test(line))
  );
}

/** With one line that only a run prints: what else is known of runs decides. */
function claimOfOne(lines: readonly string[]): number {
  const known = knownShare(lines);
  if (known >= 0.3) return HIGHEST_CLAIM;
  return known >= 0.1 || lines.length < 60 ? 0.85 : 0.4;
}

function claimOfLines(lines: readonly string[]): number {
  if (!isAtLeast(lines, 0.7, (line) => !OWN_TIME.test(line))) return 0;
  if (isAtLeast(lines, 0.25, mayPlace)) {
    if (isAtLeast(lines, 0.25, saysRule)) return 0.93;
    if (isAtLeast(lines, 0.25, saysSeverity)) return 0.85;
  }
  if (isAtLeast(lines, 0.5, (line) => readResult(line) !== undefined)) return 0.9;
  if (isAtLeast(lines, 0.5, (line) => progressOf(line) !== undefined)) return 0.75;
  const hasTrace = lines.some((line) => line.endsWith('Traceback (most recent call last):'));
  return hasTrace && isAtLeast(lines, 0.6, (line) => TRACE.test(line)) ? 0.6 : 0;
}

/** The shares of what stands in reports of runs beside what only they hold, all together. */
function knownShare(lines: readonly string[]): number {
  const share = (test: (line: string) => boolean): number => lines.filter(test).length / lines.length;
  return (
    share(saysSeverity) +
    share((line) => progressOf(line) !== undefined) +
    share((line) => readResult(line) !== undefined) +
    share((line) => PART_OF_RUN.test(line))
  );
}

function isStrong(line: string): boolean {
  if (line.length >= 400) return false;
  for (const pattern of STRONG_BY_OPENING.of(line)) if (pattern.test(line)) return true;
  return line.includes('Tests run: ') && COUNT_OF_TESTS.test(line);
}

/** The lines of the head, and of the end: summaries stand there. */
function sampleLines({ text, head }: Sample): readonly string[] {
  const tail = text.length > 8192 ? text.slice(-TAIL_CHARS).split('\n').slice(1) : [];
  const rest = text.length <= 8192 && head.length === 40 ? text.slice(-TAIL_CHARS).split('\n').slice(1) : tail;
  const lines = [...head, ...rest].map((line) => (line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line));
  const plain = text.includes('\x1b') || text.includes('\r') ? lines.map((line) => line.replaceAll(COLOUR, '')) : lines;
  return plain.filter((line) => !isBlank(line));
}
