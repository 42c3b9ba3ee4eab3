/** Stanzas that are built alike: which of them are worth a shape, and what it says of each line. */
import type { Deadline } from '../../core/deadline.ts';
import {
  type Column,
  LETTERS,
  type Shape,
  cellsOf,
  findColumn,
  holeFor,
  isHoleLike,
  onceForSame,
  separatorFor,
  sharedEnds,
  withoutEnds,
} from '../../core/shape.ts';
import type { Entry, Outline, Stanza } from './outline.ts';

const MIN_STANZAS = 2;
const MIN_LINES = 2;
const MAX_LINES = 400;
const MAX_HOLES = 24;
/** Of the lines of a shape, how many may be without a key and differ: more is text, not something built alike. */
const MAX_HOLE_SHARE = 0.5;
/** What a shape costs beside its lines, in characters: another name to keep in mind, too. */
const SHAPE_COST = 60;
/** Of one word, what is shared must be so long that it is said once: less stands whole in every row. */
const MIN_SHARED = 12;
const ROUNDS = 4;
const KINDS_PER_CHECK = 512;

/** A stanza that is said by its shape. */
export interface Row {
  readonly shape: Shape;
  readonly at: number;
  readonly stanza: Stanza;
}

export interface Shapes {
  /** In characters. */
  readonly saving: number;
  readonly shapes: readonly Shape[];
  /** By the index of the first line. */
  readonly rows: ReadonlyMap<number, Row>;
  readonly separator: string;
}

interface Drawn {
  readonly stanzas: readonly Stanza[];
  readonly lines: readonly string[];
  readonly columns: readonly Column[];
  readonly saving: number;
}

/** The outermost stanzas of kinds that come again and are not ruled out. */
function findAlike(outline: Outline, ruledOut: ReadonlySet<number>): ReadonlyMap<number, readonly Stanza[]> {
  const counts = new Map<number, number>();
  const all: Stanza[] = [];
  const pending = outline.paragraphs.toReversed();
  for (let stanza = pending.pop(); stanza; stanza = pending.pop()) {
    counts.set(stanza.kind, (counts.get(stanza.kind) ?? 0) + 1);
    all.push(stanza);
    for (let i = stanza.stanzas.length; i-- > 0; ) pending.push(stanza.stanzas[i]!);
  }
  const found = new Map<number, Stanza[]>();
  let behind = 0;
  for (const stanza of all) {
    const size = stanza.end - stanza.start;
    if (stanza.start < behind || size < MIN_LINES || size > MAX_LINES) continue;
    if (counts.get(stanza.kind)! < MIN_STANZAS || ruledOut.has(stanza.kind)) continue;
    const same = found.get(stanza.kind);
    if (same) same.push(stanza);
    else found.set(stanza.kind, [stanza]);
    behind = stanza.end;
  }
  return found;
}

/** Undefined where a shape would say hardly less. */
function draw({ lines, entries }: Outline, stanzas: readonly Stanza[]): Drawn | undefined {
  if (stanzas.length < MIN_STANZAS) return undefined;
  const size = stanzas[0]!.end - stanzas[0]!.start;
  const columns: Column[] = [];
  const said: string[] = [];
  let holed = 0;
  for (let offset = 0; offset < size; offset++) {
    const own = stanzas.map(({ start }) => entries[start + offset]!);
    const line = drawLine(own, columns);
    if (line === undefined || columns.length > MAX_HOLES) return undefined;
    if (line !== lines[stanzas[0]!.start + offset] && own[0]!.lead.trim() === '') holed++;
    said.push(line);
  }
  if (holed > size * MAX_HOLE_SHARE) return undefined;
  let saving = -said.reduce((sum, line) => sum + line.length + 1, SHAPE_COST);
  for (const [i, { start }] of stanzas.entries()) {
    for (let at = start; at < start + size; at++) saving += lines[at]!.length + 1;
    saving -= cellsOf(columns, i).reduce((sum, cell) => sum + cell.length + 1, 2);
  }
  return saving > 0 ? { stanzas, lines: said, columns, saving } : undefined;
}

/** One line of a shape; undefined where what all share looks like a hole. */
function drawLine(own: readonly Entry[], columns: Column[]): string | undefined {
  const { lead, value: first } = own[0]!;
  if (isHoleLike(lead)) return undefined;
  if (own.every(({ value }) => value === first)) return isHoleLike(first) ? undefined : lead + first;
  const values = own.map(({ value }) => value);
  const [before, after] = endsOf(values, columns);
  const start = first.slice(0, before);
  const end = first.slice(first.length - after);
  if (isHoleLike(start) || isHoleLike(end)) return undefined;
  return lead + start + holeFor(withoutEnds(values, before, after), columns) + end;
}

const WORD = /[\p{L}\p{N}\p{M}\uD800-\uDFFF_%\\-]/u;
const BLANK_OR_QUOTE = /[\s"']/;

/**
 * How many characters all values begin and end with, between words where a long text is shared or what is left is known
 * already; otherwise between blanks and quotes, so that names and paths stand whole.
 */
function endsOf(values: readonly string[], columns: readonly Column[]): readonly [number, number] {
  const words = sharedEnds(values, (text, at) => !WORD.test(text[at]!));
  if (findColumn(columns, withoutEnds(values, ...words)) >= 0) return words;
  const whole = sharedEnds(values, (text, at) => BLANK_OR_QUOTE.test(text[at]!));
  const before = words[0] - whole[0] >= MIN_SHARED ? words[0] : whole[0];
  const after = words[1] - whole[1] >= MIN_SHARED ? words[1] : whole[1];
  return [before, after];
}

function drawAll(outline: Outline, deadline: Deadline): readonly Drawn[] {
  const drawStanzas = onceForSame((stanzas: readonly Stanza[]) => draw(outline, stanzas));
  const ruledOut = new Set<number>();
  let drawn: Drawn[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = ruledOut.size;
    drawn = [];
    let looked = 0;
    for (const [kind, stanzas] of findAlike(outline, ruledOut)) {
      if (looked++ % KINDS_PER_CHECK === 0) deadline.check();
      const one = drawStanzas(kind, stanzas);
      if (one) drawn.push(one);
      else ruledOut.add(kind);
    }
    if (ruledOut.size === before) break;
  }
  return drawn;
}

export function findShapes(outline: Outline, deadline: Deadline): Shapes | undefined {
  const best = [...drawAll(outline, deadline)].sort((a, b) => b.saving - a.saving).slice(0, LETTERS.length);
  const separator = separatorFor(best);
  if (separator === undefined || best.length === 0) return undefined;
  best.sort((a, b) => a.stanzas[0]!.start - b.stanzas[0]!.start);
  const rows = new Map<number, Row>();
  const shapes = best.map(({ lines, columns, stanzas }, i): Shape => {
    const shape = { letter: LETTERS[i]!, lines, columns };
    for (const [at, stanza] of stanzas.entries()) rows.set(stanza.start, { shape, at, stanza });
    return shape;
  });
  return { shapes, rows, separator, saving: best.reduce((sum, { saving }) => sum + saving, 0) };
}
