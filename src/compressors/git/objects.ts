/** ls-tree, ls-files --stage and for-each-ref: the mode, type or stage that most lines have is said once. */
import type { Deadline } from '../../core/deadline.ts';
import { ESCAPE, LINES_PER_CHECK } from './listing.ts';
import type { Listing } from './listing.ts';

const HEADER =
  /^\[headroom: git objects, "([\d a-z]+)" unless said; as in "(TYPE H(?: SIZE)?|MODE H STAGE|H TYPE)<TAB>NAME"\]$/;
const MIN_LINES = 6;
const LONGEST_LINE = 2000;
const SIZE_WIDTH = 7;

interface Row {
  /** What most rows share. */
  readonly type: string;
  readonly hash: string;
  readonly size: string | undefined;
  readonly name: string;
}

interface Layout {
  readonly name: string;
  read(line: string): Row | undefined;
  write(row: Row): string;
}

/** @param toRow what the pattern found, in its order. */
function layout(
  name: string,
  pattern: RegExp,
  toRow: (...found: readonly string[]) => Row,
  write: (row: Row) => string,
): Layout {
  return {
    name,
    read(line): Row | undefined {
      const match = line.length <= LONGEST_LINE ? pattern.exec(line) : undefined;
      if (!match) return undefined;
      const row = toRow(match[1]!, match[2]!, match[3]!, match[4]!);
      return write(row) === line ? row : undefined;
    },
    write,
  };
}

const LAYOUTS: readonly Layout[] = [
  layout(
    'TYPE H SIZE',
    /^(\d{6} (?:blob|tree|commit)) ([0-9a-f]{7,64}) +(\d+|-)\t(.*)$/,
    (type, hash, size, name) => ({ type, hash, size, name }),
    ({ type, hash, size = '', name }) => `${type} ${hash} ${size.padStart(SIZE_WIDTH)}\t${name}`,
  ),
  layout(
    'TYPE H',
    /^(\d{6} (?:blob|tree|commit)) ([0-9a-f]{7,64})\t(.*)$/,
    (type, hash, name) => ({ type, hash, size: undefined, name }),
    ({ type, hash, name }) => `${type} ${hash}\t${name}`,
  ),
  layout(
    'MODE H STAGE',
    /^(\d{6}) ([0-9a-f]{7,64}) ([0-3])\t(.*)$/,
    (mode, hash, stage, name) => ({ type: `${mode} ${stage}`, hash, size: undefined, name }),
    ({ type, hash, name }) => {
      const [mode, stage] = type.split(' ');
      return `${mode} ${hash} ${stage}\t${name}`;
    },
  ),
  layout(
    'H TYPE',
    /^([0-9a-f]{7,64}) (commit|tag|tree|blob)\t(.*)$/,
    (hash, type, name) => ({ type, hash, size: undefined, name }),
    ({ type, hash, name }) => `${hash} ${type}\t${name}`,
  ),
];

const SIZED = /^(?:([\d a-z]{1,13}) )?([0-9a-f]{7,64}) (\d+|-) (.*)$/;
const UNSIZED = /^(?:([\d a-z]{1,13}) )?([0-9a-f]{7,64}) (.*)$/;

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const best = readMost(lines);
  if (best.count < MIN_LINES) return undefined;
  const common = mostCommon(best.rows.flatMap((row) => (row ? [row.type] : [])));
  const out = [`[headroom: git objects, "${common}" unless said; as in "${best.one.name}<TAB>NAME"]`];
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const row = best.rows[i];
    if (!row) out.push(ESCAPE + line);
    else {
      const { type, hash, size, name } = row;
      const said = `${type === common ? '' : `${type} `}${hash}${size === undefined ? '' : ` ${size}`} ${name}`;
      const again = readRow(said, size !== undefined, common);
      out.push(again && best.one.write(again) === line ? said : ESCAPE + line);
    }
  }
  return out;
}

interface Reading {
  readonly one: Layout;
  readonly rows: readonly (Row | undefined)[];
  readonly count: number;
}

/** As the layout that reads most lines; none reads more than all. */
function readMost(lines: readonly string[]): Reading {
  let best: Reading | undefined;
  for (const one of LAYOUTS) {
    const rows = lines.map((line) => one.read(line));
    const count = countOf(rows);
    if (!best || count > best.count) best = { one, rows, count };
    if (count === lines.length) break;
  }
  return best!;
}

function countOf(rows: readonly (Row | undefined)[]): number {
  return rows.reduce((count, row) => count + (row ? 1 : 0), 0);
}

function mostCommon(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function readRow(line: string, isSized: boolean, common: string): Row | undefined {
  const match = line.length <= LONGEST_LINE ? (isSized ? SIZED : UNSIZED).exec(line) : undefined;
  if (!match) return undefined;
  const [, type = common, hash = '', third = '', fourth = ''] = match;
  return isSized ? { type, hash, size: third, name: fourth } : { type, hash, size: undefined, name: third };
}

function read(header: string, form: readonly string[]): readonly string[] | undefined {
  const match = HEADER.exec(header);
  const one = LAYOUTS.find(({ name }) => name === match?.[2]);
  if (!match || !one) return undefined;
  const isSized = one.name.endsWith('SIZE');
  const out: string[] = [];
  for (const line of form) {
    const row = line.startsWith(ESCAPE) ? undefined : readRow(line, isSized, match[1]!);
    if (!row && !line.startsWith(ESCAPE)) return undefined;
    out.push(row ? one.write(row) : line.slice(1));
  }
  return out;
}

export const objects: Listing = {
  line: /^(?:\d{6} (?:(?:blob|tree|commit) )?[0-9a-f]{40,64}(?: +[\d-]+)?|[0-9a-f]{40,64} (?:commit|tag|tree|blob))\t/,
  write,
  read,
};
