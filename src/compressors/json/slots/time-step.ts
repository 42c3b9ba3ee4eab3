/** Points in time at one distance from each other: `2024-01-15T10:00:00Z + i * 60 s`. */
import { type SlotForm, type SlotReader, hasThird, mode } from './slot.ts';

const STAMP = /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:([.,])(\d{3})(000)?)?(Z|[+-]\d\d:?\d\d)?$/;
const WORDING = /^(\d{4}-\S+(?: \d\d:\S+)?) \+ i \* (\d+(?:\.\d+)?) s$/;
const LAST = Date.UTC(9999, 11, 31);

export const timeStep: SlotForm = {
  name: 'time-step',
  guess(texts, rows) {
    if (!STAMP.test(texts[0]!)) return [];
    const times = texts.map(timeOf);
    const steps: number[] = [];
    for (let at = 1; at < times.length; at++) steps.push((times[at]! - times[at - 1]!) / (rows[at]! - rows[at - 1]!));
    if (!hasThird(steps)) return [];
    const { value: step, count } = mode(steps);
    if (!(step > 0) || !Number.isInteger(step) || count * 2 < steps.length) return [];
    const at = steps.indexOf(step);
    const start = written(times[at]! - step * rows[at]!, texts[at]!);
    return start === undefined ? [] : [`${start} + i * ${step / 1000} s`];
  },
  read(wording): SlotReader | undefined {
    const match = WORDING.exec(wording);
    if (!match) return undefined;
    const start = match[1]!;
    const time = timeOf(start);
    const step = Math.round(Number(match[2]) * 1000);
    if (Number.isNaN(time)) return undefined;
    return (row) => written(time + step * row, start) ?? '';
  },
};

/** Milliseconds of the stamp's own clock; NaN for anything else. The ends of months are left to the slower parser. */
function timeOf(stamp: string): number {
  const match = STAMP.exec(stamp);
  if (!match) return Number.NaN;
  const part = (at: number): number => (stamp.charCodeAt(at) - 0x30) * 10 + stamp.charCodeAt(at + 1) - 0x30;
  const year = part(0) * 100 + part(2);
  const [month, day, hour, minute, second] = [part(5), part(8), part(11), part(14), part(17)];
  const isPlain = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (isPlain && hour <= 23 && minute <= 59 && second <= 59) {
    return Date.UTC(year, month - 1, day, hour, minute, second) + Number(match[5] ?? 0);
  }
  return Date.parse(`${match[1]}T${match[3]}.${match[5] ?? '000'}Z`);
}

/** A time in the spelling of a like stamp. */
function written(time: number, like: string): string | undefined {
  const match = STAMP.exec(like);
  if (!match || !(time >= 0) || time > LAST) return undefined;
  const iso = new Date(time).toISOString();
  const fraction = match[4] === undefined ? '' : `${match[4]}${iso.slice(20, 23)}${match[6] ?? ''}`;
  return `${iso.slice(0, 10)}${match[2]}${iso.slice(11, 19)}${fraction}${match[7] ?? ''}`;
}
