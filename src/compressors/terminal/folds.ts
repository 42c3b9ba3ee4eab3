/** What repeats: `[the line above 57 times]`, `[the 3 lines above 20 times]`, a rule of 2000 signs as `=[×2000]`. Lossless. */
import type { Deadline } from '../../core/deadline.ts';

const MAX_PERIOD = 6;
const MIN_TIMES = 3;
const MIN_SAVED = 30;
const LINES_PER_CHECK = 1024;
const FOLD = /^\[the (?:line|([2-6]) lines) above (\d{1,7}) times\]$/;
const LIKE_FOLD = /^\[the .* above \d+ times\]$/m;
/** A damaged form must not blow up. */
const MAX_CHARS = 1 << 24;

export interface Folded {
  readonly lines: readonly string[];
  /** How many lines are left out. */
  readonly folded: number;
}

export function foldLines(lines: readonly string[], deadline: Deadline): Folded {
  const out: string[] = [];
  let folded = 0;
  const same = runsOf(lines, deadline);
  if (!same) return { lines, folded };
  for (let at = 0; at < lines.length; ) {
    if (at % LINES_PER_CHECK === 0) deadline.check();
    const cycle = cycleAt(lines, same, at);
    if (!cycle) {
      out.push(lines[at]!);
      at++;
      continue;
    }
    const { period, times } = cycle;
    for (let i = 0; i < period; i++) out.push(lines[at + i]!);
    out.push(`[the ${period === 1 ? 'line' : `${period} lines`} above ${times} times]`);
    folded += period * (times - 1);
    at += period * times;
  }
  return { lines: out, folded };
}

/** For each period and line, how many lines from here on equal those one period later; undefined when no two are equal. */
function runsOf(lines: readonly string[], deadline: Deadline): readonly Uint32Array[] | undefined {
  const ids = new Map<string, number>();
  const numbers = Uint32Array.from(lines, (line) => {
    const known = ids.get(line);
    if (known !== undefined) return known;
    ids.set(line, ids.size);
    return ids.size - 1;
  });
  if (ids.size === lines.length) return undefined;
  return Array.from({ length: MAX_PERIOD }, (_, i) => {
    deadline.check();
    const run = new Uint32Array(lines.length + 1);
    for (let at = lines.length - 2 - i; at >= 0; at--)
      run[at] = numbers[at] === numbers[at + i + 1] ? run[at + 1]! + 1 : 0;
    return run;
  });
}

function cycleAt(
  lines: readonly string[],
  same: readonly Uint32Array[],
  at: number,
): { period: number; times: number } | undefined {
  for (let period = 1; period <= MAX_PERIOD; period++) {
    const times = Math.floor(same[period - 1]![at]! / period) + 1;
    if (times < MIN_TIMES) continue;
    let chars = 0;
    for (let i = 0; i < period; i++) chars += lines[at + i]!.length + 1;
    if (chars * (times - 1) >= MIN_SAVED) return { period, times };
  }
  return undefined;
}

export function hasFolds(text: string): boolean {
  return text.includes(' above ') && LIKE_FOLD.test(text);
}

/** Undefined when there is less above a note than it repeats. */
export function unfoldLines(lines: readonly string[]): readonly string[] | undefined {
  const out: string[] = [];
  let chars = 0;
  for (const line of lines) {
    const match = FOLD.exec(line);
    if (!match) {
      out.push(line);
      chars += line.length + 1;
      continue;
    }
    const period = Number(match[1] ?? 1);
    if (period > out.length) return undefined;
    const cycle = out.slice(out.length - period);
    const more = cycle.reduce((sum, one) => sum + one.length + 1, 0) * Number(match[2]);
    if ((chars += more) > MAX_CHARS) return undefined;
    for (let i = 1; i < Number(match[2]); i++) out.push(...cycle);
  }
  return out;
}

const RULE = /([^\w\s])\1{99,}/g;
const FOLDED_RULE = /([^\w\s])\[×(\d{1,7})\]/g;
const RULE_MARK = '[×';

const RULE_CHARS = 100;
const SIGN = /[^\w\s]/;

/** Whether one sign stands so often in a row: then it stands at one of the places looked at and beside it. */
export function hasRule(text: string, chars: number): boolean {
  const step = chars >> 1;
  for (let at = step; at < text.length; at += step) {
    const code = text.charCodeAt(at);
    if (code !== text.charCodeAt(at - 1)) continue;
    let start = at - 1;
    while (start > 0 && text.charCodeAt(start - 1) === code) start--;
    let end = at + 1;
    while (end < text.length && text.charCodeAt(end) === code) end++;
    if (end - start >= chars && SIGN.test(text[at]!)) return true;
    at = Math.max(at, end - step);
  }
  return false;
}

/** Undefined when there is no rule to fold, or the text looks as if one had been. */
export function foldRules(text: string): string | undefined {
  if (!hasRule(text, RULE_CHARS) || text.includes(RULE_MARK)) return undefined;
  return text.replaceAll(RULE, (rule: string, sign: string) => `${sign}${RULE_MARK}${rule.length}]`);
}

export function unfoldRules(text: string): string | undefined {
  let chars = 0;
  for (const [, , times] of text.matchAll(FOLDED_RULE)) if ((chars += Number(times)) > MAX_CHARS) return undefined;
  return text.replaceAll(FOLDED_RULE, (_, sign: string, times: string) => sign.repeat(Number(times)));
}
