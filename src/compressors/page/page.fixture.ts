/** The page compressor as its tests ask it, and names that a form could take for its own signs. */
import type { Compressed, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { pageCompressor } from './page.ts';

export function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  return pageCompressor.compress(text, { level, call, tokens: o200k, deadline: NO_DEADLINE });
}

export function claim(text: string): number {
  return pageCompressor.claim(new Sample(text));
}

export const NAMES_TO_ESCAPE: readonly string[] = [
  'Save',
  'a b',
  '=',
  '~',
  '12:30',
  'x|y',
  '{1}',
  'ü 名',
  '',
  '-',
  ': ',
];
