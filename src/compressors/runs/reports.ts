/**
 * In a view: lines that name places of one file stand together below it, with a count for each code or rule. Places
 * that a compiler draws below one message, as much left out between each two of them, are said in one line.
 */
import type { Deadline } from '../../core/deadline.ts';
import { findPlaces, WIDTHS, writeEntry } from './places.ts';
import type { PlaceGroup } from './places.ts';

const CODE = /\b(?:TS\d{3,5}|[A-Z]{1,4}\d{3,4})\b|\[-W[\w=-]+\]|\[[a-z][\w-]+\]$|  ([@\w/-]+)$/;
const MIN_COUNTED = 3;

export function groupReports(given: readonly string[], deadline: Deadline): readonly string[] {
  const lines = joinDrawn(given);
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

const DRAWN = /^\s*(?:└─|-->|╰─|┌─|╭─|:::)\s*(\S+?):(\d+(?::\d+)?)\s*$/;
const LEFT_OUT = /^…(\d+)$/;
const MIN_DRAWN = 4;

/** `└─ lib/a.ex:4:8`, `…5`, `└─ lib/a.ex:9:2`, `…5` and so on: the first place, and the others below it. */
function joinDrawn(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const places = drawnFrom(lines, at);
    out.push(lines[at]!);
    if (places.length < MIN_DRAWN) at++;
    else {
      const left = LEFT_OUT.exec(lines[at + 1]!)![1];
      out.push(`(${places.length - 1} more places in this file, …${left} before each: ${places.slice(1).join(', ')})`);
      at += 2 * places.length - 1;
    }
  }
  return out;
}

/** The places that stand in every second line from here on, in one file, with the same line between each two. */
function drawnFrom(lines: readonly string[], start: number): readonly string[] {
  const places: string[] = [];
  const file = DRAWN.exec(lines[start]!)?.[1];
  if (file === undefined || !LEFT_OUT.test(lines[start + 1] ?? '')) return places;
  for (let at = start; at < lines.length; at += 2) {
    const match = DRAWN.exec(lines[at]!);
    if (match?.[1] !== file || (at > start && lines[at - 1] !== lines[start + 1])) break;
    places.push(match[2]!);
  }
  return places;
}
