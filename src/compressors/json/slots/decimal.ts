/** Decimals that grow or shrink by one step: exactly (`0.95 - 0.005*i`) or as a program's floating point numbers do. */
import { type SlotForm, type SlotReader, hasThird, mode } from './slot.ts';

const WORDING = /^(-?\d+(?:\.\d+)?) ([+-]) (\d+(?:\.\d+)?)\*i(?:, (floating point)|, (\d+) decimals)?$/;
const DECIMAL = /^-?\d{1,9}(?:\.\d{1,17})?$/;
const MAX_PLACES = 6;

export const decimal: SlotForm = {
  name: 'decimal',
  guess(texts, rows) {
    const longest = longestFraction(texts);
    if (longest === 0) return [];
    const exact = longest <= MAX_PLACES;
    const scale = 10 ** Math.min(longest, MAX_PLACES);
    const units = texts.map((text) => Math.round(Number(text) * scale));
    const steps: number[] = [];
    for (let at = 1; at < units.length; at++) {
      steps.push((units[at]! - units[at - 1]!) / (rows[at]! - rows[at - 1]!));
    }
    if (!hasThird(steps)) return [];
    const { value: step, count } = mode(steps);
    if (step === 0 || !Number.isInteger(step) || count * 3 < steps.length) return [];
    const at = steps.indexOf(step);
    const start = spell(units[at]! - step * rows[at]!, scale, 0);
    const wording = `${start} ${step < 0 ? '-' : '+'} ${spell(Math.abs(step), scale, 0)}*i`;
    if (!exact) return [`${wording}, floating point`];
    const isFixed = texts.some((text) => /\.\d*0$/.test(text));
    return isFixed ? [`${wording}, ${longest} decimals`] : [wording, `${wording}, floating point`];
  },
  read(wording): SlotReader | undefined {
    const match = WORDING.exec(wording);
    if (!match) return undefined;
    const [, first, sign, second, floating, decimals] = match;
    if (floating) {
      const start = Number(first);
      const step = Number(second);
      return (row) => String(sign === '-' ? start - step * row : start + step * row);
    }
    const places = Math.max(decimalsOf(first!), decimalsOf(second!));
    const scale = 10 ** places;
    const start = Math.round(Number(first) * scale);
    const step = Math.round(Number(second) * scale) * (sign === '-' ? -1 : 1);
    return (row) => spell(start + step * row, scale, Number(decimals ?? 0));
  },
};

/** The most decimals of a text; 0 when there are none, or when a text is no decimal number. */
function longestFraction(texts: readonly string[]): number {
  let longest = 0;
  if (!DECIMAL.test(texts[0]!) || !texts.some((text) => text.includes('.'))) return 0;
  for (const text of texts) {
    if (!DECIMAL.test(text)) return 0;
    const point = text.indexOf('.');
    if (point >= 0) longest = Math.max(longest, text.length - point - 1);
  }
  return longest;
}

function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

/** @param decimals at least this many places; otherwise no zeros at the end. */
function spell(units: number, scale: number, decimals: number): string {
  const digits = String(Math.abs(units)).padStart(String(scale).length, '0');
  const places = String(scale).length - 1;
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits
    .slice(digits.length - places)
    .replace(/0+$/, '')
    .padEnd(decimals, '0');
  return `${units < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
