/** Whole numbers that follow from i: `50 + 2*i`, `i mod 24, 2 digits`, `10 + floor((i + 5) / 60)`. */
import { type SlotForm, type SlotReader, hasThird, mode } from './slot.ts';

const WORDING =
  /^(?:(-?\d+) ([+-]) )?(?:(\d+)\*)?(?:(i)|\(?(i|\(i \+ (\d+)\)) mod (\d+)\)?|floor\((?:i|\(i \+ (\d+)\)) \/ (\d+)\))(?:, (\d+) digits)?$/;
const MAX_DIGITS = 15;
/** Share of the texts that may be no whole numbers. */
const MAX_OTHERS = 0.25;

export const sequence: SlotForm = {
  name: 'sequence',
  guess(texts, rows) {
    const numbers = wholeNumbers(texts);
    if (!numbers) return [];
    const steps: number[] = [];
    for (let at = 1; at < numbers.length; at++) {
      steps.push((numbers[at]! - numbers[at - 1]!) / (rows[at]! - rows[at - 1]!));
    }
    if (!hasThird(steps)) return [];
    const { value: step, count } = mode(steps);
    if (!Number.isInteger(step) || count * 3 < steps.length) return [];
    const at = step === 0 ? 0 : commonStart(numbers, rows, step);
    const width = texts.some((text) => text.length > 1 && text.startsWith('0')) ? texts[at]!.length : 0;
    const pad = width > 1 ? `, ${width} digits` : '';
    if (step === 0) return stairs(numbers, rows).map((wording) => wording + pad);
    const linear = sum(numbers[at]! - step * rows[at]!, step, 'i');
    return [linear + pad, ...wheel(numbers, rows, step).map((wording) => wording + pad)];
  },
  read(wording): SlotReader | undefined {
    const match = WORDING.exec(wording);
    if (!match) return undefined;
    const [, first, sign, factor, plain, , shift, modulus, stairShift, stairWidth, digits] = match;
    const start = Number(first ?? 0);
    const step = Number(factor ?? 1) * (sign === '-' ? -1 : 1);
    const width = Number(digits ?? 0);
    let place: (row: number) => number = (row) => row;
    if (modulus !== undefined) place = (row) => (row + Number(shift ?? 0)) % Number(modulus);
    else if (plain === undefined) place = (row) => Math.floor((row + Number(stairShift ?? 0)) / Number(stairWidth));
    return (row) => String(start + step * place(row)).padStart(width, '0');
  },
};

/** The texts as numbers, NaN where they are none; undefined when those are too many. */
function wholeNumbers(texts: readonly string[]): readonly number[] | undefined {
  const numbers: number[] = [];
  let others = 0;
  for (const text of texts) {
    const number = wholeNumber(text);
    if (Number.isNaN(number) && ++others > texts.length * MAX_OTHERS) return undefined;
    numbers.push(number);
  }
  return numbers;
}

function wholeNumber(text: string): number {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0;
  const digits = text.length - start;
  if (digits < 1 || digits > MAX_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return Number.NaN;
    value = value * 10 + code - 0x30;
  }
  return start === 0 ? value : -value;
}

/** A place on the line that most numbers are on. */
function commonStart(numbers: readonly number[], rows: readonly number[], step: number): number {
  const starts: number[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const start = numbers[at]! - step * rows[at]!;
    if (!Number.isNaN(start)) starts.push(start);
  }
  const { value } = mode(starts);
  return numbers.findIndex((number, at) => number - step * rows[at]! === value);
}

function sum(start: number, step: number, place: string): string {
  const factor = Math.abs(step) === 1 ? place : `${Math.abs(step)}*${place}`;
  if (step < 0) return `${start} - ${factor}`;
  return start === 0 ? factor : `${start} + ${factor}`;
}

function shifted(shift: number): string {
  return shift === 0 ? 'i' : `(i + ${shift})`;
}

/** Counts up (or down) and starts again: `lowest + step * ((i + shift) mod size)`. */
function wheel(numbers: readonly number[], rows: readonly number[], step: number): readonly string[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const number of numbers) {
    if (number < low) low = number;
    if (number > high) high = number;
  }
  const first = numbers.find((number) => !Number.isNaN(number))!;
  const size = (high - low) / Math.abs(step) + 1;
  if (!Number.isInteger(size) || size < 2 || size > rows.length) return [];
  const start = step > 0 ? low : high;
  const shift = ((((first - start) / step - rows[0]!) % size) + size) % size;
  if (!Number.isInteger(shift)) return [];
  const turn = `${shifted(shift)} mod ${size}`;
  return [start === 0 && step === 1 ? turn : sum(start, step, `(${turn})`)];
}

/** The same for some rows, then one step on: `start + step * floor((i + shift) / width)`. */
function stairs(numbers: readonly number[], rows: readonly number[]): readonly string[] {
  const edges: number[] = [];
  const rises: number[] = [];
  for (let at = 1; at < numbers.length; at++) {
    if (numbers[at] === numbers[at - 1]) continue;
    edges.push(rows[at]!);
    rises.push(numbers[at]! - numbers[at - 1]!);
  }
  if (edges.length === 0) return [];
  const { value: step } = mode(rises);
  const { value: width } =
    edges.length === 1 ? { value: edges[0]! } : mode(edges.slice(1).map((edge, at) => edge - edges[at]!));
  if (!(width > 1) || !Number.isInteger(step)) return [];
  const shift = (width - (edges[0]! % width)) % width;
  // Fewer steps than this look like stairs by chance.
  if (edges.length < (shift === 0 ? 2 : 3)) return [];
  const start = numbers[0]! - step * Math.floor((rows[0]! + shift) / width);
  return Number.isNaN(start) ? [] : [sum(start, step, `floor(${shifted(shift)} / ${width})`)];
}
