/**
 * How the lines of a log begin, for its view: what all templates begin with (`[{time} 2005] `) is said once, and of each
 * time only what is its own.
 */
import type { Line, Template } from './mine.ts';
import type { LogRecord, RecordGroup } from './records.ts';
import { countSlots, fill, SLOT, TIME } from './shape.ts';

const CLOCK = /\d{1,2}:\d\d:\d\d/;
const OTHER_THAN_CLOCK = /[^\d:.,]/;

export class Opening {
  /** What is said of it at the top. */
  readonly said: string;
  /** So many slots of each shape are in it: they hold the same everywhere. */
  readonly slots: number;
  /** From the first line of the log to its last. */
  readonly #whole: string;
  /** How much of each time is not said. */
  readonly #unsaid: number;
  /** The shapes of all groups begin with it; it holds the time. Empty when there is none. */
  readonly #shape: string;
  readonly #values: readonly string[];

  constructor(lines: readonly Line[], groups: readonly RecordGroup[]) {
    const times = lines.map(({ time }) => time).filter((time) => time !== undefined);
    const unsaid = unsaidOf(times);
    this.#unsaid = typeof unsaid === 'number' ? unsaid : unsaid.length;
    this.#shape = sharedShape(groups);
    this.slots = countSlots(this.#shape);
    this.#values = this.slots === 0 ? [] : groups[0]!.records[0]!.line.values;
    this.#whole = this.#range(times[0], times.at(-1));
    this.said = times.length === 0 ? '' : this.#say(times, unsaid);
  }

  /** What stands before the first line of a group: from when to when, or what of that the line itself does not say. */
  timesOf({ records }: RecordGroup): string {
    const last = records.at(-1)!.line.time;
    if (this.#shape !== '') return this.#timesOf(records);
    return last === undefined ? '' : `to ${this.timeOf(last)}`;
  }

  /** The text with the times of a group before it, or in it where not all lines begin with one. */
  withTimes(text: string, { records }: RecordGroup): string {
    if (this.#shape === '')
      return text.replace(TIME, () => this.#range(records[0]!.line.time, records.at(-1)!.line.time));
    const times = this.#timesOf(records);
    return times === '' ? text : `${times} ${text}`;
  }

  timeOf(time: string): string {
    return time.slice(this.#unsaid);
  }

  get isSaid(): boolean {
    return this.#shape !== '';
  }

  restOf(shape: string): string {
    return shape.slice(this.#shape.length);
  }

  restOfLine({ text, time }: Line): string {
    return text.slice(fill(this.#shape, this.#values, time).length);
  }

  /** Nothing where they are those of the whole log. */
  #timesOf(records: readonly LogRecord[]): string {
    const range = this.#range(records[0]!.line.time, records.at(-1)!.line.time);
    return range === this.#whole ? '' : range;
  }

  #range(from = '', to = ''): string {
    const [first, last] = [this.timeOf(from), this.timeOf(to)];
    if (first === last) return first;
    return OTHER_THAN_CLOCK.test(first + last)
      ? `${first} to ${last}`
      : `${first}-${last.slice(sharedNumbers(first, last))}`;
  }

  #say(times: readonly string[], unsaid: string | number): string {
    const [first, last] = [times[0]!, times.at(-1)!];
    const day = typeof unsaid === 'string' ? unsaid : '';
    if (this.#shape !== '' && this.#shape.trimEnd() !== TIME)
      return ` like ${fill(this.#shape, this.#values, first)}… to ${last.slice(day.length)}`;
    const after = day === '' ? '' : `, times after "${day}"`;
    return `, ${first} to ${last}${after}`;
  }
}

/** How far both times are the same, up to a number that differs; the rest of the second tells the rest of it. */
function sharedNumbers(a: string, b: string): number {
  if (a.length !== b.length) return 0;
  let end = 0;
  while (a.charCodeAt(end) === b.charCodeAt(end)) end++;
  return /^.*[^\d]/.exec(a.slice(0, end))?.[0].length ?? 0;
}

/** Up to the last blank behind the time that all groups have in common before any value that differs. */
function sharedShape(groups: readonly RecordGroup[]): string {
  if (groups.length < 2) return '';
  let shared: string | undefined;
  for (const { template, records } of groups) {
    const shape = template ? untilOpen(template) : records[0]!.line.text;
    shared ??= shape;
    let end = 0;
    while (end < shared.length && shared.charCodeAt(end) === shape.charCodeAt(end)) end++;
    shared = shared.slice(0, end);
  }
  const before = untilValue(shared ?? '', groups);
  const time = before.indexOf(TIME);
  const blank = before.lastIndexOf(' ');
  return time < 0 || blank < time ? '' : before.slice(0, blank + 1);
}

/** What the view need not say of each time: what all begin with, or the day where the clock alone tells it. */
function unsaidOf(times: readonly string[]): string | number {
  const clock = times[0]?.search(CLOCK) ?? -1;
  if (clock > 0 && tellsByClock(times, clock)) return clock;
  let shared = times[0] ?? '';
  for (const time of times) {
    if (time.startsWith(shared)) continue;
    let end = 0;
    while (shared[end] === time[end]) end++;
    shared = shared.slice(0, end);
  }
  return /^.*[ T_-]/.exec(shared)?.[0] ?? '';
}

/** Whether the log ends on its second day, earlier by the clock than it began: then no two times look alike. */
function tellsByClock(times: readonly string[], clock: number): boolean {
  const first = times[0]!;
  const last = times.at(-1)!;
  const [one, two] = [first.slice(0, clock), last.slice(0, clock)];
  if (one === two || first.slice(clock) <= last.slice(clock)) return false;
  const change = times.findIndex((time) => !time.startsWith(one));
  return times.every((time, i) => time.startsWith(i < change ? one : two) && CLOCK.test(time.slice(clock)));
}

function untilValue(shape: string, groups: readonly RecordGroup[]): string {
  let slot = 0;
  for (let at = shape.indexOf(SLOT); at >= 0; at = shape.indexOf(SLOT, at + 1)) {
    if (!isConstant(slot++, groups)) return shape.slice(0, at);
  }
  return shape;
}

function isConstant(slot: number, groups: readonly RecordGroup[]): boolean {
  const value = groups[0]!.records[0]!.line.values[slot];
  return groups.every(({ records }) => records.every(({ line }) => line.values[slot] === value));
}

/** Before its first word that is a slot of its own, the slots of a template are those of its lines. */
function untilOpen({ shape, words }: Template): string {
  if (!words) return shape;
  const [first = []] = words.values();
  let at = 0;
  for (let word = first.findIndex(({ isOpen }) => isOpen); word > 0; word--) at = shape.indexOf(' ', at) + 1;
  return shape.slice(0, at);
}
