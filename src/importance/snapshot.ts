/**
 * What the counts come to, taken once at the start of a process: which places views keep, whose views are not worth making.
 * A place that is kept is asked for no more; its share is therefore of the views that were made without it.
 */
import type { Counts, Importance, Learned, LearnedRow, LearnedSnapshot, ToolImportance } from '../core/importance.ts';
import { type Names, namesOf, toolShape } from './names.ts';
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
  const kept: (readonly [string, string])[] = [];
  const lost: string[] = [];
  const tools: (readonly [string, number])[] = [];
  for (const [shape, own] of byShape) {
    const whole = own.find(({ place }) => place === '')?.counts;
    if (!whole) continue;
    for (const row of own) if (isWorthKeeping(row, whole)) kept.push([shape, row.place]);
    if (isLost(whole)) lost.push(shape);
    if (whole.views >= LEAST_VIEWS) tools.push([shape, Math.min(1, whole.fetched / whole.views)]);
  }
  return { version: 1, salt, kept, lost, tools };
}

function isWorthKeeping({ place, counts }: LearnedRow, { views }: Counts): boolean {
  if (place === '') return false;
  const asked = counts.fetched - counts.keptFetched;
  if (asked >= LEAST_ASKED && asked >= ASKED_SHARE * (views - counts.kept)) return true;
  return counts.used >= LEAST_USED && counts.used >= USED_SHARE * views;
}

/** Fetched for no place that could be kept, or fetched although what is asked for is kept. */
function isLost({ views, whole, kept, keptFetched }: Counts): boolean {
  if (kept >= LEAST_VIEWS && keptFetched >= LOST_SHARE * kept) return true;
  return views >= LEAST_VIEWS && whole >= LOST_SHARE * views;
}

/** Looks up in a snapshot. */
export class Snapshot {
  readonly salt: string;
  readonly #kept: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #lost: ReadonlySet<string>;
  readonly #tools: ReadonlyMap<string, number>;

  constructor({ salt, kept, lost, tools }: LearnedSnapshot) {
    this.salt = salt;
    const byShape = Map.groupBy(kept, ([shape]) => shape);
    this.#kept = new Map(Array.from(byShape, ([shape, pairs]) => [shape, new Set(pairs.map(([, place]) => place))]));
    this.#lost = new Set(lost);
    this.#tools = new Map(tools);
  }

  forTenant(tenant: string): Importance {
    const names = namesOf(this.salt, tenant);
    return { forTool: (name) => this.#forTool(names, toolShape(name)) };
  }

  /** By their hashes. */
  keptPlaces(shape: string): ReadonlySet<string> {
    return this.#kept.get(shape) ?? NONE;
  }

  #forTool(names: Names, tool: string): ToolImportance {
    const own = names.shape(tool);
    const keeps = (shape: string, place: string): boolean => {
      const places = this.#kept.get(names.shape(shape));
      return places !== undefined && places.has(names.place(shape, place));
    };
    return {
      keeps: (shape, place) => keeps(shape, place) || keeps(tool, place),
      isLost: (shape) => this.#lost.has(shape === undefined ? own : names.shape(shape)),
      fetchedShare: this.#tools.get(own),
    };
  }
}

const NONE: ReadonlySet<string> = new Set();
