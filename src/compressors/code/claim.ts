/** How surely a text is code that has an outline: by its lines, with or without numbers before them. */
import type { Sample } from '../../core/sample.ts';
import { evidenceIn } from './evidence.ts';
import { readRuns } from './gutter.ts';
import { looksIndented } from './indented.ts';

/** Shorter texts need no outline. */
const MIN_CHARS = 1_200;
const WINDOW = 1_000;
const WINDOWS = 6;
const MIN_SHARE = 0.5;
/** In a listing with numbers, which is a file for certain. */
const MIN_SHARE_NUMBERED = 0.3;

/** Lines from all over the text: a file may begin with a page of comment. */
function windowsOf(text: string): readonly (readonly string[])[] {
  if (text.length <= WINDOWS * WINDOW) return [text.split('\n')];
  const step = (text.length - WINDOW) / (WINDOWS - 1);
  return Array.from({ length: WINDOWS }, (_, i) => {
    const start = Math.floor(i * step);
    const lines = text.slice(start, start + WINDOW).split('\n');
    return lines.slice(start > 0 ? 1 : 0, -1);
  });
}

export function claim({ text }: Sample): number {
  if (text.length < MIN_CHARS) return 0;
  const windows = windowsOf(text).map((lines) => readRuns(lines));
  const runs = windows.flat();
  const isNumbered = runs.every((run) => run.isNumbered);
  const least = isNumbered ? MIN_SHARE_NUMBERED : MIN_SHARE;
  const { language, share } = evidenceIn(
    runs.flatMap(({ lines }) => lines),
    least,
  );
  if (!language || share < least)
    // Numbered lines are a file for certain; a grammar is not needed to see what its functions hold.
    return isNumbered && looksIndented(runs.flatMap(({ lines }) => lines)) ? 1 : share / 4;
  return isNumbered ? 1 : 0.5 + share / 3;
}
