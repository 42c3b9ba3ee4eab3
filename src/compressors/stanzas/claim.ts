/** How surely a text is made of stanzas that are alike: what says itself to be a plan or a description, or shows it by its keys. */
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Sample } from '../../core/sample.ts';
import { outlineOf, readEntry } from './outline.ts';
import { reducerFor } from './reducers.ts';
import { findShapes } from './shapes.ts';

const CERTAIN = 0.9;
const LIKELY = 0.6;
const LOOKED_AT_CHARS = 16_000;
const MIN_LINES = 8;
const MIN_KEYED_SHARE = 0.5;
/** Of the characters looked at. */
const MIN_SAVING_SHARE = 0.3;
const JSON_LIKE = /^\s*(?:\{|\[\s*(?:[[{"\]]|$))/;

export function claimFor(sample: Sample): number {
  const { text, head } = sample;
  if (reducerFor(text)) return CERTAIN;
  const filled = head.filter((line) => line.trim() !== '');
  const keyed = filled.filter((line) => readEntry(line).isKeyed).length;
  if (filled.length < MIN_LINES || keyed < filled.length * MIN_KEYED_SHARE || JSON_LIKE.test(text)) return 0;
  const lines = text.slice(0, LOOKED_AT_CHARS).split(/\r?\n/);
  if (text.length > LOOKED_AT_CHARS) lines.pop();
  const saving = findShapes(outlineOf(lines, NO_DEADLINE), NO_DEADLINE)?.saving ?? 0;
  return saving >= Math.min(text.length, LOOKED_AT_CHARS) * MIN_SAVING_SHARE ? LIKELY : 0;
}
