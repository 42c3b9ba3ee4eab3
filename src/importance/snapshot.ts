/**
 * What the counts come to, taken once at the start of a process: which places views keep, whose views are not worth making.
 * A place that is kept is asked for no more; its share is therefore of the views that were made without it.
 */
import type { Counts, Importance, Learned, LearnedRow, LearnedSnapshot, ToolImportance } from '../core/importance.ts';
import { type Names, namesOf, toolShape, toolShapes } from './names.ts';
import { merge } from './rows.ts';

/** Fewer may be chance. */
const LEAST_ASKED = 3;
/** Of the views that did not keep it. */
const ASKED_SHARE = 0.25;
const LEAST_USED = 6;
const USED_SHARE = 0.5;
const LEAST_VIEWS = 8;
/** Fetched so often a view costs more than it saves. */
const LOST_SHARE = 0.8;

export function takeSnapshot({ salt, rows }: Learned): LearnedSnapshot {
  const byShape = Map.groupBy(merge(rows), ({ shape }) => shape);
  const kept: (readonly [string, string, number])[] = [];
  const lost: string[] = [];
  const tools: (readonly [string, number])[] = [];
  for (const [shape, own] of byShape) {
    const whole = own.find(({ place }) => place === '')?.counts;
    if (!whole) continue;
    for (const row of own) {
      const weight = weightOf(row, whole);
      if (weight > 0) kept.push([shape, row.place, weight]);
    }
    if (isLost(whole)) lost.push(shape);
    if (whole.views >= LEAST_VIEWS) tools.push([shape, Math.min(1, whole.fetched / whole.views)]);
  }
  return { version: 1, salt, kept, lost, tools };
}

/** In steps of a hundredth; 0 for what is not worth keeping. */
function weightOf({ place, counts }: LearnedRow, { views }: Counts): number {
  if (place === '') return 0;
  const asked = counts.fetched - counts.keptFetched;
  const askedShare = shareOf(asked, views - counts.kept);
  const usedShare = shareOf(counts.used, views);
  const isKept =
    (asked >= LEAST_ASKED && askedShare >= ASKED_SHARE) || (counts.used >= LEAST_USED && usedShare >= USED_SHARE);
  return isKept ? Math.round(100 * (askedShare + usedShare)) / 100 : 0;
}

/** Some are counted only since they were asked for: there may be fewer views than there were. */
function shareOf(count: number, views: number): number {
  return count === 0 ? 0 : count / Math.max(count, views);
}

/** Fetched for no place that could be kept, or fetched although what is asked for is kept. */
function isLost({ views, whole, kept, keptFetched }: Counts): boolean {
  if (kept >= LEAST_VIEWS && keptFetched >= LOST_SHARE * kept) return true;
  return views >= LEAST_VIEWS && whole >= LOST_SHARE * views;
}

/** Looks up in a snapshot. */
export class Snapshot {
  readonly salt: string;
  readonly #kept: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #lost: ReadonlySet<string>;
  readonly #tools: ReadonlyMap<string, number>;

  constructor({ salt, kept, lost, tools }: LearnedSnapshot) {
    this.salt = salt;
    const byShape = Map.groupBy(kept, ([shape]) => shape);
    this.#kept = new Map(
      Array.from(byShape, ([shape, pairs]) => [shape, new Map(pairs.map(([, place, weight]) => [place, weight]))]),
    );
    this.#lost = new Set(lost);
    this.#tools = new Map(tools);
  }

  forTenant(tenant: string): Importance {
    const names = namesOf(this.salt, tenant);
    return { forTool: (name) => this.#forTool(names, name) };
  }

  /** By their hashes. */
  keptPlaces(shape: string): ReadonlyMap<string, number> {
    return this.#kept.get(shape) ?? NONE;
  }

  #forTool(names: Names, name: string): ToolImportance {
    const tool = toolShape(name);
    const own = names.shape(tool);
    const weightOf = (shape: string, place: string): number =>
      this.#kept.get(names.shape(shape))?.get(names.place(shape, place)) ?? 0;
    return {
      weightOf: (shape, place) => Math.max(weightOf(shape, place), weightOf(tool, place)),
      isLost: (shape) => this.#lost.has(names.shape(shape)),
      isLostBy: (compressor) => toolShapes(name, compressor).some((shape) => this.#lost.has(names.shape(shape))),
      fetchedShare: this.#tools.get(own),
    };
  }
}

const NONE: ReadonlyMap<string, number> = new Map();
