/**
 * Finds the templates of a text's lines: lines of one shape, and shapes that differ in a few words at the same places
 * (a fixed-depth tree over the words, as Drain does it). One pass over the lines, one over the shapes; the order of
 * first appearance decides every tie.
 */
import type { Deadline } from '../../core/deadline.ts';
import { GRAVE_WORD, levelOf, severityOf } from './severity.ts';
import type { Severity } from './severity.ts';
import { countSlots, fill, shapeOf, SLOT, TIME } from './shape.ts';
import { chooseOrdinal, TimeFinder } from './time.ts';

const LINES_PER_CHECK = 512;

/** All lines of one shape. */
export interface Kind {
  readonly shape: string;
  readonly severity: Severity;
  readonly level: string | undefined;
  /** The index of its first line. */
  readonly first: number;
  lines: number;
}

export interface Line {
  readonly index: number;
  readonly text: string;
  readonly kind: Kind | undefined;
  readonly values: readonly string[];
  readonly time: string | undefined;
}

export interface Template {
  /** Spelled as a shape. */
  readonly shape: string;
  readonly kinds: readonly Kind[];
  /** The words of each of its kinds; undefined when it is one kind as it stands. */
  readonly words: ReadonlyMap<Kind, readonly Word[]> | undefined;
}

interface Word {
  readonly shape: string;
  readonly slots: number;
  /** The word is a slot of the template: kinds differ in it. */
  readonly isOpen: boolean;
}

const NO_VALUES: readonly string[] = [];

export interface Mined {
  readonly lines: readonly Line[];
  readonly kinds: readonly Kind[];
  /** Every kind stands in exactly one. */
  readonly templates: readonly Template[];
}

export function readLines(texts: readonly string[], deadline: Deadline): Mined {
  const times = new TimeFinder(chooseOrdinal(sampled(texts)));
  const kinds = new Map<string, Kind>();
  const lines: Line[] = [];
  for (const [index, text] of texts.entries()) {
    if (index % LINES_PER_CHECK === 0) deadline.check();
    const shaped = shapeOf(text, times);
    if (!shaped) {
      lines.push({ index, text, kind: undefined, values: NO_VALUES, time: undefined });
      continue;
    }
    let kind = kinds.get(shaped.shape);
    if (!kind) {
      const level = levelOf(text);
      kind = { shape: shaped.shape, severity: severityOf(text, level), level, first: index, lines: 0 };
      kinds.set(shaped.shape, kind);
    }
    kind.lines++;
    lines.push({ index, text, kind, values: shaped.values, time: shaped.time });
  }
  const found = [...kinds.values()];
  return { lines, kinds: found, templates: mineTemplates(found, deadline) };
}

const SAMPLED_LINES = 64;

/** Lines from the whole text. */
export function sampled<One>(lines: readonly One[]): readonly One[] {
  const step = Math.max(1, Math.floor(lines.length / SAMPLED_LINES));
  return lines.filter((_, index) => index % step === 0);
}

/** Words of a shape that stand before the message proper are compared exactly: they tell who speaks. */
const LEADING_WORDS = 3;
const MAX_WORDS = 60;
const MAX_CLUSTERS_PER_LEAF = 24;

/** Words that must agree for each one that may differ. */
const FIXED_FOR_EACH_OPEN = 5;

interface Cluster {
  readonly words: readonly string[];
  /** How many of its words are words alone. */
  readonly fixed: number;
  readonly open: boolean[];
  readonly kinds: Kind[];
}

function mineTemplates(kinds: readonly Kind[], deadline: Deadline): readonly Template[] {
  const leaves = new Map<string, Cluster[]>();
  const clusters: Cluster[] = [];
  for (const [index, kind] of kinds.entries()) {
    if (index % LINES_PER_CHECK === 0) deadline.check();
    const words = kind.shape.split(' ');
    const key = leafKey(words, kind);
    const leaf = leaves.get(key) ?? [];
    if (leaf.length === 0) leaves.set(key, leaf);
    if (words.length <= MAX_WORDS && leaf.some((cluster) => join(cluster, words, kind))) continue;
    const fixed = words.filter(isFixed).length;
    const cluster = { words, fixed, open: words.map(() => false), kinds: [kind] };
    clusters.push(cluster);
    if (leaf.length < MAX_CLUSTERS_PER_LEAF) leaf.push(cluster);
  }
  return clusters.flatMap(writeTemplates);
}

function isFixed(word: string): boolean {
  return /[A-Za-z]/.test(word) && !word.includes(SLOT) && !word.includes(TIME);
}

function leafKey(words: readonly string[], kind: Kind): string {
  const afterTime = words.findIndex((word) => word.includes(TIME)) + 1;
  return `${words.length} ${kind.severity} ${words.slice(0, afterTime + LEADING_WORDS).join(' ')}`;
}

/** Takes the kind into the cluster when few enough words differ. */
function join(cluster: Cluster, words: readonly string[], kind: Kind): boolean {
  const limit = Math.max(1, Math.floor(cluster.fixed / FIXED_FOR_EACH_OPEN));
  let open = 0;
  const differing: number[] = [];
  for (let i = 0; i < words.length; i++) {
    if (cluster.open[i]) open++;
    else if (words[i] !== cluster.words[i]) {
      differing.push(i);
      if (!mayDiffer(words[i]!, cluster.words[i]!)) return false;
    }
    if (open + differing.length > limit) return false;
  }
  for (const i of differing) cluster.open[i] = true;
  cluster.kinds.push(kind);
  return true;
}

function mayDiffer(a: string, b: string): boolean {
  return a !== '' && b !== '' && !a.includes(TIME) && !b.includes(TIME) && !isGrave(a) && !isGrave(b);
}

function isGrave(word: string): boolean {
  return GRAVE_WORD.test(word) || levelOf(word) !== undefined;
}

/** Two or three kinds that each come often are a matter of their own: `session opened`, `session closed`. */
const FEW_KINDS = 3;
const OFTEN = 3;

function writeTemplates({ words, open, kinds }: Cluster): readonly Template[] {
  const alone = (kind: Kind): Template => ({ shape: kind.shape, kinds: [kind], words: undefined });
  if (kinds.length === 1) return [alone(kinds[0]!)];
  if (kinds.length <= FEW_KINDS && kinds.every(({ lines }) => lines >= OFTEN)) return kinds.map(alone);
  const shape = words.map((word, i) => (open[i] ? SLOT : word)).join(' ');
  return [{ shape, kinds, words: new Map(kinds.map((kind) => [kind, wordsOf(kind, open)])) }];
}

function wordsOf({ shape }: Kind, open: readonly boolean[]): readonly Word[] {
  return shape.split(' ').map((word, i) => ({ shape: word, slots: countSlots(word), isOpen: open[i]! }));
}

/** The values of a line of the template, one for each slot of the template's shape. */
export function valuesOf({ words }: Template, { kind, values }: Line): readonly string[] {
  if (!words) return values;
  const own: string[] = [];
  let used = 0;
  for (const { shape, slots, isOpen } of words.get(kind!)!) {
    const end = used + slots;
    if (isOpen) own.push(slots === 0 ? shape : fill(shape, values.slice(used, end), undefined));
    else for (let at = used; at < end; at++) own.push(values[at]!);
    used = end;
  }
  return own;
}
