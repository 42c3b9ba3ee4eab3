/** How a kind of report is spelled in the form, and one report of it: `=a src/x.rs:3:9 | value`. */
import { PLACE_MARK, readMarks, render, spellMarks } from './gutter.ts';
import type { Spot, Style } from './gutter.ts';
import { VALUE_BREAK } from './spell.ts';
import { fillTemplate, readTemplate, sameTemplate, spellTemplate } from './template.ts';
import type { Template } from './template.ts';

/** A place as a tool prints it, `src/a.ts` and `:4:3`. */
export interface BlockPlace {
  readonly path: string;
  readonly spelled: string;
}

export interface SpelledRow {
  /** Its path is empty where it is the one named last. */
  readonly place: BlockPlace | undefined;
  readonly values: readonly string[];
}

/** Opens the line of a report. */
export const ROW: RegExp = /^=([a-z]{1,2})(?: (.*))?$/s;
const PLACE = /^(.*?)(\(\d{1,7},\d{1,7}\)|:\[\d{1,7},\d{1,7}\]|:\d{1,7}(?::\d{1,7})?)$/s;
const LETTERS = 26;

/** `a` to `z`, then `aa` to `zz`. */
export function nameOfKind(kind: number): string {
  const last = String.fromCharCode(97 + (kind % LETTERS));
  return kind < LETTERS ? last : String.fromCharCode(96 + Math.floor(kind / LETTERS)) + last;
}

export const MAX_KINDS: number = LETTERS * 10;

export function spellKind(template: Template, slot: string): string {
  return spellMarks(spellTemplate(template, slot), slot);
}

export function readKind(spelled: string, slot: string): Template {
  return readTemplate(readMarks(spelled, slot), slot);
}

export function isKindSpellable(template: Template, slot: string): boolean {
  return sameTemplate(readKind(spellKind(template, slot), slot), template);
}

export function joinRow(
  place: BlockPlace | undefined,
  values: readonly string[],
  pathBefore: string | undefined,
): string {
  const said = place && (place.path === pathBefore ? '' : place.path) + place.spelled;
  return (said === undefined ? values : [said, ...values]).join(VALUE_BREAK);
}

export function splitRow(text: string, hasPlace: boolean, count: number): SpelledRow | undefined {
  const parts = text === '' && !hasPlace && count === 0 ? [] : text.split(VALUE_BREAK);
  if (parts.length !== count + (hasPlace ? 1 : 0)) return undefined;
  if (!hasPlace) return { place: undefined, values: parts };
  const place = PLACE.exec(parts[0]!);
  return place ? { place: { path: place[1]!, spelled: place[2]! }, values: parts.slice(1) } : undefined;
}

/** The path that was named last: by a report, or by a line of its own. */
export class PathBefore {
  #path: string | undefined;

  get path(): string | undefined {
    return this.#path;
  }

  seePlain(line: string): void {
    if (line.length <= 400 && !line.includes(' ') && /[\\/.]/.test(line) && !/\s/.test(line)) this.#path = line;
  }

  seePlace(place: BlockPlace | undefined): void {
    if (place) this.#path = place.path;
  }
}

export function hasPlace(template: Template): boolean {
  return template.some((piece) => piece.kind === 'text' && piece.text.includes(PLACE_MARK));
}

export function spotOf({ spelled }: BlockPlace): Spot {
  const [line = 0, column = 0] = spelled.match(/\d+/g)!.map(Number);
  return { line, column };
}

/** The lines of a report as they were printed. */
export function unfoldRow(template: Template, row: SpelledRow, style: Style | undefined): readonly string[] {
  const filled = fillTemplate(template, row.values);
  const { place } = row;
  const said = place ? filled.replace(PLACE_MARK, () => place.path + place.spelled) : filled;
  return render(said.split('\n'), place && spotOf(place), style);
}
