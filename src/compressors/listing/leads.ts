/** What may stand before each path of a list: nothing, a size, a count of lines, a git status, dates, checksums. */
import { isAtLeast } from '../../core/enough.ts';
import { mostFrequent } from './shape.ts';

const LEADS: Readonly<Record<string, RegExp>> = {
  paths: /^/,
  'sizes and paths': /^\d[\d.,]*[KMGTP]?\t/,
  'counts and paths': /^ *\d+ /,
  'states and paths': /^(?:[ MTADRCU?!]{2}|[MTADRCUX]\t) ?/,
};
/** Numbers, sizes, dates, times, checksums. */
const FIELD = '(?:\\d[\\d.,:TZ+/-]*[KMGTP]?|[0-9a-f]{32,128}) +';
const FIELDS = new RegExp(`^ *(?:${FIELD}){1,5}`);
const AFTER_FIELDS = /^paths after ([1-5]) fields?$/;
const SIZE = / [1-9]\d* +$/;

/** Of all leads, to stand in a pattern. */
export const LEAD_NAMES: string = [...Object.keys(LEADS), 'paths after [1-5] fields?'].join('|');
export const MAX_PATH = 1024;
const MIN_PATHS = 3;
const MIN_SURE = 8;
const MIN_SURE_FIELDS = 3;
const PLAIN = /^(?:[A-Za-z]:[\\/])?[^\s:;,"'`<>|{}=]+(?::\d+)?\r?$/;
/** With blanks in it, a path has a folder or begins as paths do, and does not end as a sentence does. */
const SPACED = /^(?:[A-Za-z]:[\\/]|\.{0,2}\/|[^\s/:;"<>|{}=]+[\\/])[^:;"<>|{}=\t]*[^\s:;"<>|{}=.,!?]\r?$/;
/** Of the lines, how many are paths with a folder. */
const MIN_IN_FOLDERS = 0.5;
const HAS_FOLDER = /[^\\/\s][\\/]|^[\\/]/;

export function isPath(text: string): boolean {
  return text.length <= MAX_PATH && (PLAIN.test(text) || SPACED.test(text));
}

/** The lead that a header names. */
export function leadNamed(name: string): RegExp {
  const fields = AFTER_FIELDS.exec(name)?.[1];
  return fields === undefined ? LEADS[name]! : new RegExp(`^ *(?:${FIELD}){${fields}}`);
}

/** How many fields most lines have before what is no field; 0 for none. */
export function countFields(lines: readonly string[]): number {
  const counts = lines.map((line) => FIELDS.exec(line)?.[0].trim().split(/ +/).length ?? 0);
  return mostFrequent(counts)?.value ?? 0;
}

/** What stands behind the leads; undefined as soon as that is no plain path in more than half of the lines. */
function pathsBehind(lead: RegExp, lines: readonly string[]): readonly string[] | undefined {
  const rests: string[] = [];
  let odd = 0;
  for (const line of lines) {
    const match = lead.exec(line);
    const rest = match ? line.slice(match[0].length) : '';
    if (match) rests.push(rest);
    if ((rest.length > MAX_PATH || !PLAIN.test(rest)) && ++odd > lines.length / 2) return undefined;
  }
  return rests.filter(isPath);
}

function hasSlash(line: string): boolean {
  return line.includes('/') || line.includes('\\');
}

interface Lead {
  readonly name: string;
  /** Of the lines, how many are paths behind it. */
  readonly share: number;
  /** Whether these lines can be nothing else. */
  readonly isSure: boolean;
}

export function leadOf(lines: readonly string[]): Lead {
  const seen = lines.filter((line) => line.trim() !== '');
  let best: Lead = { name: 'paths', share: 0, isSure: false };
  if (seen.length < MIN_PATHS || !isAtLeast(seen, MIN_IN_FOLDERS, hasSlash)) return best;
  const fields = countFields(seen);
  const names = [...Object.keys(LEADS), ...(fields > 0 ? [`paths after ${fields} field${fields > 1 ? 's' : ''}`] : [])];
  for (const name of names) {
    const lead = leadNamed(name);
    const paths = pathsBehind(lead, seen) ?? [];
    const inFolders = paths.filter((path) => HAS_FOLDER.test(path)).length;
    const share = inFolders >= seen.length * MIN_IN_FOLDERS ? paths.length / seen.length : 0;
    if (share > best.share) best = { name, share, isSure: AFTER_FIELDS.test(name) && areSure(seen, paths, lead) };
  }
  return best;
}

/** Dates, a size and a path, nothing else and no path twice: logs name the same paths again. */
function areSure(seen: readonly string[], paths: readonly string[], lead: RegExp): boolean {
  if (paths.length < Math.max(MIN_SURE, seen.length) || new Set(paths).size < paths.length) return false;
  return seen.every((line) => {
    const fields = lead.exec(line)![0];
    return SIZE.test(fields) && fields.trim().split(/ +/).length >= MIN_SURE_FIELDS;
  });
}
