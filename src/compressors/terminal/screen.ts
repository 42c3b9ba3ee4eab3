/** What a person saw in the end: colours gone, overwritten lines in their last state, with counts of what is left out. */
import type { Deadline } from '../../core/deadline.ts';
import { CONTROL, findControls } from './controls.ts';

const LINES_PER_CHECK = 256;
/** A state that tells of a failure stays, even when another was written over it. */
const GRAVE = /\b(?:error|fail(?:ed|ure)?|fatal|warn(?:ing)?|exception|denied|refused|cannot|not found)\b/i;
const MAX_GRAVE = 200;
/** Lines without one, which are most, are as they stand. */
const MAY_CHANGE = /[\x1b\r\b]/;
const UP = /\x1b\[(\d{0,4})A/g;
const MAX_COMPARED = 2000;
/** Moves to the first column, with or without clearing what stands there. */
const HOME = /(?:\x1b\[1?G|\x1b\[2K)+/g;
const CLEAR = /\x1b\[[0-2]?K/;

export interface Seen {
  readonly lines: readonly string[];
  readonly codes: number;
  /** States of lines that others were written over. */
  readonly states: number;
  /** Empty lines beyond the first of each run. */
  readonly empty: number;
}

export function readScreen(text: string, deadline: Deadline): Seen {
  const rows: string[] = [];
  let codes = 0;
  let states = 0;
  let graves = 0;
  let row = 0;
  for (const [i, source] of text.split('\n').entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const line = source.endsWith('\r') ? source.slice(0, -1) : source;
    if (!MAY_CHANGE.test(line)) {
      if (row < rows.length && rows[row] !== '') states++;
      rows[row++] = line.trimEnd();
      continue;
    }
    row = Math.max(0, row - rowsUp(line));
    const frames = framesOf(line);
    for (const frame of frames.slice(0, -1)) {
      if (graves >= MAX_GRAVE || !GRAVE.test(frame)) continue;
      const plain = plainOf(frame).text.trim();
      const last = frames.at(-1)!;
      if (plain === '' || (last.length < MAX_COMPARED && last.includes(plain))) continue;
      rows.splice(row++, 0, plain);
      graves++;
    }
    states += Math.max(0, frames.filter((frame) => frame !== '').length - 1);
    if (row < rows.length && rows[row] !== '') states++;
    const { text: last, count } = plainOf(overlaid(frames));
    codes += count + frames.length - 1;
    rows[row] = last.trimEnd();
    row++;
  }
  const { lines, empty } = withoutRunsOfEmpty(rows);
  return { lines, codes, states, empty };
}

function rowsUp(line: string): number {
  if (!line.includes('A') || !line.includes('\x1b[')) return 0;
  let up = 0;
  for (const [, count] of line.matchAll(UP)) up += count === '' ? 1 : Number(count);
  return up;
}

/** The states of a line, one after the other. */
function framesOf(line: string): readonly string[] {
  if (!line.includes('\r') && !line.includes('\x1b[') && !line.includes('\b')) return [line];
  return line.replaceAll(HOME, '\r').split('\r');
}

/** The last state, and what it left standing of longer ones before. */
function overlaid(frames: readonly string[]): string {
  if (frames.length === 1) return frames[0]!;
  let shown = '';
  let width = 0;
  for (let i = frames.length - 1; i >= 0; i--) {
    const frame = frames[i]!;
    // Without its codes it is no longer.
    const plain = frame.length > width ? plainOf(frame).text : '';
    if (plain.length > width) {
      shown += plain.slice(width);
      width = plain.length;
    }
    if (CLEAR.test(frame)) break;
  }
  return shown;
}

function plainOf(text: string): { readonly text: string; readonly count: number } {
  const controls = findControls(text, CONTROL);
  let count = controls.length;
  let plain = '';
  let copied = 0;
  for (const { start, code } of controls) {
    plain += text.slice(copied, start);
    copied = start + code.length;
  }
  plain += text.slice(copied);
  if (plain.includes('\b')) {
    const before = plain.length;
    plain = backspaced(plain);
    count += Math.ceil((before - plain.length) / 2);
  }
  return { text: plain, count };
}

/** Each backspace takes back the character before it, so that bold and underlined text is text again. */
function backspaced(text: string): string {
  const kept: string[] = [];
  for (const character of text) {
    if (character !== '\b') kept.push(character);
    else kept.pop();
  }
  return kept.join('');
}

function withoutRunsOfEmpty(rows: readonly string[]): { readonly lines: readonly string[]; readonly empty: number } {
  const lines: string[] = [];
  for (const [i, row] of rows.entries()) {
    const isLast = i === rows.length - 1;
    if ((row ?? '') !== '' || isLast || (lines.length > 0 && lines.at(-1) !== '')) lines.push(row ?? '');
  }
  return { lines, empty: rows.length - lines.length };
}
