/** In a view: lines that name places of one file stand together below it, with a count for each code or rule. */
import type { Deadline } from '../../core/deadline.ts';
import { findPlaces, WIDTHS, writeEntry } from './places.ts';
import type { PlaceGroup } from './places.ts';

const CODE = /\b(?:TS\d{3,5}|[A-Z]{1,4}\d{3,4})\b|\[-W[\w=-]+\]|\[[a-z][\w-]+\]$|  ([@\w/-]+)$/;
const MIN_COUNTED = 3;

export function groupReports(lines: readonly string[], deadline: Deadline): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const group = findPlaces(lines, at, deadline);
    if (!group) {
      out.push(lines[at++]!);
      continue;
    }
    out.push(sayHeading(group), ...group.entries.map((entry) => writeEntry(entry, group.file)));
    at = group.end;
  }
  return out;
}

function sayHeading({ file, entries }: PlaceGroup): string {
  const codes = new Map<string, number>();
  let count = 0;
  for (const { text, places } of entries) {
    const match = CODE.exec(text);
    const code = match?.[1] ?? match?.[0] ?? '';
    count += places.length;
    codes.set(code, (codes.get(code) ?? 0) + places.length);
  }
  const name = WIDTHS.test(file) ? '' : `${file} `;
  if (count < MIN_COUNTED || codes.has('')) return `${name}(${count})`;
  return `${name}(${count}: ${[...codes].map(([code, n]) => `${n} ${code}`).join(', ')})`;
}
