/** What a test printed, as far as it speaks of trouble: the first line of each kind, with the stack trace under it. */

const TROUBLE = /\b(?:warn(?:ing)?|error|fatal|severe|fail(?:ed|ure)?|panic|critical|exception)\b|Exception\b|Error\b/i;
const TRACE = /^(?:\s+at |\s+\.\.\. \d|Caused by: |\s+Suppressed: )/;
const MAX_LINE = 2000;

export interface Printed {
  readonly kept: readonly string[];
  /** All lines that say anything. */
  readonly count: number;
}

export function pickTrouble(text: string): Printed {
  const kept: string[] = [];
  const seen = new Set<string>();
  let count = 0;
  let isIn = false;
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line === ']]>') continue;
    count++;
    const start = line.slice(0, MAX_LINE);
    if (!TRACE.test(start)) {
      const kind = start.replaceAll(/\d+/g, '0');
      isIn = TROUBLE.test(start) && !seen.has(kind);
      if (isIn) seen.add(kind);
    }
    if (isIn) kept.push(line);
  }
  return { kept, count };
}
