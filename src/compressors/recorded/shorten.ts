/** Strings and lines by their beginning and how much is left out. */

const FAILS = /\b(?:error|failed|failure|exception|panic|traceback|fatal)\b/i;
const BEFORE_FAILURE = 40;
/** Cutting off less is not worth a note. */
const MIN_CUT = 12;

/** The beginning of a long string, and the place further on where it first tells of a failure. */
export function shortenedString(raw: string, limit: number): string {
  if (raw.length <= limit + MIN_CUT) return `"${raw}"`;
  const failure = raw.slice(limit).search(FAILS);
  const kept = withoutHalves(raw.slice(0, limit));
  if (failure < 0) return `"${kept}"+${raw.length - kept.length}`;
  const start = Math.max(limit, limit + failure - BEFORE_FAILURE);
  const excerpt = withoutHalves(raw.slice(start, start + limit));
  return `"${kept}"…"${excerpt}"+${raw.length - kept.length - excerpt.length}`;
}

export function shortenedLine(line: string, limit: number): string {
  if (line.length <= limit + MIN_CUT) return line;
  const kept = withoutHalves(line.slice(0, limit));
  return `${kept} (+${line.length - kept.length} characters)`;
}

/** An escape of four digits lacks at most the last of them. */
const MAX_HALF_ESCAPE = 5;

/** Without half a character or half an escape at the end. */
function withoutHalves(kept: string): string {
  const mayBreak = kept.indexOf('\\', kept.length - MAX_HALF_ESCAPE) >= 0;
  const whole = mayBreak ? kept.replace(/(?<!\\)((?:\\\\)*)\\(?:u[0-9a-f]{0,3})?$/i, '$1') : kept;
  const last = whole.charCodeAt(whole.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? whole.slice(0, -1) : whole;
}
