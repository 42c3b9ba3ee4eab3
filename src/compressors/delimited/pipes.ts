/** Markdown tables: a bar at each end, the rule of dashes and colons as it was written, cells padded or not. */
import type { Deadline } from '../../core/deadline.ts';
import type { Dialect, Found, Spelled } from './dialect.ts';
import { characters, pad, places } from './measure.ts';
import type { Row } from './table.ts';

const ROWS_PER_CHECK = 256;
const MIN_ROWS = 2;
const MAX_LINE = 20_000;
const RULE = /^\|[ :\-|]*-[ :\-|]*\|$/;
const PADDED = 'padded';
const BY_PLACES = 'padded by places';
const RULE_FACT = 'rule ';

function isRow(line: string | undefined): line is string {
  return line !== undefined && line.length > 2 && line.length <= MAX_LINE && line.startsWith('|') && line.endsWith('|');
}

/** The cells between the bars; a bar behind a backslash is part of its cell. */
function cut(line: string): Row {
  return line.slice(1, -1).split(/(?<!\\)\|/);
}

function readTable(lines: readonly string[], at: number, deadline: Deadline): readonly Row[] {
  const rows: Row[] = [];
  const count = cut(lines[at]!).length;
  for (let i = at + 2; isRow(lines[i]); i++) {
    if (i % ROWS_PER_CHECK === 0) deadline.check();
    const cells = cut(lines[i]!);
    if (cells.length !== count) break;
    rows.push(cells);
  }
  return rows;
}

function write({ names, rows, facts }: Spelled): readonly string[] | undefined {
  const rule = facts.find((fact) => fact.startsWith(RULE_FACT))?.slice(RULE_FACT.length);
  if (!names || rule === undefined) return undefined;
  const measure = facts.includes(BY_PLACES) ? places : characters;
  const widths = names.map(() => 0);
  if (facts.includes(PADDED) || facts.includes(BY_PLACES)) {
    const ruled = cut(rule).map((part) => part.length - 2);
    for (const row of [names, ...rows]) {
      for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, ruled[i] ?? 0, measure(cell));
    }
  }
  const line = (row: Row): string => `| ${row.map((cell, i) => pad(cell, widths[i]!, 'l', measure)).join(' | ')} |`;
  return [line(names), rule, ...rows.map(line)];
}

export const pipesDialect: Dialect = {
  name: 'Markdown table',
  separator: ' | ',
  isDrawn: true,
  begins: (lines, at) => isRow(lines[at]) && RULE.test((lines[at + 1] ?? '').slice(0, MAX_LINE)),
  read(lines, at, deadline): Found | { past: number } {
    const raw = readTable(lines, at, deadline);
    const end = at + 2 + raw.length;
    // Cells are written with a blank at each side.
    if (raw.length < MIN_ROWS || !/^\| .* \|$/.test(lines[at]!)) return { past: end };
    const source = lines.slice(at, end).join('\n');
    const rows = raw.map((row) => row.map((cell) => cell.trim()));
    const names = cut(lines[at]!).map((cell) => cell.trim());
    for (const padding of [[], [PADDED], [BY_PLACES]]) {
      const table = { names, rows, facts: [...padding, RULE_FACT + lines[at + 1]!] };
      if (write(table)?.join('\n') === source) return { ...table, start: at, end };
    }
    return { past: end };
  },
  write,
};
