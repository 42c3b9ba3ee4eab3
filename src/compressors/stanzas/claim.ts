/** How surely a text is made of stanzas that are alike: what says itself to be a plan or a description, or shows it by its keys. */
import { NO_DEADLINE } from '../../core/deadline.ts';
import { isAtLeast } from '../../core/enough.ts';
import type { Sample } from '../../core/sample.ts';
import { firstShapesOf } from './found.ts';
import { isKeyed } from './outline.ts';
import { reducerFor } from './reducers.ts';

export const CERTAIN = 0.9;
const LIKELY = 0.6;
const LOOKED_AT_CHARS = 16_000;
const MIN_LINES = 8;
const MIN_KEYED_SHARE = 0.4;
/** Of the characters looked at. */
const MIN_SAVING_SHARE = 0.3;
const JSON_LIKE = /^\s*(?:\{(?!:)|\[\s*(?:[["\]]|\{(?!:)|$))/;

export function claimFor(sample: Sample): number {
  const { text, filled } = sample;
  if (reducerFor(text)) return CERTAIN;
  if (filled.length < MIN_LINES || JSON_LIKE.test(text) || !isAtLeast(filled, MIN_KEYED_SHARE, isKeyed)) return 0;
  const looked = text.slice(0, LOOKED_AT_CHARS);
  const lines = looked.split(/\r?\n/);
  if (text.length > LOOKED_AT_CHARS) lines.pop();
  const saving = firstShapesOf(lines, NO_DEADLINE)?.saving ?? 0;
  return saving >= looked.length * MIN_SAVING_SHARE ? LIKELY : 0;
}
