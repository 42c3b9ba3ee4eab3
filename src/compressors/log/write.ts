/** Writes the lossless form: head, templates, then each line by its template or as it stands. */
import type { Deadline } from '../../core/deadline.ts';
import type { Line, Mined } from './mine.ts';
import { planLines } from './plan.ts';
import type { CodedLine, Plan } from './plan.ts';
import { chooseMarks, ESCAPE, HEADING, isAmbiguous, MAX_LINES, writeCount, writeHead } from './spell.ts';
import { cutSeconds, cutTime } from './time.ts';

const LINES_PER_CHECK = 512;
/** Shorter runs of equal lines are written out; those that one code says, longer ones too. */
const MIN_RUN = 3;
const MIN_PLAIN_RUN = 8;
/** Codes in one line of the form. */
const MAX_JOINED = 24;

/** Undefined when nothing in the text can be said by templates. */
export function writeForm(text: string, mined: Mined, deadline: Deadline): string | undefined {
  const marks = chooseMarks(text);
  if (!marks || mined.lines.length > MAX_LINES) return undefined;
  const plan = planLines(mined, marks, deadline);
  if (plan.coded.length === 0) return undefined;
  const body = new Body(plan, chooseCut(mined.lines, plan, deadline));
  const { lines } = mined;
  for (let at = 0; at < lines.length; ) {
    if (body.out.length % LINES_PER_CHECK === 0) deadline.check();
    const end = runEnd(lines, at);
    if (end - at >= (plan.said[at]?.coded.isPlain ? MIN_PLAIN_RUN : MIN_RUN)) body.addRun(lines[at]!, end - at);
    else for (let i = at; i < end; i++) body.add(lines[i]!);
    at = end;
  }
  const head = writeHead({
    lines: lines.length,
    templates: plan.coded.length,
    values: plan.values.size,
    marks,
    hasTimes: plan.coded.some(({ hasTime }) => hasTime),
    hasReferences: plan.hasReferences,
    hasJoined: body.hasJoined,
    hasEscapes: body.hasEscapes,
  });
  const templates = plan.coded.map(({ code, spelled }) => `${code}=${spelled}`);
  const values = Array.from(plan.values, ([value, number]) => `${number}=${value}`);
  return [head, ...templates, ...values, ...body.out].join('\n');
}

function runEnd(lines: readonly Line[], start: number): number {
  const { text } = lines[start]!;
  let end = start + 1;
  while (end < lines.length && lines[end]!.text === text) end++;
  return end;
}

type Cut = (time: string) => number | undefined;

const CUTS: readonly Cut[] = [
  (time) => cutTime(time, 0),
  cutSeconds,
  ...[1, 2, 3].map(
    (depth): Cut =>
      (time) =>
        cutTime(time, depth),
  ),
];

/** The cut whose headings and own parts cost least over all coded lines. */
function chooseCut(lines: readonly Line[], plan: Plan, deadline: Deadline): Cut {
  const times: string[] = [];
  for (const { index, time } of lines) {
    if (index % LINES_PER_CHECK === 0) deadline.check();
    if (time !== undefined && plan.said[index] && time !== times.at(-1)) times.push(time);
  }
  let best = CUTS[0]!;
  let bestCost = Infinity;
  for (const cut of CUTS) {
    deadline.check();
    const cost = costOf(cut, times);
    if (cost < bestCost) [best, bestCost] = [cut, cost];
  }
  return best;
}

/** Tokens, roughly, of all times as this cut says them. */
function costOf(cut: Cut, times: readonly string[]): number {
  let cost = 0;
  let shared = '';
  for (const time of times) {
    const at = cut(time);
    if (at === undefined) return Infinity;
    if (at !== shared.length || !time.startsWith(shared)) {
      shared = time.slice(0, at);
      cost += 2 + at / 2;
    }
    if (at < time.length) cost += 1 + (time.length - at) / 2;
  }
  return cost;
}

/** The lines of the form, and what they take for granted of the lines before. */
class Body {
  readonly out: string[] = [];
  hasJoined = false;
  hasEscapes = false;
  readonly #plan: Plan;
  readonly #cut: Cut;
  readonly #codes: ReadonlySet<string>;
  #heading = '';
  #time: string | undefined;
  /** Codes in the last line, when it may take more. */
  #joined = 0;

  constructor(plan: Plan, cut: Cut) {
    this.#plan = plan;
    this.#cut = cut;
    this.#codes = new Set(plan.coded.map(({ code }) => code));
  }

  add(line: Line): void {
    const said = this.#plan.said[line.index];
    if (said) this.#addCoded(said, line.time);
    else this.#addVerbatim(line.text);
  }

  addRun(line: Line, times: number): void {
    this.#joined = 0;
    this.add(line);
    this.out.push(writeCount(times));
    this.#joined = 0;
  }

  /** Lines that a code alone says stand in one row, as long as the time is the same. */
  #addCoded({ said, coded }: CodedLine, time: string | undefined): void {
    const saysTime = coded.hasTime ? this.#sayTime(time!) : '';
    const isJoined = coded.isPlain && this.#joined > 0 && this.#joined < MAX_JOINED && saysTime === '';
    if (isJoined) {
      this.out[this.out.length - 1] += ` ${said}`;
      this.#joined++;
      this.hasJoined = true;
    } else {
      this.out.push(saysTime + said);
      this.#joined = coded.isPlain ? 1 : 0;
    }
  }

  /** What stands before the line; a heading of its own when its time begins otherwise. */
  #sayTime(time: string): string {
    if (time === this.#time) return '';
    this.#time = time;
    const at = this.#cut(time)!;
    const heading = time.slice(0, at);
    // After a line that stands as it is, the whole time is told again: nothing may seem to be that line's.
    if (heading !== this.#heading || at === time.length) {
      this.out.push(HEADING + heading);
      this.#joined = 0;
    }
    this.#heading = heading;
    return at === time.length ? '' : `${time.slice(at)} `;
  }

  #addVerbatim(text: string): void {
    this.#joined = 0;
    const needsEscape = isAmbiguous(text, (code) => this.#codes.has(code));
    this.hasEscapes ||= needsEscape;
    this.out.push(needsEscape ? ESCAPE + text : text);
    if (text !== '') this.#time = undefined;
  }
}
