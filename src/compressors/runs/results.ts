/** Reads the lines in which test runners say how one test went, or several in a row of dots. */
import type { Result, Sheet } from './sheet.ts';
import { KEY, NOISE } from './sheet.ts';
import { Openings } from './openings.ts';

const BAD = /^(?:TIMEOUT|FLAKY|FAIL|FAILED|ERROR|XPASS|Failed|\*\*\*Failed|not ok|✕|×|✗|✖|✘|unexpected success|F|E|X)/;
const MIN_LINE = 3;
const MAX_LINE = 2000;

type Reader = (line: string) => Pick<Result, 'file' | 'name' | 'word'> | undefined;

function reader(pattern: RegExp, file: number, name: number, word: number): Reader {
  return (line) => {
    const match = pattern.exec(line);
    if (!match) return undefined;
    return { file: file === 0 ? '' : (match[file] ?? ''), name: match[name] ?? '', word: match[word] ?? '' };
  };
}

const PYTEST_WORD = '(PASSED|FAILED|SKIPPED|XFAIL|XPASS|ERROR|RERUN)';
/** With the characters that their lines begin with (undefined: any), and what those must hold: most lines are asked once. */
const READERS: readonly {
  readonly first: string | undefined;
  readonly has: readonly string[];
  readonly read: Reader;
}[] = [
  {
    first: '[',
    has: ['::', '[gw'],
    read: reader(new RegExp(`^\\[gw\\d+\\] (?:\\[ *\\d+%\\] )?${PYTEST_WORD} (\\S+?)::(.+?) *$`), 2, 3, 1),
  },
  {
    first: undefined,
    has: ['::'],
    read: reader(new RegExp(`^(\\S+?)::(\\S.*?) ${PYTEST_WORD}(?: +\\[ *\\d+%\\]| \\(.*)?$`), 1, 2, 3),
  },
  { first: 'P', has: ['PASSED ', '::'], read: reader(/^(PASSED) (\S+?)::(.+)$/, 2, 3, 1) },
  {
    first: undefined,
    has: [') ... '],
    read: reader(
      /^(\w+) \(([\w.]+)\)(?: \(.*\))? \.\.\. (ok|FAIL|ERROR|skipped|expected failure|unexpected success)\b/,
      2,
      1,
      3,
    ),
  },
  {
    first: 't',
    has: ['test ', ' ... '],
    read: reader(/^test (\S.*?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b/, 0, 1, 2),
  },
  { first: '-', has: ['--- '], read: reader(/^\s*--- (PASS|FAIL|SKIP): (\S+)/, 0, 2, 1) },
  { first: '✓✔√✕×✗✖↓', has: [' > '], read: reader(/^\s*([✓✔√✕×✗✖↓]) (\S+\.\w+) > (.+?)(?: \d+ ?m?s)?$/, 2, 3, 1) },
  { first: undefined, has: [' > '], read: reader(/^(\S.*?) > (.+) (PASSED|FAILED|SKIPPED)$/, 1, 2, 3) },
  { first: '✓', has: ['✓'], read: reader(/^\s*(✓) (?!\S+\.\w+ \()(.+?)(?: \(?\d+(?:\.\d+)? ?m?s\)?)?$/, 0, 2, 1) },
  { first: '✔', has: ['✔'], read: reader(/^\s*(✔) (.+?)(?: \(?\d+(?:\.\d+)? ?m?s\)?)?$/, 0, 2, 1) },
  { first: '√', has: ['√'], read: reader(/^\s*(√) (.+?)(?: \(?\d+(?:\.\d+)? ?m?s\)?)?$/, 0, 2, 1) },
  { first: '✕', has: ['✕'], read: reader(/^\s*(✕) (.+?)(?: \(?\d+(?:\.\d+)? ?m?s\)?)?$/, 0, 2, 1) },
  { first: '×', has: ['×'], read: reader(/^\s*(×) (?!\S+\.\w+ \()(.+?)(?: \(?\d+(?:\.\d+)? ?m?s\)?)?$/, 0, 2, 1) },
  { first: 'on', has: ['ok '], read: reader(/^(ok|not ok) \d+ *(?:- )?(.*)$/, 0, 2, 1) },
  { first: 't', has: ['test_'], read: reader(/^(test_\w+) (?:abstract Class )?(ok|s|f|w)$/, 0, 1, 2) },
  { first: '*', has: ['  * '], read: reader(/^ {2}\* test (.+?) \(([\d.]+)ms\)/, 0, 1, 0) },
  { first: '0123456789/T', has: ['Passed'], read: reader(/^\s+\d*\/?\d* ?Test +#\d+: (\S+) \.+ +(Passed)\b/, 0, 1, 2) },
  {
    first: '/@',
    has: ['//', ' in '],
    read: reader(
      /^(@?[^\s/:]*\/\/[^\s:]*):(\S+) +(?:\(cached\) )?(PASSED|FAILED|TIMEOUT|FLAKY)(?:,| in | \()/,
      1,
      2,
      3,
    ),
  },
  { first: 'P', has: ['  Passed '], read: reader(/^ {2}(Passed) (\S.*?) \[/, 0, 2, 1) },
];

const BY_OPENING = new Openings(READERS.map(({ first, has, read }, how) => ({ first, value: { how, has, read } })));

export function readResult(line: string): Result | undefined {
  if (line.length > MAX_LINE) return undefined;
  for (const { how, has, read } of BY_OPENING.of(line)) {
    if (!holds(line, has)) continue;
    const found = read(line);
    if (found) return { ...found, file: moduleOf(found.file), isBad: BAD.test(found.word), how };
  }
  return undefined;
}

function holds(line: string, parts: readonly string[]): boolean {
  for (let i = 0; i < parts.length; i++) if (!line.includes(parts[i]!)) return false;
  return true;
}

/** `a.b.Class` and `a.b.Class.test_c` are of module `a.b`. */
function moduleOf(file: string): string {
  return /^[\w.]+\.[A-Z]\w*(?:\.\w+)?$/.test(file) ? file.replace(/\.[A-Z]\w*(?:\.\w+)?$/, '') : file;
}

/** The place of unittest's lines among the readers. */
const UNITTEST = READERS.findIndex(({ has }) => has[0] === ') ... ');
const NAME_ALONE = /^(\w+) \(([\w.]+)\)$/;
const SENTENCE_END = /\.\.\. (ok|FAIL|ERROR|skipped|expected failure|unexpected success)\b/;
const SUITE = /^(?:PASS|FAIL) {1,2}(\S+)|^(\S+\.py)\[\d+\]|^ ?[❯✓×] (\S+\.\w+) \(\d+ tests?/;
const RUNNING = /^=== (RUN|PAUSE|CONT|NAME) +(\S+)/;

const INDENTED_MARK = /^ +[✓✔√✕×✗✖] /;
/** How far above its tests a suite may be named. */
const MAX_ABOVE = 200;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Results of tests, one to each line or two; the file may stand on a line of its own before them. */
export class ResultReader {
  #suite = '';
  readonly #running = new Map<string, number>();
  readonly #headings = new Set<number>();
  /** The last result below a suite: its neighbours are below the same. */
  #last: { readonly at: number; readonly indent: number; readonly suite: Pick<Result, 'file' | 'heading'> } = {
    at: -1,
    indent: -1,
    suite: { file: '' },
  };

  /** Returns the first line after the result; `at` when there is none. */
  read(sheet: Sheet, at: number): number {
    const line = sheet.line(at);
    if (line.length < MIN_LINE) return at;
    const running = line.startsWith('===') ? RUNNING.exec(line) : null;
    if (running) {
      if (running[1] === 'RUN') this.#running.set(running[2]!, at);
      this.#addSilent(sheet, at);
      return at + 1;
    }
    const suite = SUITE.exec(line);
    if (suite) this.#suite = suite[1] ?? suite[2] ?? suite[3]!;
    const alone = line.endsWith(')') ? NAME_ALONE.exec(line) : null;
    const end = alone && SENTENCE_END.exec(sheet.line(at + 1));
    if (alone && end) {
      const [, name = '', file = ''] = alone;
      this.#add(sheet, at, { file: moduleOf(file), name, word: end[1]!, isBad: BAD.test(end[1]!), how: UNITTEST });
      this.#addSilent(sheet, at + 1);
      return at + 2;
    }
    const result = readResult(line);
    if (!result) return at;
    this.finish(result.name);
    this.#add(sheet, at, result.file === '' ? { ...result, ...this.#suiteOf(sheet, at) } : result);
    return at + 1;
  }

  /** Where no file is named: the nearest line above that stands further left, as mocha names its suites. */
  #suiteOf(sheet: Sheet, at: number): Pick<Result, 'file' | 'heading'> {
    if (this.#suite !== '' || !INDENTED_MARK.test(sheet.line(at))) return { file: this.#suite };
    const indent = indentOf(sheet.line(at));
    let above = at - 1;
    while (above > this.#last.at && (sheet.line(above) === '' || indentOf(sheet.line(above)) >= indent)) above--;
    const isBelowLast = above === this.#last.at && this.#last.indent === indent;
    const suite = isBelowLast ? this.#last.suite : this.#nameSuite(sheet, above, indent);
    this.#last = { at, indent, suite };
    return suite;
  }

  #nameSuite(sheet: Sheet, from: number, indent: number): Pick<Result, 'file' | 'heading'> {
    let at = from;
    while (at > from - MAX_ABOVE && at >= 0 && (sheet.line(at) === '' || indentOf(sheet.line(at)) >= indent)) at--;
    const line = sheet.line(at);
    const isNamed = line.trim() !== '' && indentOf(line) < indent && !readResult(line);
    if (!isNamed || sheet.isRanked(at) !== this.#headings.has(at)) return { file: '' };
    this.#headings.add(at);
    this.#addSilent(sheet, at);
    return { file: line.trim(), heading: at };
  }

  finish(name: string): void {
    this.#running.delete(name);
  }

  /** Names of tests that began and of which nothing else is said: they hang, or stopped the run. */
  keepUnfinished(sheet: Sheet): void {
    for (const at of this.#running.values()) sheet.rank(at, KEY);
  }

  /** A line that says nothing beside the result next to it. */
  #addSilent(sheet: Sheet, at: number): void {
    sheet.rank(at, NOISE);
    sheet.results[at] = { file: '', name: '', word: '', isBad: false, how: UNITTEST };
  }

  #add(sheet: Sheet, at: number, result: Result): void {
    sheet.results[at] = result;
    sheet.rank(at, NOISE);
  }
}
