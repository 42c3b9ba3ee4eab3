/** Seeded chance for the recipes: the same seed always gives the same rows, on every machine. */

export interface Chance {
  /** 0 <= n < 1. */
  readonly unit: () => number;
  /** A whole number, both ends included. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <Value>(values: readonly Value[]) => Value;
  readonly hex: (digits: number) => string;
}

export function chance(seed: number): Chance {
  let state = seed | 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    unit,
    whole: (least, most) => least + Math.floor(unit() * (most - least + 1)),
    pick: (values) => values[Math.floor(unit() * values.length)]!,
    hex: (digits) => Array.from({ length: digits }, () => '0123456789abcdef'[Math.floor(unit() * 16)]).join(''),
  };
}

export function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

export function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
