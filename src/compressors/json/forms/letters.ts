/**
 * A letter for each value, or for each kind of text with slots for what varies in it. The legend says them:
 *  A = Cache hit for key user:{}
 * and `A3459` in a line stands for "Cache hit for key user:3459".
 */
import type { Column } from '../column.ts';
import { type Fit, type Group, fitGroup } from '../fit.ts';
import { type Brackets, Pattern, readPattern, writePattern } from '../pattern.ts';
import { Gaps, Shapes } from '../shapes.ts';
import { MIN_FORMULA_ROWS } from '../slots/slot.ts';
import { type Cell, OPEN, looksLikeJson, valueOf } from '../spell.ts';
import { constant, writeConstant } from './constant.ts';
import {
  type ColumnForm,
  NO_LOOKUP,
  type Reading,
  type RowLookup,
  type Taken,
  type WriteContext,
  type Wording,
  headOnly,
  letterAlone,
  wholeValue,
} from './form.ts';
import { withoutSpaces, writeFill } from './listed.ts';
import { isFormula } from './pattern.ts';

export const SPEC = 'one of';
const IN_TURN = 'one of, in turn';
const MAX_TURN = 16;
const SMALL = 'abcdefghijklmnopqrstuvwxyz';
const CAPITAL = SMALL.toUpperCase();
const MAX_ENTRIES = 52;
const ENTRY = /^[A-Za-z] = /;

export const letters: ColumnForm = {
  name: 'letters',
  write(column, context) {
    const wordings: Wording[] = [];
    // Objects that have lines of their own cannot stand in a row, so there letters must do.
    const isFew = column.distinct.length * 2 <= column.rows.length || column.distinct.includes(OPEN);
    if (column.distinct.length <= MAX_ENTRIES && isFew) {
      wordings.push(spellOut(column, byValue(column), context));
    }
    const kinds = byShape(column);
    if (kinds) wordings.push(spellOut(column, kinds, context));
    return wordings;
  },
  read(spec, legend, brackets): Reading | undefined {
    if (spec === IN_TURN) return readTurn(legend, brackets);
    if (spec !== SPEC) return undefined;
    const entries = new Map(legend.map((line) => readEntry(line, brackets)));
    const alone = new Map(Array.from(entries.keys(), (letter) => [letter, letterAlone(letter)]));
    return {
      take(line, stop): Taken {
        if (line.next === '"') return wholeValue(line.json());
        const letter = line.next;
        const entry = entries.get(letter);
        if (!entry) throw new SyntaxError(`no letter ${letter} in the legend`);
        line.at++;
        const listed = listedIn(entry);
        if (listed === 0) return alone.get(letter)!;
        if (line.next === ' ') line.at++;
        return { letter, fills: line.fills(listed, stop), whole: undefined };
      },
      isGlued: [...entries.values()].every((entry) => listedIn(entry) === 0),
      letter: (_row, taken) => taken?.letter,
      value: (row, taken, lookup) => taken!.whole ?? valueFor(entries.get(taken!.letter)!, row, taken!.fills, lookup),
    };
  },
};

function readTurn(legend: readonly string[], brackets: Brackets): Reading {
  const entries = legend.map((line) => readEntry(line, brackets));
  const at = (row: number): readonly [string, Entry] => entries[row % entries.length]!;
  return {
    take: undefined,
    isGlued: false,
    letter: (row) => at(row)[0],
    value: (row, _taken, lookup) => valueFor(at(row)[1], row, [], lookup),
  };
}

function listedIn(entry: Entry): number {
  return entry instanceof Pattern ? entry.listed : 0;
}

type Entry = Pattern | { readonly value: Cell };

function readEntry(line: string, brackets: Brackets): readonly [string, Entry] {
  if (!ENTRY.test(line)) throw new SyntaxError(`not a line of a legend: ${line}`);
  const [letter, said] = [line.charAt(0), line.slice('A = '.length)];
  const fixed = constant.read(said, [], brackets);
  return [letter, fixed ? { value: fixed.value(0, undefined, NO_LOOKUP) } : readPattern(said, brackets)];
}

function valueFor(entry: Entry, row: number, fills: readonly string[], lookup: RowLookup): Cell {
  if (!(entry instanceof Pattern)) return entry.value;
  const text = entry.text(row, fills, lookup);
  return entry.isQuoted ? text : valueOf(text);
}

/** Places in the column that share an entry of the legend. */
interface Kind {
  readonly shape: string | undefined;
  readonly places: number[];
}

function byValue({ distinct, ids }: Column): readonly Kind[] {
  const kinds = distinct.map((): Kind => ({ shape: undefined, places: [] }));
  for (let at = 0; at < ids.length; at++) kinds[ids[at]!]!.places.push(at);
  return kinds;
}

/** Undefined when that gives no fewer entries, or too many. */
function byShape(column: Column): readonly Kind[] | undefined {
  if (column.isNumber) return undefined;
  const { distinct, ids } = column;
  const limit = Math.min(MAX_ENTRIES * 2, column.rows.length / 2);
  const groups = (column.isText ? column.shapes : undefined) ?? groupsOf(column, limit);
  if (!groups || groups.all.length > limit) return undefined;
  if (groups.all.length === distinct.length || groups.all.length < 2) return undefined;
  const kinds = groups.all.map((shape): Kind => ({ shape, places: [] }));
  for (let at = 0; at < ids.length; at++) kinds[groups.ids[ids[at]!]!]!.places.push(at);
  return kinds.filter((kind) => !isInline(column, kind)).length > MAX_ENTRIES ? undefined : kinds;
}

interface Groups {
  readonly all: readonly (string | undefined)[];
  /** Of each distinct value. */
  readonly ids: ArrayLike<number>;
}

/** Texts by their shape, each other value by itself; undefined when a text has no shape, or the groups are too many. */
function groupsOf(column: Column, limit: number): Groups | undefined {
  const { distinct } = column;
  const all: (string | undefined)[] = [];
  const ids: number[] = [];
  const known = new Map<string, number>();
  for (let id = 0; id < distinct.length; id++) {
    const isText = typeof distinct[id] === 'string';
    const shape = isText ? column.ownShape(id) : undefined;
    if (isText && shape === undefined) return undefined;
    let group = shape === undefined ? undefined : known.get(shape);
    if (group === undefined) {
      group = all.push(shape) - 1;
      if (all.length > limit) return undefined;
      if (shape !== undefined) known.set(shape, group);
    }
    ids.push(group);
  }
  return { all, ids };
}

/** Text that comes once stands in its line in quotes rather than in the legend. */
function isInline(column: Column, { places }: Kind): boolean {
  return places.length === 1 && typeof column.value(places[0]!) === 'string';
}

function spellOut(column: Column, kinds: readonly Kind[], context: WriteContext): Wording {
  const [first, second] = context.legends % 2 === 0 ? [SMALL, CAPITAL] : [CAPITAL, SMALL];
  const alphabet = first + second;
  const cells: string[] = [];
  const own: string[] = [];
  for (let at = 0; at < column.rows.length; at++) {
    cells.push('');
    own.push('');
  }
  const legend: string[] = [];
  const letterOf = new Map<string, string>();
  let isCounted = false;
  let hasFills = false;
  for (const kind of kinds) {
    if (isInline(column, kind)) {
      cells[kind.places[0]!] = JSON.stringify(column.value(kind.places[0]!));
      continue;
    }
    const { places } = kind;
    const { text, lists, isCounted: isFormula } = entryFor(column, kind, context);
    let letter = letterOf.get(text);
    if (letter === undefined) {
      letter = alphabet[legend.length]!;
      letterOf.set(text, letter);
      legend.push(`${letter} = ${text}`);
    }
    isCounted ||= isFormula;
    hasFills ||= lists.length > 0;
    for (let at = 0; at < places.length; at++) {
      own[places[at]!] = letter;
      cells[places[at]!] = lists.length === 0 ? letter : letter + glue(lists, at);
    }
  }
  if (!hasFills && isTurn(own, column.rows, legend)) return { ...headOnly(IN_TURN, true), legend, letters: own };
  return { spec: SPEC, legend, cells, fit: hasFills ? 'tight' : 'letter', isCounted, letters: own };
}

/** Whether the legend's lines hold in turn: its first line for i = 0, its second for i = 1, and so on. */
function isTurn(own: readonly string[], rows: readonly number[], legend: readonly string[]): boolean {
  const period = legend.length;
  if (period > MAX_TURN || rows.length < Math.max(MIN_FORMULA_ROWS, period * 2)) return false;
  return rows.every((row, at) => own[at] === legend[row % period]!.charAt(0));
}

/** Numbers stand at once after the letter, words after a space. */
function glue(lists: Lists, at: number): string {
  let text = withoutSpaces(writeFill(lists[0]![at]!));
  for (let next = 1; next < lists.length; next++) text += ` ${withoutSpaces(writeFill(lists[next]![at]!))}`;
  return startsWithLetter(text) ? ` ${text}` : text;
}

function startsWithLetter(text: string): boolean {
  const code = text.charCodeAt(0);
  return code > 0x7f ? /^\p{L}/u.test(text) : (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

type Lists = ReturnType<Fit['lists']>;

interface LegendEntry {
  readonly text: string;
  readonly lists: Lists;
  readonly isCounted: boolean;
}

function entryFor(column: Column, { shape, places }: Kind, context: WriteContext): LegendEntry {
  const value = column.value(places[0]!);
  const first = column.ids[places[0]!];
  if (shape === undefined || places.every((place) => column.ids[place] === first))
    return { text: writeConstant(value, context.brackets), lists: [], isCounted: false };
  const rows: number[] = [];
  for (const place of places) rows.push(column.rows[place]!);
  const group: Group = {
    shape,
    rows,
    gaps: gapsOf(column, places, shape),
    marks: new Map(),
    others: context.others,
  };
  const fit = fitGroup(group);
  const isAmbiguous = places.some((place) => looksLikeJson(column.value(place) as string));
  return {
    text: writePattern(fit.pieces, context.brackets, isAmbiguous),
    lists: fit.lists(),
    isCounted: fit.pieces.some(isFormula),
  };
}

function gapsOf(column: Column, places: readonly number[], shape: string): Gaps {
  const ids: number[] = [];
  for (const place of places) ids.push(column.ids[place]!);
  if (column.isText && column.shapes) return Gaps.of(column.shapes, shape, ids);
  return Gaps.of(new Shapes(ids.map((id) => column.distinct[id] as string)), shape);
}
