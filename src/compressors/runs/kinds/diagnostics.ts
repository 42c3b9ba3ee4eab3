/**
 * What rustc, ruff and oxlint say in blocks: a title, its place, code with labels. Errors keep their labels and the lines that
 * these point at; warnings and rules of one title stand under it once, with all their places.
 */
import { CONTEXT, DETAIL, FRAME, KEY, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const TITLE = /^(?:(error|warning)(?:\[[A-Z]\d+\])?: |[A-Z]{1,4}\d{3,4} | {2}[x×!⚠] )\S/;
const PLACE = /^\s*(?:--> |,-\[|╭─\[)(\S.*?)(:\d+:\d+)\]?$/;
const CODE = /^\s*\d+ *[|│](?: |$)/;
const LABEL = /^\s*[|│](?=.*\S) /;
const SUBTITLE = /^(?:help|note): /;
const MAX_LABELS = 14;

/** Where the place of a block stands that begins with this line. */
function findPlace(sheet: Sheet, start: number): number | undefined {
  for (let at = start + 1; at <= start + 2; at++) if (PLACE.test(sheet.line(at))) return at;
  return undefined;
}

export function rankRustc(sheet: Sheet, start: number): number {
  const kind = TITLE.exec(sheet.line(start));
  const place = kind ? findPlace(sheet, start) : undefined;
  if (!kind || place === undefined) return start;
  let end = place + 1;
  while (end < sheet.lines.length && sheet.line(end) !== '') end++;
  if (kind[1] === 'error') rankError(sheet, start, end);
  else rankNamed(sheet, start, place, end);
  return end;
}

function rankError(sheet: Sheet, start: number, end: number): void {
  let labels = 0;
  let isOwn = true;
  for (let at = start; at < end; at++) {
    const line = sheet.line(at);
    if (at > start && SUBTITLE.test(line)) isOwn = false;
    const isLabel = LABEL.test(line) || (CODE.test(line) && LABEL.test(sheet.line(at + 1)));
    if (isOwn && isLabel) sheet.rank(at, labels++ < MAX_LABELS ? KEY : DETAIL);
    else if (isOwn && (at === start || PLACE.test(line))) sheet.rank(at, KEY);
    else sheet.rank(at, isLabel || PLACE.test(line) ? DETAIL : /^\s*= |^(?:help|note):/.test(line) ? FRAME : CONTEXT);
  }
}

/** A warning, or a linter's rule: with all others of its title. */
function rankNamed(sheet: Sheet, start: number, place: number, end: number): void {
  const blocks = titlesOf(sheet).get(sheet.line(start)) ?? [start];
  if (blocks[0] !== start) {
    for (let at = start; at <= place; at++) sheet.joined.add(at);
    sheet.rankAll(start, end, NOISE);
    return;
  }
  sheet.rankAll(start, place + 1, KEY);
  if (blocks.length === 1) {
    for (let at = place + 1; at < end; at++) sheet.rank(at, LABEL.test(sheet.line(at)) ? DETAIL : CONTEXT);
    return;
  }
  sheet.said.set(place, ` --> ${sayPlaces(sheet, blocks)}`);
  sheet.rankAll(place + 1, end, NOISE);
}

function sayPlaces(sheet: Sheet, blocks: readonly number[]): string {
  const files = new Map<string, string>();
  for (const start of blocks) {
    const [, file = '', place = ''] = PLACE.exec(sheet.line(findPlace(sheet, start)!))!;
    const known = files.get(file);
    files.set(file, known === undefined ? file + place : `${known} ${place}`);
  }
  return [...files.values()].join(', ');
}

/** For each title of such a block, where all of them begin. */
function titlesOf(sheet: Sheet): ReadonlyMap<string, readonly number[]> {
  if (sheet.titles) return sheet.titles;
  const titles = new Map<string, number[]>();
  for (const [at, line] of sheet.lines.entries()) {
    if (!TITLE.test(line) || findPlace(sheet, at) === undefined) continue;
    const known = titles.get(line);
    if (known) known.push(at);
    else titles.set(line, [at]);
  }
  return (sheet.titles = titles);
}
