/** Each compressor on its own: how fast it is, in MB/s of what it is given, and how many tokens it keeps. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressors, tokenizer } from '../src/pipeline/defaults.ts';
import type { CompressOptions, Compressor, Level } from '../src/core/compressor.ts';
import { NO_DEADLINE } from '../src/core/deadline.ts';
import { Sample } from '../src/core/sample.ts';
import { count, median, megabytes, percent, sum } from './measure.ts';
import { ROOT } from './processes.ts';
import { bodyOf, kindOf, realResultsFolder, sessions, toolOutputs } from './real-results.ts';
import { openEngine } from '../src/pipeline/defaults.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

const FIXTURES = join(ROOT, 'fixtures/compressors');
/** From here on a compressor is asked, as in the content router. */
const MIN_CLAIM = 0.5;

interface Tried {
  readonly bytes: number;
  readonly before: number;
  /** Tokens of the form, or of the source when it declined or the form was longer. */
  readonly after: number;
  readonly isShorter: boolean;
  readonly isLossy: boolean;
  readonly isFaithful: boolean;
  readonly claimMs: number;
  readonly compressMs: number;
  readonly expandMs: number;
}

function timed<Result>(rounds: number, act: () => Result): readonly [result: Result, ms: number] {
  let result!: Result;
  const samples = Array.from({ length: rounds }, () => {
    const start = performance.now();
    result = act();
    return performance.now() - start;
  });
  return [result, median(samples)];
}

function attempt(compressor: Compressor, text: string, level: Level, rounds: number): Tried {
  const options: CompressOptions = { level, call: undefined, tokens: tokenizer, deadline: NO_DEADLINE };
  const [, claimMs] = timed(rounds, () => compressor.claim(new Sample(text)));
  const [compressed, compressMs] = timed(rounds, () => compressor.compress(text, options));
  const isLossless = compressed?.loss === 'none';
  const [expanded, expandMs] = isLossless ? timed(rounds, () => compressor.expand(compressed.text)) : [undefined, 0];
  const before = tokenizer.count(text);
  const after = compressed ? tokenizer.count(compressed.text) : before;
  return {
    bytes: Buffer.byteLength(text),
    before,
    after: Math.min(before, after),
    isShorter: after < before,
    isLossy: compressed?.loss === 'recoverable',
    isFaithful: !isLossless || (expanded !== undefined && compressor.same(text, expanded)),
    claimMs,
    compressMs,
    expandMs,
  };
}

const HEAD = ['compressor', 'input', 'size', 'claim', 'compress', 'expand', 'tokens before', 'after', 'kept', 'form'];

function speed(bytes: number, milliseconds: number): string {
  return milliseconds === 0 ? '-' : `${(bytes / 1_048_576 / (milliseconds / 1000)).toFixed(1)} MB/s`;
}

function row(name: string, input: string, tried: readonly Tried[]): string[] {
  const total = (field: 'bytes' | 'before' | 'after' | 'claimMs' | 'compressMs' | 'expandMs'): number =>
    sum(tried.map((one) => one[field]));
  const shorter = tried.filter(({ isShorter }) => isShorter).length;
  const lossy = tried.filter(({ isLossy }) => isLossy).length;
  const broken = tried.filter(({ isFaithful }) => !isFaithful).length;
  const form =
    tried.length === 1
      ? shorter === 0
        ? 'declined'
        : lossy === 1
          ? 'view'
          : 'lossless'
      : `${shorter} of ${tried.length} shorter, ${lossy} views`;
  return [
    name,
    input,
    megabytes(total('bytes')),
    speed(total('bytes'), total('claimMs')),
    speed(total('bytes'), total('compressMs')),
    speed(sum(tried.filter(({ expandMs }) => expandMs > 0).map(({ bytes }) => bytes)), total('expandMs')),
    count(total('before')),
    count(total('after')),
    percent(total('after'), total('before')),
    broken > 0 ? `**${broken} do not read back**` : form,
  ];
}

/** Inputs only: a golden output stands beside its input as NAME.out.EXTENSION. */
function fixturesOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\.(?:out|expected|golden)\b/.test(file))
    .toSorted();
}

function measureFixtures(report: Report, { isQuick, only }: BenchOptions): void {
  const rows: string[][] = [];
  for (const compressor of compressors) {
    if (only && compressor.name !== only) continue;
    for (const file of fixturesOf(join(FIXTURES, compressor.name))) {
      const text = readFileSync(file, 'utf8');
      const input = file.slice(FIXTURES.length + 1);
      rows.push(row(compressor.name, input, [attempt(compressor, text, 'lossless', isQuick ? 3 : 15)]));
    }
  }
  report.line('### Fixtures, lossless');
  if (rows.length > 0) report.table(HEAD, rows);
  else report.line('Skipped: no fixtures under fixtures/compressors.');
}

interface Text {
  readonly kind: string;
  readonly text: string;
}

function realTexts(folder: string): Text[] {
  const texts: Text[] = Array.from(toolOutputs(folder), ({ kind, text }) => ({ kind, text }));
  const engine = openEngine({ level: 'lossless', storePath: undefined, deadlineMs: 1 }, (warning) =>
    console.error(warning),
  );
  for (const session of sessions(folder)) {
    const { parts } = engine.replay({ body: bodyOf(session), format: session.format, tenant: 'bench', intent: 'ask' });
    for (const { kind, source } of parts)
      if (kind === 'tool-result') texts.push({ kind: `session: ${kindOf(source)}`, text: source });
  }
  engine.close();
  return texts.filter(({ text }) => text.length >= 200);
}

/** Each text goes to whoever claims it most surely, as in the content router, but to nobody after that. */
function measureReal(report: Report, folder: string, { isQuick, only }: BenchOptions): void {
  const texts = realTexts(folder).filter((_, index) => !isQuick || index % 10 === 0);
  for (const level of ['lossless', 'balanced'] as const) {
    const tried = new Map<string, Tried[]>();
    for (const { kind, text } of texts) {
      const sample = new Sample(text);
      const claims = compressors.map((compressor) => ({ compressor, claim: compressor.claim(sample) }));
      const [best] = claims.filter(({ claim }) => claim >= MIN_CLAIM).toSorted((a, b) => b.claim - a.claim);
      if (!best || (only && best.compressor.name !== only)) continue;
      const key = JSON.stringify([best.compressor.name, kind]);
      if (!tried.has(key)) tried.set(key, []);
      tried.get(key)!.push(attempt(best.compressor, text, level, 1));
    }
    const rows = Array.from(tried, ([key, all]) => {
      const [name, kind] = JSON.parse(key) as [string, string];
      return row(name, `${all.length} x ${kind}`, all);
    });
    report.line(`### Real tool results by compressor and kind, ${level} (one run each: speeds are rough)`);
    report.table(
      HEAD,
      rows.toSorted((a, b) => a[0]!.localeCompare(b[0]!) || a[1]!.localeCompare(b[1]!)),
    );
  }
}

function run(options: BenchOptions): void {
  const report = new Report('Compressors', options);
  measureFixtures(report, options);
  const folder = realResultsFolder();
  if (folder) measureReal(report, folder, options);
  report.finish();
}

run(benchOptions());
