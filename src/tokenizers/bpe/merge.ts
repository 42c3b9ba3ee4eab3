/**
 * Counts the tokens that byte-pair merging leaves of one piece: the pair of lowest rank merges first, leftmost of
 * equals. Short pieces are searched through, long ones keep a heap: n log n, so no text can block.
 */
import { hashBytes } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

const MAX_SCANNED = 48;
const NONE = 0x7fffffff;

const scannedStarts = new Int32Array(MAX_SCANNED + 2);
const scannedRanks = new Int32Array(MAX_SCANNED + 2);

export function countMerged(vocabulary: Vocabulary, bytes: Uint8Array, start: number, end: number): number {
  return end - start <= MAX_SCANNED
    ? countByScan(vocabulary, bytes, start, end)
    : countByHeap(vocabulary, bytes, start, end);
}

function rankOf(vocabulary: Vocabulary, bytes: Uint8Array, start: number, end: number): number {
  if (end - start > vocabulary.maxLength) return NONE;
  const rank = vocabulary.find(bytes, start, end, hashBytes(bytes, start, end));
  return rank < 0 ? NONE : rank;
}

function pairRank(vocabulary: Vocabulary, bytes: Uint8Array, at: number): number {
  const rank = vocabulary.pairs[bytes[at]! * 256 + bytes[at + 1]!]!;
  return rank < 0 ? NONE : rank;
}

function countByScan(vocabulary: Vocabulary, bytes: Uint8Array, start: number, end: number): number {
  const starts = scannedStarts;
  const ranks = scannedRanks;
  let count = end - start;
  for (let i = 0; i < count; i++) {
    starts[i] = start + i;
    ranks[i] = i + 1 < count ? pairRank(vocabulary, bytes, start + i) : NONE;
  }
  starts[count] = end;
  while (count > 1) {
    let lowest = NONE;
    let best = 0;
    for (let i = 0; i < count - 1; i++) {
      if (ranks[i]! < lowest) {
        lowest = ranks[i]!;
        best = i;
      }
    }
    if (lowest === NONE) break;
    count--;
    for (let i = best + 1; i < count; i++) {
      starts[i] = starts[i + 1]!;
      ranks[i] = ranks[i + 1]!;
    }
    starts[count] = end;
    ranks[best] = best + 1 < count ? rankOf(vocabulary, bytes, starts[best]!, starts[best + 2]!) : NONE;
    if (best > 0) ranks[best - 1] = rankOf(vocabulary, bytes, starts[best - 1]!, starts[best + 1]!);
  }
  return count;
}

/** A pair waiting to merge is one number, rank * 2^32 + position, so that the least number is the next merge. */
const POSITIONS = 2 ** 32;

function countByHeap(vocabulary: Vocabulary, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const ends = new Int32Array(length);
  const previous = new Int32Array(length);
  const ranks = new Int32Array(length).fill(NONE);
  const heap = new Heap(length * 2);
  for (let i = 0; i < length; i++) {
    ends[i] = i + 1;
    previous[i] = i - 1;
    if (i + 1 < length) ranks[i] = pairRank(vocabulary, bytes, start + i);
    if (ranks[i] !== NONE) heap.push(ranks[i]! * POSITIONS + i);
  }
  const rerank = (at: number): void => {
    const next = ends[at]!;
    ranks[at] = next < length ? rankOf(vocabulary, bytes, start + at, start + ends[next]!) : NONE;
    if (ranks[at] !== NONE) heap.push(ranks[at]! * POSITIONS + at);
  };
  let count = length;
  for (let least = heap.pop(); least >= 0; least = heap.pop()) {
    const at = least % POSITIONS;
    // Entries of pairs that have merged otherwise since are left in the heap and passed over here.
    if (ranks[at] !== Math.floor(least / POSITIONS)) continue;
    const merged = ends[at]!;
    ends[at] = ends[merged]!;
    ranks[merged] = NONE;
    if (ends[at]! < length) previous[ends[at]!] = at;
    count--;
    rerank(at);
    if (previous[at]! >= 0) rerank(previous[at]!);
  }
  return count;
}

/** A binary heap of non-negative numbers, least first. */
class Heap {
  readonly #items: Float64Array;
  #size = 0;

  /** @param capacity of which one is taken by every pair at the start and at most two by every merge, which frees one. */
  constructor(capacity: number) {
    this.#items = new Float64Array(capacity + 2);
  }

  push(item: number): void {
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= item) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  /** -1 when it is empty. */
  pop(): number {
    if (this.#size === 0) return -1;
    const items = this.#items;
    const least = items[0]!;
    const item = items[--this.#size]!;
    const size = this.#size;
    let at = 0;
    for (let child = 1; child < size; child = at * 2 + 1) {
      if (child + 1 < size && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= item) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
    return least;
  }
}
