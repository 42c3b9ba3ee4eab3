/** Chooses which units stay: the worthiest that still say something new, until the room is used up. */
import type { Deadline } from '../../core/deadline.ts';
import type { Ranked, Ranking } from './rank.ts';

/** How much of a unit's worth goes when all of it has been said. */
const REPETITION_COST = 0.4;
/** What stays of the worth of a sentence whose every word has been said. */
const SAID_BEFORE = 0.15;
const ROUNDS_PER_CHECK = 256;
/** A unit may be this much longer than its share of the room would be. */
const MEAN_POWER = 0.25;

/** @param room in characters. @returns for each unit whether it stays. */
export function select({ units, rarity }: Ranking, room: number, deadline: Deadline): readonly boolean[] {
  const stays = units.map(() => false);
  const said = new Set<string>();
  const queue = new WorthQueue();
  for (const [index, unit] of units.entries()) queue.add({ index, value: valueOf(unit, rarity, said), said: 0 });
  let left = room;
  for (let round = 0; left > 0; round++) {
    if (round % ROUNDS_PER_CHECK === 0) deadline.check();
    const best = queue.take();
    if (!best) break;
    const { unit, terms } = units[best.index]!;
    const length = unit.end - unit.start;
    if (length > left * 1.1) continue;
    // What was said meanwhile may have made it worth less: then it waits for its turn.
    if (best.said < said.size) {
      const value = valueOf(units[best.index]!, rarity, said);
      const next = queue.peek();
      if (next && value < next.value) {
        queue.add({ index: best.index, value, said: said.size });
        continue;
      }
    }
    stays[best.index] = true;
    left -= length;
    for (const term of terms) said.add(term);
  }
  return stays;
}

function valueOf(
  { unit, terms, worth }: Ranked,
  rarity: ReadonlyMap<string, number>,
  said: ReadonlySet<string>,
): number {
  let all = 0;
  let repeated = 0;
  for (const term of terms) {
    const weight = rarity.get(term) ?? 0;
    all += weight;
    if (said.has(term)) repeated += weight;
  }
  const share = all > 0 ? repeated / all : 1;
  const isAgain = share > 0.95 && unit.kind === 'sentence';
  const fresh = isAgain ? SAID_BEFORE : 1 - REPETITION_COST * share;
  return (worth * fresh) / (unit.end - unit.start) ** MEAN_POWER;
}

interface Entry {
  readonly index: number;
  readonly value: number;
  /** How many terms had been said when it was valued. */
  readonly said: number;
}

/** A heap: the highest value first, the earlier of equals. */
class WorthQueue {
  readonly #heap: Entry[] = [];

  peek(): Entry | undefined {
    return this.#heap[0];
  }

  add(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, heap[at]!)) break;
      [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
      at = parent;
    }
  }

  take(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return top;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return top;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
      if (isBefore(heap[at]!, heap[child]!)) return top;
      [heap[at], heap[child]] = [heap[child]!, heap[at]!];
      at = child;
    }
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.value > b.value || (a.value === b.value && a.index <= b.index);
}
