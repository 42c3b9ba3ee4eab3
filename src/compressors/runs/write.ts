/** Writes the lossless form: head, named texts, then each fold under its heading and all other lines as they are. */
import type { Deadline } from '../../core/deadline.ts';
import { findAgain } from './again.ts';
import type { Again } from './again.ts';
import type { Alike } from './alike.ts';
import { findBlocks } from './blocks.ts';
import type { Blocks, Row } from './blocks.ts';
import { FoldFinder } from './folds.ts';
import type { Fold, Placed } from './folds.ts';
import { joinRow, nameOfKind, PathBefore, spellKind } from './kind.ts';
import { cutPercents } from './percent.ts';
import { writeEntry } from './places.ts';
import type { PlaceGroup } from './places.ts';
import { countLines, ESCAPE, FOLD, MAX_LINES, needsEscape, SLOTS, VALUE_BREAK, weigh, writeHead } from './spell.ts';
import { spellTemplate } from './template.ts';

const LINES_PER_CHECK = 512;
/** Values side by side fill a line up to here. */
const MAX_WIDTH = 160;
const MAX_NAMES = 26;
const MIN_NAMED_USES = 3;
const MIN_NAMED_WEIGHT = 6;
const MIN_PATH_WEIGHT = 4;

/** Undefined when nothing in the text can be folded. */
export function writeForm(text: string, deadline: Deadline): string | undefined {
  const source = text.split('\n');
  const slot = SLOTS.find((mark) => !text.includes(mark));
  if (source.length > MAX_LINES || slot === undefined) return undefined;
  const percents = text.includes('%]') ? cutPercents(source, deadline) : undefined;
  const lines = percents?.lines ?? source;
  const long = findBlocks(lines, slot, true, deadline);
  const finder = new FoldFinder(lines, slot, deadline);
  const ways = [undefined, long, long?.hasBlanks ? findBlocks(lines, slot, false, deadline) : undefined];
  const forms = ways.map((kinds, i) => {
    if (i > 0 && !kinds) return undefined;
    const plan = planOf(lines, finder, kinds, deadline);
    const isEmpty = plan.folds.size === 0 && plan.agains.length === 0 && !percents;
    return isEmpty ? undefined : writePlan(plan, slot, percents?.column, deadline);
  });
  return forms.reduce((best, form) => (best === undefined || (form && form.length < best.length) ? form : best));
}

function planOf(lines: readonly string[], finder: FoldFinder, blocks: Blocks | undefined, deadline: Deadline): Plan {
  const folds = findFolds(lines, finder, blocks, deadline);
  const covered = new Uint8Array(lines.length);
  for (const [start, { end }] of folds) covered.fill(1, start, end);
  return { lines, folds, blocks, agains: findAgain(lines, (at) => covered[at] === 0, deadline) };
}

function writePlan(plan: Plan, slot: string, percentColumn: number | undefined, deadline: Deadline): string {
  const { lines, folds, agains, blocks } = plan;
  const body = new Body(slot, nameTexts(folds), blocks?.templates.map((template) => spellKind(template, slot)) ?? []);
  writeBody(body, plan, deadline);
  const head = writeHead({
    lines: countLines(lines),
    slot: body.hasAlike ? slot : undefined,
    hasPlaces: body.hasPlaces,
    hasRepeats: agains.length > 0,
    names: body.named.length,
    kinds: blocks && { count: blocks.templates.length, slot, style: blocks.style },
    percentColumn,
    hasEscapes: body.hasEscapes,
  });
  return [head, ...body.named, ...body.kinds, ...body.out].join('\n');
}

interface Plan {
  readonly lines: readonly string[];
  readonly folds: ReadonlyMap<number, Placed>;
  readonly agains: readonly Again[];
  readonly blocks: Blocks | undefined;
}

function writeBody(body: Body, { lines, folds, agains }: Plan, deadline: Deadline): void {
  const marks = new Map([...new Set(agains.map(({ from }) => from))].map((from, i) => [from, i + 1]));
  const again = new Map(agains.map((one) => [one.start, one]));
  for (let at = 0; at < lines.length; ) {
    if (body.out.length % LINES_PER_CHECK === 0) deadline.check();
    const mark = marks.get(at);
    if (mark !== undefined) body.out.push(`[#${mark}]`);
    const repeat = again.get(at);
    const placed = folds.get(at);
    if (repeat) body.addAgain(repeat.end - at, marks.get(repeat.from)!);
    else if (placed) body.addFold(placed.fold);
    else body.addPlain(lines[at]!);
    at = repeat?.end ?? placed?.end ?? at + 1;
  }
}

/** Reports of a kind, and what else folds in the lines between them. */
function findFolds(
  lines: readonly string[],
  finder: FoldFinder,
  blocks: Blocks | undefined,
  deadline: Deadline,
): ReadonlyMap<number, Placed> {
  const folds = new Map<number, Placed>();
  let steps = 0;
  for (let at = 0; at < lines.length; ) {
    if (steps++ % LINES_PER_CHECK === 0) deadline.check();
    const row = blocks?.rows.get(at);
    const placed = row ? { fold: { kind: 'row' as const, row }, end: row.end } : finder.find(at);
    if (placed) folds.set(at, placed);
    at = placed?.end ?? at + 1;
  }
  return folds;
}

/** A letter for each text that is said in several files, and for each path that rows come back to. */
function nameTexts(folds: ReadonlyMap<number, Placed>): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  const count = (text: string, least: number): void => {
    if (!text.includes('\n') && weigh(text) >= least) uses.set(text, (uses.get(text) ?? 0) + 1);
  };
  let path: string | undefined;
  for (const { fold } of folds.values()) {
    if (fold.kind === 'places') for (const { text } of fold.group.entries) count(text, MIN_NAMED_WEIGHT);
    if (fold.kind !== 'row' || !fold.row.place) continue;
    if (fold.row.place.path !== path) count(fold.row.place.path, MIN_PATH_WEIGHT);
    path = fold.row.place.path;
  }
  const often = [...uses].filter(
    ([text, times]) => times >= (weigh(text) < MIN_NAMED_WEIGHT ? 2 * MIN_NAMED_USES : MIN_NAMED_USES),
  );
  often.sort(([a, m], [b, n]) => n * weigh(b) - m * weigh(a));
  return new Map(often.slice(0, MAX_NAMES).map(([text], i) => [text, String.fromCharCode(65 + i)]));
}

/** The lines of the form, and which of its signs they use. */
class Body {
  readonly out: string[] = [];
  readonly named: readonly string[];
  readonly kinds: readonly string[];
  hasAlike = false;
  hasPlaces = false;
  hasEscapes = false;
  readonly #slot: string;
  readonly #before = new PathBefore();
  readonly #names: ReadonlyMap<string, string>;

  constructor(slot: string, names: ReadonlyMap<string, string>, kinds: readonly string[]) {
    this.#slot = slot;
    this.kinds = kinds.map((spelled, i) => `${nameOfKind(i)}: ${spelled}`);
    this.#names = names;
    this.named = [...names].map(([text, name]) => `${name}=${text}`);
  }

  addPlain(line: string): void {
    const isTaken = needsEscape(line, this.kinds.length > 0);
    this.#before.seePlain(line);
    this.hasEscapes ||= isTaken;
    this.out.push(isTaken ? ESCAPE + line : line);
  }

  addAgain(count: number, mark: number): void {
    this.out.push(`[${count} ${count === 1 ? 'line' : 'lines'} as from #${mark}]`);
  }

  addFold(fold: Fold): void {
    if (fold.kind === 'alike') this.#addAlike(fold.alike);
    else if (fold.kind === 'row') this.#addRow(fold.row);
    else this.#addPlaces(fold.group);
  }

  #addRow({ kind, place, values }: Row): void {
    const name = place && this.#names.get(place.path);
    const named =
      place && name !== undefined && place.path !== this.#before.path ? { ...place, path: `=${name}` } : place;
    const said = joinRow(named, values, this.#before.path);
    this.#before.seePlace(place);
    this.out.push(
      said === '' && !place && values.length === 0 ? `=${nameOfKind(kind)}` : `=${nameOfKind(kind)} ${said}`,
    );
  }

  #addAlike({ template, rows, isNames }: Alike): void {
    this.hasAlike = true;
    const kind = rows[0]!.length === 0 ? 'times' : isNames ? 'values' : 'rows';
    this.out.push(`${FOLD}${rows.length} ${kind}: ${spellTemplate(template, this.#slot)}`);
    if (kind === 'rows') for (const row of rows) this.out.push(row.join(VALUE_BREAK));
    if (kind === 'values') this.#addValues(rows.map(([value]) => value!));
  }

  #addValues(values: readonly string[]): void {
    let line = '';
    for (const value of values) {
      if (line !== '' && line.length + value.length >= MAX_WIDTH) {
        this.out.push(line);
        line = value;
      } else line = line === '' ? value : `${line} ${value}`;
    }
    this.out.push(line);
  }

  #addPlaces({ file, entries, start, end }: PlaceGroup): void {
    this.hasPlaces = true;
    this.out.push(`${FOLD}${end - start} lines at ${file}`);
    for (const entry of entries) {
      const name = this.#names.get(entry.text);
      this.out.push(writeEntry(name === undefined ? entry : { ...entry, text: `=${name}` }, file));
    }
  }
}
