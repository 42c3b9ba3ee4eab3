/** Points in time at one distance from each other: `2024-01-15T10:00:00Z + i * 60 s`. */
import { type SlotForm, type SlotReader, hasThird, mode } from './slot.ts';

/** What stands behind the seconds. */
const TAIL = /^(?:([.,])(\d{3})(000)?)?(?:Z|[+-]\d\d:?\d\d)?$/;
/** From the year to the seconds. */
const CLOCK_CHARS = 19;
const WORDING = /^(\d{4}-\S+(?: \d\d:\S+)?) \+ i \* (\d+(?:\.\d+)?) s$/;
const LAST = Date.UTC(9999, 11, 31);
const DAY = 86_400_000;

export const timeStep: SlotForm = {
  name: 'time-step',
  guess(texts, rows) {
    if (!isStamp(texts[0]!)) return [];
    const times = texts.map(timeOf);
    const steps: number[] = [];
    for (let at = 1; at < times.length; at++) steps.push((times[at]! - times[at - 1]!) / (rows[at]! - rows[at - 1]!));
    if (!hasThird(steps)) return [];
    const { value: step, count } = mode(steps);
    if (!(step > 0) || !Number.isInteger(step) || count * 2 < steps.length) return [];
    const at = steps.indexOf(step);
    const start = writerLike(texts[at]!)(times[at]! - step * rows[at]!);
    return start === undefined ? [] : [`${start} + i * ${step / 1000} s`];
  },
  read(wording): SlotReader | undefined {
    const match = WORDING.exec(wording);
    if (!match) return undefined;
    const start = match[1]!;
    const time = timeOf(start);
    const step = Math.round(Number(match[2]) * 1000);
    if (Number.isNaN(time)) return undefined;
    const write = writerLike(start);
    return (row) => write(time + step * row) ?? '';
  },
};

function isStamp(text: string): boolean {
  return isClock(text) && TAIL.test(text.slice(CLOCK_CHARS));
}

/** Whether a date and a time stand at the start: digits, and between them the signs that belong there. */
function isClock(text: string): boolean {
  for (let at = 0; at < CLOCK_CHARS; at++) {
    const code = text.charCodeAt(at);
    if (at === 4 || at === 7) {
      if (code !== 0x2d) return false;
    } else if (at === 13 || at === 16) {
      if (code !== 0x3a) return false;
    } else if (at === 10) {
      if (code !== 0x54 && code !== 0x20) return false;
    } else if (!(code >= 0x30 && code <= 0x39)) return false;
  }
  return true;
}

/** Milliseconds of the stamp's own clock; NaN for anything else. The ends of months are left to the slower parser. */
function timeOf(stamp: string): number {
  if (!isClock(stamp)) return Number.NaN;
  const tail = stamp.slice(CLOCK_CHARS);
  const behind = tail === '' || tail === 'Z' ? undefined : TAIL.exec(tail);
  if (behind === null) return Number.NaN;
  const fraction = behind?.[2] ?? '000';
  const part = (at: number): number => (stamp.charCodeAt(at) - 0x30) * 10 + stamp.charCodeAt(at + 1) - 0x30;
  const year = part(0) * 100 + part(2);
  const [month, day, hour, minute, second] = [part(5), part(8), part(11), part(14), part(17)];
  const isPlain = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (isPlain && hour <= 23 && minute <= 59 && second <= 59) {
    return Date.UTC(year, month - 1, day, hour, minute, second) + Number(fraction);
  }
  return Date.parse(`${stamp.slice(0, 10)}T${stamp.slice(11, CLOCK_CHARS)}.${fraction}Z`);
}

/** Writes times in the spelling of a stamp. */
function writerLike(stamp: string): (time: number) => string | undefined {
  const tail = stamp.slice(CLOCK_CHARS);
  const behind = isClock(stamp) ? TAIL.exec(tail) : null;
  if (!behind) return () => undefined;
  const [, point = '', fraction = '', zeros = ''] = behind;
  const zone = tail.slice(point.length + fraction.length + zeros.length);
  let day = -1;
  let date = '';
  return (time) => {
    if (!(time >= 0) || time > LAST) return undefined;
    if (Math.floor(time / DAY) !== day) {
      day = Math.floor(time / DAY);
      date = new Date(time).toISOString().slice(0, 10) + stamp[10]!;
    }
    const ofDay = time - day * DAY;
    const clock = `${two(ofDay / 3_600_000)}:${two((ofDay / 60_000) % 60)}:${two((ofDay / 1000) % 60)}`;
    return `${date}${clock}${point === '' ? '' : point + String(ofDay % 1000).padStart(3, '0') + zeros}${zone}`;
  };
}

function two(number: number): string {
  const whole = Math.floor(number);
  return whole < 10 ? `0${whole}` : String(whole);
}
