/**
 * The lossless form of markup: what stands again and again between texts and addresses (tags, blank lines, the first
 * part of addresses) is named by a sign and a letter, said once above. Texts stand whole and in their order.
 */
import type { Deadline } from '../../core/deadline.ts';

const SIGNS = '§¤¶†‡°';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const MIN_LENGTH = 8;
const MIN_COUNT = 3;
/** A letter and its line above cost this much. */
const CODE_LENGTH = 2;
const LINE_LENGTH = 10;
const PIECES_PER_CHECK = 2048;
const MAX_SOURCE = 8_000_000;
const MAX_FORM_LINE = 20_000;

/** What differs from one element to the next: text between tags, and values that are not of style. */
const VARIABLE =
  />([^<]+)(?=<)|\b(?!class|style|type|rel|role|target|method|xmlns)[\w:.-]{1,40}=(?:"([^"<>]*)"|'([^'<>]*)')/g;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the variable parts of a text stand. The folders of an address are no part of what varies. */
function variableSpans(text: string, deadline: Deadline): readonly Span[] {
  const spans: Span[] = [];
  const pattern = new RegExp(VARIABLE.source, 'g');
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (spans.length % PIECES_PER_CHECK === 0) deadline.check();
    const within = match[1] ?? match[2] ?? match[3]!;
    const value = within.trim();
    if (value === '') continue;
    const isText = match[1] !== undefined;
    const start =
      match.index + (isText ? 1 : match[0].length - 1 - within.length) + (within.length - within.trimStart().length);
    const folders = isText ? 0 : value.lastIndexOf('/', value.length - 2) + 1;
    spans.push({ start: start + folders, end: start + value.length });
  }
  return spans;
}

/** The letters of the pieces that are worth one. */
function nameRepeated(pieces: readonly string[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const piece of pieces) if (piece.length >= MIN_LENGTH) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const saving = ([piece, count]: readonly [string, number]): number =>
    count * (piece.length - CODE_LENGTH) - JSON.stringify(piece).length - LINE_LENGTH;
  const best = [...counts]
    .filter((one) => one[1] >= MIN_COUNT && saving(one) > 0)
    .sort((a, b) => saving(b) - saving(a));
  return new Map(best.slice(0, LETTERS.length).map(([piece], i) => [piece, LETTERS[i]!]));
}

function headFor(sign: string, names: number, length: number): string {
  return `[headroom: markup of ${length} characters; ${sign} and a letter is one of these ${names} pieces, the text follows them]`;
}

const HEAD =
  /^\[headroom: markup of (\d{1,8}) characters; (.) and a letter is one of these (\d{1,2}) pieces, the text follows them\]$/u;

/** Undefined when there is no sign to name anything by, or nothing worth it. */
export function writePieces(text: string, deadline: Deadline): string | undefined {
  const sign = Array.from(SIGNS).find((one) => !text.includes(one));
  if (sign === undefined || text.length > MAX_SOURCE) return undefined;
  const spans = variableSpans(text, deadline);
  const glue: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    glue.push(text.slice(at, start));
    at = end;
  }
  glue.push(text.slice(at));
  const names = nameRepeated(glue);
  if (names.size === 0) return undefined;
  const out: string[] = [];
  for (const [i, piece] of glue.entries()) {
    if (i % PIECES_PER_CHECK === 0) deadline.check();
    const name = piece.length < MIN_LENGTH ? undefined : names.get(piece);
    out.push(name === undefined ? piece : sign + name);
    const span = spans[i];
    if (span) out.push(text.slice(span.start, span.end));
  }
  const legend = [...names].map(([piece, letter]) => `${sign}${letter} ${JSON.stringify(piece)}`);
  return [headFor(sign, names.size, text.length), ...legend, out.join('')].join('\n');
}

function readLegend(lines: readonly string[], sign: string): ReadonlyMap<string, string> | undefined {
  const names = new Map<string, string>();
  for (const line of lines) {
    if (line.length > MAX_FORM_LINE || line.slice(0, sign.length) !== sign || line[sign.length + 1] !== ' ')
      return undefined;
    try {
      names.set(line[sign.length]!, String(JSON.parse(line.slice(sign.length + 2))));
    } catch {
      return undefined;
    }
  }
  return names;
}

/** The source; undefined when the text is no such form or a damaged one. */
export function readPieces(text: string): string | undefined {
  const headEnd = text.indexOf('\n');
  const head = headEnd < 0 || headEnd > MAX_FORM_LINE ? null : HEAD.exec(text.slice(0, headEnd));
  if (!head) return undefined;
  const [, length, sign = '', count] = head;
  let at = headEnd + 1;
  const lines: string[] = [];
  for (let i = 0; i < Number(count); i++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return undefined;
    lines.push(text.slice(at, end));
    at = end + 1;
  }
  const names = readLegend(lines, sign);
  if (!names) return undefined;
  return join(text.slice(at).split(sign), names, Number(length));
}

/** The pieces in place of their names, if that is as long as was said. */
function join(
  [first = '', ...rest]: readonly string[],
  names: ReadonlyMap<string, string>,
  length: number,
): string | undefined {
  let total = first.length;
  for (const part of rest) {
    const piece = names.get(part[0] ?? '');
    if (piece === undefined) return undefined;
    total += piece.length + part.length - 1;
    if (total > MAX_SOURCE) return undefined;
  }
  if (total !== length) return undefined;
  return first + rest.map((part) => names.get(part[0]!)! + part.slice(1)).join('');
}
