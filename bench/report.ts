/** What a bench says: Markdown on stdout as it goes, and its targets, each beside what was measured. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface Target {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  readonly holds: boolean;
}

export interface BenchOptions {
  /** Fewer rounds: to see that the bench works, not to quote its numbers. */
  readonly isQuick: boolean;
  /** Runs only the cases whose name holds this. */
  readonly only: string | undefined;
  /** Where the targets go as JSON. */
  readonly targetsFile: string | undefined;
}

export function benchOptions(): BenchOptions {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, targets: { type: 'string' } },
  });
  return { isQuick: values.quick, only: values.only, targetsFile: values.targets };
}

export class Report {
  readonly #targets: Target[] = [];
  readonly #options: BenchOptions;

  constructor(title: string, options: BenchOptions) {
    this.#options = options;
    this.line(`## ${title}`);
    if (options.isQuick) this.line('(quick: too few rounds to quote)');
  }

  line(text: string): void {
    console.log(`${text}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    console.log(`${tableText(head, rows)}\n`);
  }

  target(what: string, limit: string, measured: string, holds: boolean): void {
    this.#targets.push({ what, limit, measured, holds });
  }

  finish(): void {
    if (this.#targets.length > 0) console.log(`${targetTable(this.#targets)}\n`);
    if (this.#options.targetsFile) writeFileSync(this.#options.targetsFile, JSON.stringify(this.#targets));
  }
}

/** Markdown. Columns whose cells look like numbers stand right. */
function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map((_, column) => rows.some((row) => /^[-+<]?\d/.test(row[column] ?? '')));
  const widths = head.map((name, column) => Math.max(name.length, 3, ...rows.map((row) => (row[column] ?? '').length)));
  const pad = (text: string, column: number): string =>
    isNumeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  const write = (cells: readonly string[]): string =>
    `| ${head.map((_, column) => pad(cells[column] ?? '', column)).join(' | ')} |`;
  const rule = widths.map((width, column) => (isNumeric[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [write(head), write(rule), ...rows.map(write)].join('\n');
}

export function targetTable(targets: readonly Target[]): string {
  return tableText(
    ['target', 'limit', 'measured', 'verdict'],
    targets.map(({ what, limit, measured, holds }) => [what, limit, measured, holds ? 'holds' : '**MISSED**']),
  );
}
