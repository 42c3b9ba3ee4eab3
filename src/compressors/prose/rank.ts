/** How much each unit of a text is worth: to the call that it answers, by its place, and by what it is. */
import type { Deadline } from '../../core/deadline.ts';
import { termsOf } from './terms.ts';
import type { Unit, UnitKind } from './sentences.ts';

export interface Ranked {
  readonly unit: Unit;
  /** Each term once, the first ones of a long unit. */
  readonly terms: readonly string[];
  readonly worth: number;
}

export interface Ranking {
  readonly units: readonly Ranked[];
  /** How rare each term is. */
  readonly rarity: ReadonlyMap<string, number>;
}

const K1 = 1.2;
const B = 0.4;
const UNITS_PER_CHECK = 128;
const MAX_TERMS = 200;
/** What stands near an answer often completes it. */
const PARAGRAPH_WEIGHT = 0.45;
const SECTION_WEIGHT = 0.35;
const NEIGHBOUR_WEIGHT = 0.25;
const PLACE_WEIGHT = 0.8;
const CENTRE_WEIGHT = 0.5;
const KIND_WEIGHT: Readonly<Record<UnitKind, number>> = {
  heading: 2,
  code: 0.5,
  quote: 0.25,
  item: 0.2,
  row: 0.2,
  sentence: 0,
};

interface Counted {
  readonly unit: Unit;
  readonly text: string;
  readonly terms: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

export function rank(text: string, units: readonly Unit[], query: readonly string[], deadline: Deadline): Ranking {
  const counted: Counted[] = [];
  const found = new Map<string, number>();
  for (const [i, unit] of units.entries()) {
    if (i % UNITS_PER_CHECK === 0) deadline.check();
    const said = text.slice(unit.start, unit.end);
    const terms = termsOf(said);
    const counts = countTerms(terms);
    for (const term of counts.keys()) found.set(term, (found.get(term) ?? 0) + 1);
    counted.push({ unit, text: said, terms, counts });
  }
  const rarity = new Map(
    Array.from(found, ([term, count]) => [term, Math.log(1 + (units.length - count + 0.5) / (count + 0.5))]),
  );
  const own = bm25(counted, new Set(query), rarity);
  const worth = withSurroundings(counted, own);
  const central = centrality(counted, found, rarity);
  const ranked = counted.map(({ unit, text: said, counts }, i) => ({
    unit,
    terms: [...counts.keys()].slice(0, MAX_TERMS),
    worth: worth[i]! + CENTRE_WEIGHT * central[i]! + PLACE_WEIGHT * placeOf(counted, i) + kindOf(unit.kind, said),
  }));
  return { units: ranked, rarity };
}

function countTerms(terms: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Okapi BM25 of each unit against the query, up to 3 for the best. */
function bm25(
  counted: readonly Counted[],
  query: ReadonlySet<string>,
  rarity: ReadonlyMap<string, number>,
): readonly number[] {
  const mean = counted.reduce((sum, { terms }) => sum + terms.length, 0) / Math.max(1, counted.length);
  const scores = counted.map(({ terms, counts }) => {
    const norm = K1 * (1 - B + (B * terms.length) / Math.max(1, mean));
    let score = 0;
    for (const term of query) {
      const count = counts.get(term) ?? 0;
      if (count > 0) score += (rarity.get(term)! * count * (K1 + 1)) / (count + norm);
    }
    return score;
  });
  const best = scores.reduce((max, score) => Math.max(max, score), 0);
  return best > 0 ? scores.map((score) => (3 * score) / best) : scores;
}

/** The best of its paragraph, of its section and of its neighbours raise a unit too. */
function withSurroundings(counted: readonly Counted[], own: readonly number[]): readonly number[] {
  const paragraphs = new Map<number, number>();
  const sections = new Map<number, number>();
  for (const [i, { unit }] of counted.entries()) {
    paragraphs.set(unit.paragraph, Math.max(paragraphs.get(unit.paragraph) ?? 0, own[i]!));
    sections.set(unit.section, Math.max(sections.get(unit.section) ?? 0, own[i]!));
  }
  return counted.map(({ unit }, i) => {
    const isNear = (j: number): boolean => counted[j]?.unit.paragraph === unit.paragraph;
    const before = isNear(i - 1) ? own[i - 1]! : 0;
    const after = isNear(i + 1) ? own[i + 1]! : 0;
    return (
      own[i]! +
      PARAGRAPH_WEIGHT * paragraphs.get(unit.paragraph)! +
      SECTION_WEIGHT * sections.get(unit.section)! +
      NEIGHBOUR_WEIGHT * Math.max(before, after)
    );
  });
}

/** How much of a unit is said in terms that the text comes back to, 0 to 1. */
function centrality(
  counted: readonly Counted[],
  found: ReadonlyMap<string, number>,
  rarity: ReadonlyMap<string, number>,
): readonly number[] {
  const scores = counted.map(({ counts }) => {
    let sum = 0;
    for (const term of counts.keys()) {
      const count = found.get(term)!;
      if (count > 1) sum += rarity.get(term)! * Math.min(4, count);
    }
    return sum / Math.sqrt(8 + counts.size);
  });
  const best = scores.reduce((max, score) => Math.max(max, score), 0);
  return scores.map((score) => (best > 0 ? score / best : 0));
}

/** The first of a paragraph says most, and so do the first paragraphs of a text and its last. */
function placeOf(counted: readonly Counted[], at: number): number {
  const { paragraph } = counted[at]!.unit;
  const isFirst = counted[at - 1]?.unit.paragraph !== paragraph;
  const isSecond = !isFirst && counted[at - 2]?.unit.paragraph !== paragraph;
  return (isFirst ? 1 : isSecond ? 0.4 : 0) + 0.5 / (1 + at / 4) + (at === counted.length - 1 ? 0.3 : 0);
}

const NUMBER = /\p{N}[\p{N}.,:/%]*/gu;
const SPOKEN = /["“„«「][^"”“»」]{8,}["”“»」]/u;

function kindOf(kind: UnitKind, said: string): number {
  const numbers = Math.min(3, said.match(NUMBER)?.length ?? 0);
  return KIND_WEIGHT[kind] + 0.12 * numbers + (SPOKEN.test(said) ? 0.15 : 0);
}
