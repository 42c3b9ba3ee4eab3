/**
 * Finds the values in instructions that change from call to call: a time, an id, a count or a place that a label or a
 * sentence announces ("Today is …", "Session ID: …", `<cwd>…</cwd>`). By its shape alone, so that the first request
 * already reads like all later ones; a value that nobody announces, and what only illustrates a format, stays.
 */
import { announced } from './announced.ts';
import { statusBlocks } from './status.ts';

export interface Volatile {
  readonly start: number;
  readonly end: number;
  /** What announces it, as it stands in the text. */
  readonly label: string;
}

const MAX_CHARS = 400_000;

/** In order of the text, none within another. */
export function findVolatile(text: string): readonly Volatile[] {
  if (text.length > MAX_CHARS) return [];
  const shown = [...fencesIn(text), ...examplesIn(text)];
  const isShown = (place: number): boolean => shown.some(([start, end]) => place >= start && place < end);
  const found = [
    // A status may stand in a fence of its own.
    ...statusBlocks(text, isShown),
    ...announced(text).filter(({ start }) => !isShown(start)),
  ].filter(({ start }) => !isSample(text, start));
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Volatile[] = [];
  for (const one of found) if (one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one);
  return withoutTables(kept);
}

/** More values than these under one label are a table, and not what changes from call to call. */
const MAX_ALIKE = 8;

function withoutTables(found: readonly Volatile[]): readonly Volatile[] {
  const counts = new Map<string, number>();
  const nameOf = ({ label }: Volatile): string => label.toLowerCase();
  for (const one of found) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  return found.filter((one) => counts.get(nameOf(one))! <= MAX_ALIKE);
}

type Places = readonly (readonly [start: number, end: number])[];

/** Fenced code shows what something looks like. */
function fencesIn(text: string): Places {
  const marks = Array.from(text.matchAll(/^[ \t]*(?:```|~~~)/gm), ({ index }) => index);
  return marks.flatMap((start, at) => (at % 2 === 0 ? [[start, marks[at + 1] ?? text.length] as const] : []));
}

/** `<example>` to the end of the last that is open. */
function examplesIn(text: string): Places {
  const places: [number, number][] = [];
  let depth = 0;
  for (const { 0: tag, index } of text.matchAll(/<\/?(?:\w+_)?(?:examples?|samples?|template)\b[^<>\n]{0,80}>/gi)) {
    if (tag.startsWith('</')) {
      depth = Math.max(0, depth - 1);
      const last = places.at(-1);
      if (depth === 0 && last) last[1] = index;
    } else if (depth++ === 0) places.push([index, text.length]);
  }
  return places;
}

const MAX_LINES_ABOVE = 12;
const MAX_LINE_CHARS = 300;
/** A line above that announces an example, a form to keep to, or what a request may look like. */
const OPENS_SAMPLE =
  /^(?:#.*\b(?:examples?|samples?|templates?|format)\b.*|.*\b(?:examples?|e\.g\.|for instance|samples?|such as|like (?:this|so|these)|formats?|templates?|looks? like)\b[^.!?]*[:：]["'*_`]*)[ \t]*$/i;

/** Within a paragraph that is a sample of something, or that stands right below the line that says so. */
function isSample(text: string, place: number): boolean {
  let end = text.lastIndexOf('\n', place - 1);
  let isAbove = false;
  for (let count = 0; end >= 0 && count < MAX_LINES_ABOVE; count++) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    const isEmpty = line.trim() === '';
    if (!isEmpty && OPENS_SAMPLE.test(line.slice(-MAX_LINE_CHARS))) return true;
    if (!isEmpty && isAbove) return false;
    isAbove ||= isEmpty;
    end = start - 1;
  }
  return false;
}
