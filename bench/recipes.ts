/**
 * What is left of published and of harder inputs in the lossless profile, in o200k tokens, on the whole way of a
 * request body; and whether every row comes back. Before it measures, it checks that the recipes are what they were.
 */
import { compressors, openEngine, tokenizer } from '../src/pipeline/defaults.ts';
import { oneResult } from './bodies.ts';
import { count, median, ms, percent, sum } from './measure.ts';
import { agents } from './recipes/agents.ts';
import { codeSearch } from './recipes/code-search.ts';
import { type Jitter, JITTERS } from './recipes/jitter.ts';
import { logTables } from './recipes/log-tables.ts';
import { multiTool } from './recipes/multi-tool.ts';
import { NEEDLE_FACTS, needle } from './recipes/needle.ts';
import { indented, spaced } from './recipes/spelling.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const SEEDS = [1, 2, 3, 4, 5] as const;
const NEEDLE_LIMIT = 700;
const CODE_LIMIT = 1600;

/** Raw counts that the recipes had when they were first measured, and the count of the best table known by then. */
const KNOWN: readonly (readonly [name: string, text: () => string, tokens: number])[] = [
  ['needle', () => spaced(needle()), 9071],
  ['needle, minified', () => JSON.stringify(needle()), 7273],
  ['code search', () => spaced(codeSearch()), 16_081],
  ['code search, minified', () => JSON.stringify(codeSearch()), 13_082],
  ['table R, minified', () => JSON.stringify(logTables(42).regular), 4927],
  ['table S, minified', () => JSON.stringify(logTables(42).realistic), 5124],
  ['table H, minified', () => JSON.stringify(logTables(42).hard), 5609],
];

interface Result {
  readonly raw: number;
  readonly minified: number;
  readonly left: number;
  /** Which compressor it was; `-` when the text was left alone. */
  readonly by: string;
  readonly text: string;
  /** The same value, key order included, comes out of what was sent. */
  readonly isRecoverable: boolean;
  readonly ms: number;
}

type Shorten = (text: string) => Result;

function openShorten(): { readonly shorten: Shorten; readonly close: () => void } {
  const engine = openEngine({ level: 'lossless', storePath: undefined, deadlineMs: 60_000 }, (warning) =>
    console.error(warning),
  );
  let seed = 0;
  const shorten: Shorten = (source) => {
    const job = {
      body: oneResult(source, ++seed),
      format: 'anthropic-messages',
      tenant: 'bench',
      intent: 'ask',
    } as const;
    engine.run(job);
    const runs = Array.from({ length: 5 }, () => {
      const start = performance.now();
      const verdict = engine.run(job);
      return { verdict, ms: performance.now() - start };
    });
    const { verdict } = runs[0]!;
    if (verdict.problem !== undefined) throw new Error(verdict.problem);
    const part = verdict.parts.find(({ kind }) => kind === 'tool-result')!;
    if (part.source !== source) throw new Error('the tool result was not read as it was written');
    return { ...judge(source, part.text), by: byOf(verdict.notes, part.index), ms: median(runs.map((one) => one.ms)) };
  };
  return { shorten, close: () => engine.close() };
}

function byOf(
  notes: readonly { readonly part: number | undefined; readonly by: string; readonly outcome: string }[],
  part: number,
): string {
  const note = notes.find((one) => one.part === part);
  return note?.outcome === 'rewritten' ? note.by : '-';
}

/** Reads the text back with no more knowledge than a reader has: the text itself. */
function judge(source: string, text: string): Pick<Result, 'raw' | 'minified' | 'left' | 'text' | 'isRecoverable'> {
  const minified = JSON.stringify(JSON.parse(source));
  const readBack = text === source ? [source] : compressors.map((compressor) => compressor.expand(text));
  return {
    raw: tokenizer.count(source),
    minified: tokenizer.count(minified),
    left: tokenizer.count(text),
    text,
    isRecoverable: readBack.some((expanded) => expanded !== undefined && sameValue(expanded, minified)),
  };
}

function sameValue(expanded: string, minified: string): boolean {
  try {
    return JSON.stringify(JSON.parse(expanded)) === minified;
  } catch {
    return false;
  }
}

const HEAD = ['input', 'raw', 'minified', 'left', 'kept of raw', 'of minified', 'by', 'all rows back', 'time'];

function row(name: string, { raw, minified, left, by, isRecoverable, ms: took }: Result): string[] {
  return [
    name,
    count(raw),
    count(minified),
    count(left),
    percent(left, raw),
    percent(left, minified),
    by,
    isRecoverable ? 'yes' : '**no**',
    ms(took),
  ];
}

function checkRecipes(): void {
  for (const [name, text, tokens] of KNOWN) {
    const found = tokenizer.count(text());
    if (found !== tokens)
      throw new Error(
        `recipe ${name} has ${found} tokens, but it had ${tokens}: its generator or the tokenizer has changed`,
      );
  }
}

function published(shorten: Shorten, report: Report): void {
  report.line('### Published recipes, and the same with chance in time, place and numbers');
  const rows: string[][] = [];
  const one = (
    name: string,
    make: (seed?: number, jitter?: Jitter) => readonly unknown[],
    limit: number,
    facts: readonly string[],
  ): void => {
    const result = shorten(spaced(make()));
    rows.push(row(name, result));
    report.target(`${name}: tokens`, `<= ${count(limit)}`, count(result.left), result.left <= limit);
    const missing = facts.filter((fact) => !result.text.includes(fact));
    report.target(
      `${name}: every row recoverable, facts in the text`,
      'all',
      missing.join(', ') || (result.isRecoverable ? 'all' : 'not all'),
      result.isRecoverable && missing.length === 0,
    );
    for (const jitter of JITTERS) {
      const seeded = SEEDS.map((seed) => shorten(spaced(make(seed, jitter))));
      seeded.forEach((each, index) => rows.push(row(`${name}, ${jitter} jitter, seed ${SEEDS[index]}`, each)));
      const back = seeded.filter(({ isRecoverable }) => isRecoverable).length;
      const what = `${name}, ${jitter} jitter, ${SEEDS.length} seeds`;
      report.target(`${what}: every row recoverable`, 'all', `${back} of ${SEEDS.length}`, back === SEEDS.length);
      const most = Math.max(...seeded.map(({ left }) => left));
      report.target(`${what}: tokens, most`, `<= ${count(limit)}`, count(most), most <= limit);
    }
  };
  one('needle', needle, NEEDLE_LIMIT, NEEDLE_FACTS);
  one('code search', codeSearch, CODE_LIMIT, []);
  report.table(HEAD, rows);
}

function tables(shorten: Shorten, report: Report): void {
  report.line(
    '### Log tables R (formulas), S (jitter, six templates), H (S with random ids); best known lossless: 178, 1,050, 1,820',
  );
  const rows: string[][] = [];
  for (const seed of [42, ...SEEDS]) {
    const { regular, realistic, hard } = logTables(seed);
    if (seed === 42) rows.push(row('R', shorten(JSON.stringify(regular))));
    rows.push(row(`S, seed ${seed}`, shorten(JSON.stringify(realistic))));
    rows.push(row(`H, seed ${seed}`, shorten(JSON.stringify(hard))));
  }
  report.table(HEAD, rows);
}

function tools(shorten: Shorten, report: Report): void {
  report.line('### Four tools of one investigation; lossy rivals leave 580, 370, 451, 459');
  const rows = multiTool().map(({ tool, rows: entries, facts }) => {
    const result = shorten(indented(entries));
    const missing = facts.filter((fact) => !result.text.includes(fact));
    return [...row(tool, result), missing.length === 0 ? 'all' : `without ${missing.join(', ')}`];
  });
  report.table([...HEAD, 'facts in the text'], rows);
}

function scenarios(shorten: Shorten, report: Report): void {
  report.line(
    '### Three agents, seeds 0 to 4; a flat table with constants said once leaves 32,600, 24,000-27,000, 27,600',
  );
  const rows: string[][] = [];
  const totals = new Map<string, Result[]>();
  for (const seed of [0, 1, 2, 3, 4]) {
    for (const { name, results } of agents(seed)) {
      const shortened = results.map(([, value]) => shorten(indented(value)));
      if (seed === 0) results.forEach(([tool], index) => rows.push(row(`${name}: ${tool}`, shortened[index]!)));
      totals.set(name, [...(totals.get(name) ?? []), ...shortened]);
    }
  }
  report.table(HEAD, rows);
  const total = (of: readonly Result[], field: 'raw' | 'minified' | 'left'): number => sum(of.map((one) => one[field]));
  report.table(
    ['mean of 5 seeds', 'raw', 'minified', 'left', 'kept of raw', 'all rows back'],
    Array.from(totals, ([name, all]) => [
      name,
      count(total(all, 'raw') / 5),
      count(total(all, 'minified') / 5),
      count(total(all, 'left') / 5),
      percent(total(all, 'left'), total(all, 'raw')),
      all.every(({ isRecoverable }) => isRecoverable) ? 'yes' : '**no**',
    ]),
  );
}

function run(options: BenchOptions): void {
  checkRecipes();
  const report = new Report('Recipes, lossless profile', options);
  const { shorten, close } = openShorten();
  const sections = { published, tables, tools, scenarios };
  for (const [name, section] of Object.entries(sections))
    if (!options.only || name.includes(options.only)) section(shorten, report);
  close();
  report.finish();
}

run(benchOptions());
