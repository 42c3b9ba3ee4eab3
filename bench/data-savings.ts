/**
 * What real tool results come to, on the whole way of a request: tokens before and after by set and by compressor, and
 * what stays as it was, by kind: that table says where the next saving lies.
 */
import { oneResult } from './bodies.ts';
import { openEngine, tokenizer } from '../src/pipeline/defaults.ts';
import type { Level } from '../src/core/compressor.ts';
import { count, percent, sum } from './measure.ts';
import { bodyOf, kindOf, realResultsFolder, sessions, toolOutputs } from './real-results.ts';
import { type BenchOptions, benchOptions, Report } from './report.ts';

interface Piece {
  readonly set: string;
  readonly kind: string;
  readonly before: number;
  readonly after: number;
  /** The compressor that shortened it; `-` when nobody did. */
  readonly by: string;
  /** Why it stays as it was. */
  readonly reason: string;
  readonly chars: number;
}

type Engine = ReturnType<typeof openEngine>;

function* pieces(engine: Engine, folder: string): Generator<Piece> {
  let seed = 0;
  for (const { set, kind, text } of toolOutputs(folder)) {
    yield* read(engine, oneResult(text, ++seed), 'anthropic-messages', set, () => kind);
  }
  for (const session of sessions(folder)) yield* read(engine, bodyOf(session), session.format, session.set, kindOf);
}

/** As if the conversation came at once: every result is seen for the first time, in its place. */
function* read(
  engine: Engine,
  body: Buffer,
  format: string,
  set: string,
  kind: (text: string) => string,
): Generator<Piece> {
  const { parts, notes, problem } = engine.run({ body, format, tenant: 'bench', intent: 'ask' });
  if (problem !== undefined) throw new Error(`${set}: ${problem}`);
  for (const part of parts) {
    if (part.kind !== 'tool-result') continue;
    const note = notes.findLast((one) => one.part === part.index);
    const isShortened = part.text !== part.source;
    yield {
      set,
      kind: kind(part.source),
      before: tokenizer.count(part.source),
      after: tokenizer.count(part.text),
      by: isShortened ? (note?.by ?? '?') : '-',
      reason: isShortened ? '' : `${note?.by ?? '?'}: ${(note?.reason ?? '?').replaceAll(/\d[\d,.]*/g, 'N')}`,
      chars: part.source.length,
    };
  }
}

function grouped(
  all: readonly Piece[],
  keyOf: (piece: Piece) => string,
): readonly (readonly [string, readonly Piece[]])[] {
  const groups = [...Map.groupBy(all, keyOf)];
  return groups.toSorted((a, b) => left(b[1]) - left(a[1]) || a[0].localeCompare(b[0]));
}

const before = (of: readonly Piece[]): number => sum(of.map((piece) => piece.before));
const left = (of: readonly Piece[]): number => sum(of.map((piece) => piece.after));

function savingRow(name: string, of: readonly Piece[], all: readonly Piece[]): string[] {
  const shortened = of.filter(({ by }) => by !== '-');
  return [
    name,
    count(of.length),
    count(before(of)),
    count(left(of)),
    percent(before(of) - left(of), before(of)),
    percent(before(of) - left(of), before(all)),
    `${shortened.length} (${percent(before(shortened), before(of))})`,
  ];
}

const HEAD = ['results', 'tokens', 'left', 'saved', 'saved of all', 'shortened (share of tokens)'];

function tell(level: Level, all: readonly Piece[], report: Report): void {
  report.line(
    `### Profile ${level}: ${percent(before(all) - left(all), before(all))} of ${count(before(all))} tool-result tokens saved`,
  );
  const bySet = grouped(all, ({ set }) => set).map(([set, of]) => savingRow(set, of, all));
  report.table(['set', ...HEAD], [...bySet, savingRow('all', all, all)]);
  const shortened = all.filter(({ by }) => by !== '-');
  report.table(
    ['compressor', ...HEAD],
    grouped(shortened, ({ by }) => by).map(([by, of]) => savingRow(by, of, all)),
  );
  report.line('By kind (sessions: told by looks), most tokens left first:');
  report.table(
    ['kind', ...HEAD],
    grouped(all, ({ kind }) => kind).map(([kind, of]) => savingRow(kind, of, all)),
  );
  tellUntouched(all, report);
}

function tellUntouched(all: readonly Piece[], report: Report): void {
  const untouched = all.filter(({ by }) => by === '-');
  report.line(
    `What stays as it was: ${count(left(untouched))} tokens, ${percent(left(untouched), before(all))} of all. Why, by kind:`,
  );
  const rows = grouped(untouched, ({ kind, reason }) => `${kind}\n${reason}`).slice(0, 25);
  report.table(
    ['kind', 'reason', 'results', 'tokens', 'of all', 'mean characters'],
    rows.map(([key, of]) => [
      ...key.split('\n'),
      count(of.length),
      count(left(of)),
      percent(left(of), before(all)),
      count(sum(of.map(({ chars }) => chars)) / of.length),
    ]),
  );
}

/** With the profiles that make views, as if the model could fetch every original back. */
function run(options: BenchOptions): void {
  const report = new Report('Savings on real tool results', options);
  const folder = realResultsFolder();
  for (const level of folder ? (['lossless', 'balanced'] as const) : []) {
    const engine = openEngine(
      { level, allowLoss: level !== 'lossless', storePath: undefined, deadlineMs: 60_000 },
      (warning) => console.error(warning),
    );
    const all = [...pieces(engine, folder!)].filter(({ set }) => !options.only || set.includes(options.only));
    engine.close();
    tell(level, all, report);
  }
  report.finish();
}

run(benchOptions());
