/**
 * What is left of published and of harder inputs, in o200k tokens, in the lossless profile and in the balanced one, whose
 * views leave things out; and what became of the facts that a reader may be asked for. Before it measures, it checks that
 * the recipes are what they were.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compressed, Compressor, Level } from '../src/core/compressor.ts';
import { NO_DEADLINE } from '../src/core/deadline.ts';
import { Sample } from '../src/core/sample.ts';
import { compressors, tokenizer } from '../src/pipeline/defaults.ts';
import { count, median, ms, percent, sum } from './measure.ts';
import { realResultsFolder } from './real-results.ts';
import { agents } from './recipes/agents.ts';
import { codeSearch } from './recipes/code-search.ts';
import { type Facts, factsOf } from './recipes/facts.ts';
import { JITTERS, type Jitter } from './recipes/jitter.ts';
import { logTables } from './recipes/log-tables.ts';
import { multiTool } from './recipes/multi-tool.ts';
import { NEEDLE_FACTS, needle } from './recipes/needle.ts';
import { searchHits, testRun } from './recipes/plain-texts.ts';
import { indented, spaced } from './recipes/spelling.ts';
import { flatTable, worstCases } from './recipes/worst-cases.ts';
import { type BenchOptions, Report, benchOptions } from './report.ts';

const SEEDS = [1, 2, 3, 4, 5] as const;
const MIN_CLAIM = 0.5;
const LEVELS = ['lossless', 'balanced'] as const;

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
  readonly left: number;
  /** Which compressor it was; `-` when the text was left alone. */
  readonly by: string;
  readonly text: string;
  readonly isView: boolean;
  /** All of it can be read back with no more knowledge than the text. */
  readonly isWhole: boolean;
  readonly ms: number;
}

/** The tool call is neutral: no file was read, so nothing is held back as one that will be edited. */
const CALL = { id: 'bench', name: 'search', input: { query: 'cause' } } as const;

/** As the content router does: whoever claims most surely and shortens. */
function shorten(source: string, level: Level): Result {
  const sample = new Sample(source);
  const claims = compressors.map((compressor) => ({ compressor, claim: compressor.claim(sample) }));
  const asked = claims.filter(({ claim }) => claim >= MIN_CLAIM).toSorted((a, b) => b.claim - a.claim);
  const options = { level, call: CALL, tokens: tokenizer, deadline: NO_DEADLINE };
  for (const { compressor } of asked) {
    const form = compressor.compress(source, options);
    if (!form) continue;
    return { ...read(compressor, source, form), ms: timeOf(() => compressor.compress(source, options)) };
  }
  return { left: tokenizer.count(source), by: '-', text: source, isView: false, isWhole: true, ms: 0 };
}

function read(compressor: Compressor, source: string, { text, loss }: Compressed): Omit<Result, 'ms'> {
  const expanded = loss === 'none' ? compressor.expand(text) : undefined;
  const isWhole = expanded !== undefined && sameValue(expanded, source);
  return { left: tokenizer.count(text), by: compressor.name, text, isView: loss !== 'none', isWhole };
}

function sameValue(expanded: string, source: string): boolean {
  if (expanded === source) return true;
  try {
    return JSON.stringify(JSON.parse(expanded)) === JSON.stringify(JSON.parse(source));
  } catch {
    return false;
  }
}

function timeOf(run: () => unknown): number {
  const runs = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return median(runs);
}

/** A view's facts come back by one call; the original is in the store. */
function fates(
  { text, isView, isWhole }: Result,
  facts: readonly string[],
): { readonly text: number; readonly back: number; readonly lost: number } {
  const said = facts.filter((fact) => text.includes(fact));
  const back = isView || isWhole ? facts.length - said.length : 0;
  return { text: said.length, back, lost: facts.length - said.length - back };
}

/** `4 / 0 / 0`: in the text, back by expanding or one call, lost. */
function sayFates(result: Result, facts: readonly string[]): string {
  const { text, back, lost } = fates(result, facts);
  return facts.length === 0 ? '-' : `${text} / ${back} / ${lost === 0 ? 0 : `**${lost}**`}`;
}

interface Case {
  readonly name: string;
  readonly source: string;
  readonly facts: readonly string[];
  /** What others leave of it. */
  readonly rivals?: string;
}

const HEAD = ['input', 'raw', 'others', 'lossless', 'of raw', 'facts', 'balanced', 'of raw', 'facts', 'by', 'time'];

interface Measured {
  readonly row: string[];
  readonly lossless: Result;
  readonly balanced: Result;
  readonly isWhole: boolean;
}

function measure({ name, source, facts, rivals = '' }: Case): Measured {
  const raw = tokenizer.count(source);
  const [lossless, balanced] = LEVELS.map((level) => shorten(source, level)) as [Result, Result];
  const row = [
    name,
    count(raw),
    rivals,
    count(lossless.left),
    percent(lossless.left, raw),
    sayFates(lossless, facts),
    `${count(balanced.left)}${balanced.isView ? '' : ' (lossless)'}`,
    percent(balanced.left, raw),
    sayFates(balanced, facts),
    lossless.by === balanced.by ? lossless.by : `${lossless.by}, ${balanced.by}`,
    ms(lossless.ms),
  ];
  return { row, lossless, balanced, isWhole: lossless.isWhole };
}

function checkRecipes(): void {
  for (const [name, text, tokens] of KNOWN) {
    const found = tokenizer.count(text());
    if (found === tokens) continue;
    throw new Error(
      `recipe ${name} has ${found} tokens, but it had ${tokens}: its generator or the tokenizer has changed`,
    );
  }
}

interface Published {
  readonly name: string;
  readonly make: (seed?: number, jitter?: Jitter) => readonly unknown[];
  readonly limit: number;
  readonly facts: readonly string[];
  readonly rivals: string;
}

const PUBLISHED: readonly Published[] = [
  { name: 'needle', make: needle, limit: 600, facts: NEEDLE_FACTS, rivals: '1,107' },
  {
    name: 'code search',
    make: codeSearch,
    limit: 1000,
    facts: Array.from({ length: 20 }, (_, at) => `FormComponent${2 + 5 * at}`),
    rivals: '1,985',
  },
];

function published(report: Report): void {
  report.line('### Published recipes, and the same with chance in time, place and numbers');
  const rows: string[][] = [];
  for (const { name, make, limit, facts, rivals } of PUBLISHED) {
    const plain = measure({ name, source: spaced(make()), facts, rivals });
    rows.push(plain.row);
    report.target(`${name}: tokens`, `<= ${count(limit)}`, count(plain.lossless.left), plain.lossless.left <= limit);
    for (const jitter of JITTERS) {
      const seeded = SEEDS.map((seed) => {
        const own = make(seed, jitter);
        const known = name === 'needle' ? facts : facts.filter((fact) => JSON.stringify(own).includes(fact));
        return measure({ name: `${name}, ${jitter} jitter, seed ${seed}`, source: spaced(own), facts: known });
      });
      rows.push(...seeded.map(({ row }) => row));
      const back = seeded.filter(({ isWhole }) => isWhole).length;
      report.target(
        `${name}, ${jitter} jitter: every row comes back`,
        `${SEEDS.length}`,
        `${back}`,
        back === SEEDS.length,
      );
    }
  }
  report.table(HEAD, rows);
}

function tables(report: Report): void {
  report.line('### Log tables R (formulas), S (jitter, six templates), H (S with random ids)');
  const rows: string[][] = [];
  const limits = { R: 260, S: 1350, H: 2200 };
  for (const seed of [42, ...SEEDS]) {
    const { regular, realistic, hard } = logTables(seed);
    for (const [name, entries] of Object.entries({ R: regular, S: realistic, H: hard })) {
      if (name === 'R' && seed !== 42) continue;
      const source = JSON.stringify(entries);
      const facts = ['PG-5523', 'max_connections to 500', '1847'];
      const { row, lossless } = measure({ name: `${name}, seed ${seed}`, source, facts, rivals: '746 (15 rows)' });
      rows.push(row);
      const limit = limits[name as keyof typeof limits];
      if (seed === 42)
        report.target(`table ${name}: tokens`, `<= ${count(limit)}`, count(lossless.left), lossless.left <= limit);
    }
  }
  report.table(HEAD, rows);
}

function tools(report: Report): void {
  report.line('### Four tools of one investigation');
  const rivals = ['580', '370', '451', '459'];
  const all = multiTool().map(({ tool, rows, facts }, at) =>
    measure({ name: tool, source: indented(rows), facts, rivals: rivals[at]! }),
  );
  report.table(
    HEAD,
    all.map(({ row }) => row),
  );
  const total = sum(all.map(({ lossless }) => lossless.left));
  report.target('four tools: tokens', '<= 1,200', count(total), total <= 1200);
}

/** One odd row at each of a hundred places. */
const ODD: readonly (readonly [name: string, odd: (row: Row) => unknown])[] = [
  ['FATAL', () => needle()[67]!],
  ['message', (row) => ({ ...row, message: 'Disk quota exceeded on /var/lib' })],
  ['category', (row) => ({ ...row, service: 'fraud-check' })],
  ['nested value', (row) => ({ ...row, metadata: { region: 'ap-south-2', version: '2.4.1' } })],
  ['number', (row) => ({ ...row, status_code: 503 })],
  ['missing field', (row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'endpoint'))],
  ['extra field', (row) => ({ ...row, retried: true })],
];
type Row = Readonly<Record<string, unknown>>;

function positions(report: Report): void {
  report.line('### One odd row at each of 100 places: how often it stands whole in the text (others: 16 to 100)');
  const ordinary = needle().with(67, { ...needle()[66]!, timestamp: '2024-12-15T19:07:00Z' }) as readonly Row[];
  const rows = ODD.map(([name, odd]) => {
    const found = LEVELS.map((level) => {
      let whole = 0;
      for (let at = 0; at < 100; at++) {
        const row = odd(ordinary[at]!);
        if (shortenOnce(spaced(ordinary.with(at, row as Row)), level).includes(JSON.stringify(row))) whole++;
      }
      return whole;
    });
    const total = sum(found);
    report.target(`odd ${name} whole at 100 places, two profiles`, '200', count(total), total === 200);
    return [name, ...found.map((whole) => count(whole))];
  });
  report.table(['odd', ...LEVELS], rows);
}

function shortenOnce(source: string, level: Level): string {
  const json = compressors.find(({ name }) => name === 'json')!;
  return json.compress(source, { level, call: CALL, tokens: tokenizer, deadline: NO_DEADLINE })?.text ?? source;
}

const SCENARIOS: Readonly<
  Record<string, { readonly limit: number; readonly isView: boolean; readonly rivals: string }>
> = {
  incident: { limit: 4800, isView: true, rivals: '5,100-6,000' },
  codebase: { limit: 12_000, isView: false, rivals: '22,000-34,000' },
  triage: { limit: 10_000, isView: false, rivals: '27,800-29,000' },
};

function scenarios(report: Report): void {
  report.line('### Three agents; facts: in the text / back / lost');
  const rows: string[][] = [];
  const facts: string[][] = [];
  const totals = new Map<string, Measured[]>();
  const seeds = [0, 1, 2, 3, 4];
  for (const seed of seeds) {
    for (const { name, results } of agents(seed)) {
      for (const [tool, value] of results) {
        const known = factsOf(tool, value);
        const all = known.flatMap((each) => each.facts);
        const measured = measure({ name: `${name}: ${tool}`, source: indented(value), facts: all });
        totals.set(name, [...(totals.get(name) ?? []), measured]);
        if (seed !== 0) continue;
        rows.push(measured.row);
        facts.push(...known.map((each) => factRow(`${name}: ${tool}`, each, measured)));
      }
    }
  }
  report.table(HEAD, rows);
  report.table(['input', 'facts', 'lossless', 'balanced'], facts);
  const means = Array.from(totals, ([name, all]) => {
    const { limit, isView, rivals } = SCENARIOS[name]!;
    const lossless = sum(all.map((one) => one.lossless.left)) / seeds.length;
    const balanced = sum(all.map((one) => one.balanced.left)) / seeds.length;
    const own = isView ? balanced : lossless;
    report.target(
      `${name}: mean tokens, ${isView ? 'balanced' : 'lossless'}`,
      `<= ${count(limit)}`,
      count(own),
      own <= limit,
    );
    return [name, rivals, count(lossless), count(balanced), all.every(({ isWhole }) => isWhole) ? 'yes' : '**no**'];
  });
  report.table(['mean of 5 seeds', 'others', 'lossless', 'balanced', 'all rows back'], means);
}

function factRow(name: string, { what, facts }: Facts, { lossless, balanced }: Measured): string[] {
  return [name, what, sayFates(lossless, facts), sayFates(balanced, facts)];
}

function worst(report: Report): void {
  report.line('### Sets without much in common: every id must stand in the text');
  const rows: string[][] = [];
  for (const seed of [0, 1, 2]) {
    for (const { name, rows: entries, ids, upstream } of worstCases(seed)) {
      const flat = tokenizer.count(flatTable(entries));
      const { row, lossless, balanced } = measure({
        name: `${name}, seed ${seed}`,
        source: indented(entries),
        facts: ids,
        rivals: upstream,
      });
      rows.push([...row, count(flat)]);
      const missing = fates(balanced, ids).back + fates(lossless, ids).back;
      const holds = lossless.left < flat && missing === 0;
      report.target(
        `${name}, seed ${seed}: under a flat table, ids missing`,
        `< ${count(flat)}, 0`,
        `${count(lossless.left)}, ${missing}`,
        holds,
      );
    }
  }
  report.table([...HEAD, 'flat table'], rows);
}

function plainTexts(report: Report): void {
  report.line('### Other kinds: a test run, search hits, system logs (others: llmtrim, upstream)');
  const run = testRun(1);
  const hits = searchHits(1);
  const cases: Case[] = [
    { name: 'pytest, 25 of 1,000 fail', source: run.text, facts: run.facts, rivals: '1,406 (12 of 25 named)' },
    { name: 'grep, 400 hits in 36 files', source: hits.text, facts: hits.facts, rivals: '3,814' },
    ...systemLogs(),
  ];
  report.table(
    HEAD,
    cases.map((one) => measure(one).row),
  );
}

const LOG_RIVALS: Readonly<Record<string, string>> = {
  HDFS: '2,556',
  Apache: '4,795',
  OpenSSH: '15,828',
  Zookeeper: '4,395',
};

/** 400 lines each; the facts are lines of rare templates. */
function systemLogs(): readonly Case[] {
  const folder = realResultsFolder();
  if (!folder) return [];
  const lines = readFileSync(join(folder, 'to_loghub_logs.jsonl'), 'utf8').trim().split('\n');
  const logs = lines.map((line) => JSON.parse(line) as { id: string; content: string; probes: string[] });
  return Object.entries(LOG_RIVALS).map(([name, rivals]) => {
    const parts = logs.filter(({ id }) => id.startsWith(`loghub-${name}-`));
    const source = parts
      .flatMap(({ content }) => content.split('\n'))
      .slice(0, 400)
      .join('\n');
    const facts = parts.flatMap(({ probes }) => probes).filter((probe) => source.includes(probe));
    return { name: `${name}, 400 lines`, source, facts, rivals };
  });
}

function run(options: BenchOptions): void {
  checkRecipes();
  const report = new Report('Recipes: tokens left, and what became of the facts (in the text / back / lost)', options);
  const sections = { published, tables, tools, positions, scenarios, worst, plainTexts };
  for (const [name, section] of Object.entries(sections)) {
    if (!options.only || name.includes(options.only)) section(report);
  }
  report.finish();
}

run(benchOptions());
