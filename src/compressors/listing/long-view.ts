/** The view of `ls -l`: the names of each directory, and in full what has a rare mode or owner, or is among the largest. */
import type { CompressOptions } from '../../core/compressor.ts';
import { mostFrequent } from './shape.ts';

const ROW =
  /^([-dlbcps][-rwxsStT]{9}[.+@]?) +\d+ (\S+) +(\S+) +(\d[\d.,]*[KMGTPE]?) (?:[A-Z][a-z]{2} [ \d]\d (?:\d\d:\d\d| \d{4})|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d\.\d+ [+-]\d{4})?) (.*?)\r?$/;
const MAX_RARE = 3;
const LARGEST = 5;
const MAX_IN_FULL = 40;
const MIN_LARGE = 1 << 20;

/** Undefined when there is little to leave out. */
export function writeLongView(
  lines: readonly string[],
  { deadline }: Pick<CompressOptions, 'deadline'>,
): string | undefined {
  const rows = lines.map((line) => ROW.exec(line));
  const read = rows.filter((row) => row !== null);
  if (read.length < lines.length / 2) return undefined;
  deadline.check();
  const counts = new Map<string, number>();
  const kindOf = (row: RegExpExecArray): string => `${row[1]!} ${row[2]!} ${row[3]!}`;
  for (const row of read) counts.set(kindOf(row), (counts.get(kindOf(row)) ?? 0) + 1);
  const sizes = read.filter((row) => row[0].startsWith('-')).map((row) => sizeOf(row[4]!));
  const large = Math.max(MIN_LARGE, sizes.toSorted((a, b) => b - a)[LARGEST - 1] ?? 0);
  const usual = mostFrequent(read.map(kindOf))!;
  let inFull = 0;
  const out: string[] = [];
  let names: string[] = [];
  const close = (): void => {
    if (names.length > 0) out.push(names.join('  '));
    names = [];
  };
  for (const [i, row] of rows.entries()) {
    const line = lines[i]!.replace(/\r$/, '');
    if (!row) {
      close();
      out.push(line);
      continue;
    }
    const isRare = counts.get(kindOf(row))! <= MAX_RARE || (line.startsWith('-') && sizeOf(row[4]!) >= large);
    if (isRare && inFull < MAX_IN_FULL) {
      close();
      out.push(line);
      inFull++;
    } else names.push(row[5]! + (line.startsWith('d') ? '/' : ''));
  }
  close();
  const head = `[view of ls -l: ${read.length} entries by name, directories with /; ${inFull} of rare mode or owner, or large, in full; ${usual.count} are ${usual.value}; other sizes and dates not shown]`;
  return [head, ...out].join('\n');
}

function sizeOf(size: string): number {
  const unit = ' KMGTPE'.indexOf(size.at(-1)!);
  return parseFloat(size.replaceAll(',', '')) * 1024 ** Math.max(0, unit);
}
