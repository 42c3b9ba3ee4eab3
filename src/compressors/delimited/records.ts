/** One column a line, one record after the other: `\x` of psql, `\G` of mysql. */
import type { Deadline } from '../../core/deadline.ts';
import type { Dialect, Found, Spelled } from './dialect.ts';
import type { Row } from './table.ts';

const RECORDS_PER_CHECK = 64;
const MIN_RECORDS = 3;
const MAX_COLUMNS = 400;
const MAX_LINE = 100_000;

/** How one program writes records. */
interface Kind {
  readonly name: string;
  readonly separator: string;
  readonly isHeading: (line: string) => boolean;
  readonly heading: (number: number, like: string) => string;
}

const MYSQL_HEADING = /^\*{27} \d{1,9}\. row \*{27}$/;
const PSQL_HEADING = /^-\[ RECORD \d{1,9} \](-*)(\+?)-*$/;

const KINDS: readonly Kind[] = [
  {
    name: 'mysql',
    separator: ': ',
    isHeading: (line) => line.startsWith('***') && MYSQL_HEADING.test(line),
    heading: (number) => `${'*'.repeat(27)} ${number}. row ${'*'.repeat(27)}`,
  },
  {
    name: 'psql',
    separator: ' | ',
    isHeading: (line) => line.startsWith('-[') && line.length < MAX_LINE && PSQL_HEADING.test(line),
    heading: (number, like) => {
      const start = `-[ RECORD ${number} ]`;
      const cross = like.indexOf('+');
      if (cross < start.length) return start + '-'.repeat(Math.max(0, like.length - start.length));
      return `${start.padEnd(cross, '-')}+`.padEnd(like.length, '-');
    },
  },
];

interface Records {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
  readonly end: number;
}

/** Name and value of each line up to the next heading. */
function readRecord(lines: readonly string[], at: number, { separator, isHeading }: Kind): readonly [string, string][] {
  const cells: [string, string][] = [];
  for (let i = at; i < lines.length && cells.length < MAX_COLUMNS; i++) {
    const line = lines[i]!;
    if (line.length > MAX_LINE || isHeading(line)) break;
    const place = line.indexOf(separator.trimEnd());
    if (place < 0) break;
    cells.push([line.slice(0, place), line.slice(place + separator.trimEnd().length)]);
  }
  return cells;
}

function readRecords(lines: readonly string[], at: number, kind: Kind, deadline: Deadline): Records {
  const rows: Row[] = [];
  let names: readonly string[] = [];
  let i = at;
  while (i < lines.length && kind.isHeading(lines[i]!)) {
    if (rows.length % RECORDS_PER_CHECK === 0) deadline.check();
    const record = readRecord(lines, i + 1, kind);
    const own = record.map(([name]) => name);
    if (rows.length === 0) names = own;
    const isLike = record.length === names.length && own.every((name, place) => name === names[place]);
    if (!isLike || record.length === 0) break;
    rows.push(record.map(([, value]) => (value.startsWith(' ') ? value.slice(1) : value)));
    i += 1 + record.length;
  }
  return { names, rows, end: i };
}

const KIND_FACT = /^as (mysql|psql) writes them$/;
const HEADING_FACT = 'first heading ';

function write({ names, rows, facts }: Spelled): readonly string[] | undefined {
  const name = facts.map((fact) => KIND_FACT.exec(fact)?.[1]).find((one) => one !== undefined);
  const kind = KINDS.find((one) => one.name === name);
  const first = facts.find((fact) => fact.startsWith(HEADING_FACT))?.slice(HEADING_FACT.length) ?? '';
  if (!kind || !names) return undefined;
  const width = names.reduce((most, one) => Math.max(most, one.length), 0);
  const spelled = names.map(
    (one) => (kind.name === 'mysql' ? one.padStart(width) : one.padEnd(width)) + kind.separator,
  );
  return rows.flatMap((row, i) => [
    kind.heading(i + 1, first),
    ...row.map((cell, at) => (cell === '' && kind.name === 'psql' ? spelled[at]! : spelled[at]! + cell)),
  ]);
}

export const recordsDialect: Dialect = {
  name: 'records',
  separator: '|',
  isDrawn: true,
  begins: (lines, at) => KINDS.some(({ isHeading }) => isHeading(lines[at]!)),
  read(lines, at, deadline): Found | { past: number } {
    const kind = KINDS.find(({ isHeading }) => isHeading(lines[at]!))!;
    const { names, rows, end } = readRecords(lines, at, kind, deadline);
    if (rows.length < MIN_RECORDS) return { past: Math.max(at + 1, end) };
    const heading = kind.name === 'psql' ? [HEADING_FACT + lines[at]!] : [];
    const trimmed = names.map((one) => one.trim());
    const table = { names: trimmed, rows, facts: [`as ${kind.name} writes them`, ...heading] };
    if (write(table)?.join('\n') !== lines.slice(at, end).join('\n')) return { past: end };
    return { ...table, start: at, end };
  },
  write,
};
