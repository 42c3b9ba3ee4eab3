/** The form of texts that have parts: one line that says which kind the lines below are, part by part, then the parts. */
import type { Compressor } from '../../core/compressor.ts';

/** A part as it goes out: as it is, or the form of a kind. */
export interface Part {
  /** Undefined: as it is. */
  readonly kind: string | undefined;
  readonly text: string;
}

const AS_IS = 'as they are';
const PART = /^(\d{1,7}) (as they are|[a-z][a-z0-9-]{0,30})$/;
/** More parts are no text that a reader can follow. */
export const MAX_PARTS = 64;
const MAX_HEAD = 4000;

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** @param start how the first line begins: it says what the parts are of. */
export function writeParts(start: string, parts: readonly Part[]): string {
  const said = parts.map(({ kind, text }) => `${countLines(text)} ${kind ?? AS_IS}`);
  return `${start}${said.join(', ')}]\n${parts.map(({ text }) => text).join('\n')}`;
}

/** What the parts were; undefined when the text is no form that begins so, or when a part is none of its kind. */
export function expandParts(start: string, text: string, kinds: readonly Compressor[]): readonly string[] | undefined {
  const parts = readParts(start, text);
  if (!parts) return undefined;
  const expanded: string[] = [];
  for (const part of parts) {
    const own = part.kind === undefined ? part.text : kinds.find(({ name }) => name === part.kind)?.expand(part.text);
    if (own === undefined) return undefined;
    expanded.push(own);
  }
  return expanded;
}

/** Undefined when the text is no form that begins so: its parts must be all of its lines. */
function readParts(start: string, text: string): readonly Part[] | undefined {
  const end = text.indexOf(']\n');
  if (end < 0 || end > MAX_HEAD || !text.startsWith(start)) return undefined;
  const heads = text.slice(start.length, end).split(', ');
  if (heads.length > MAX_PARTS) return undefined;
  const parts: Part[] = [];
  let at = end + 2;
  for (const head of heads) {
    const match = PART.exec(head);
    if (!match || at > text.length) return undefined;
    const stop = endOfLines(text, at, Number(match[1]));
    if (stop === undefined) return undefined;
    parts.push({ kind: match[2] === AS_IS ? undefined : match[2], text: text.slice(at, stop) });
    at = stop + 1;
  }
  return at === text.length + 1 ? parts : undefined;
}

/** Where so many lines end, without the last line break. */
function endOfLines(text: string, start: number, lines: number): number | undefined {
  let at = start - 1;
  for (let line = 0; line < lines; line++) {
    if (at === text.length) return undefined;
    const next = text.indexOf('\n', at + 1);
    at = next < 0 ? text.length : next;
  }
  return lines === 0 ? undefined : at;
}
