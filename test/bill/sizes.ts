/** Texts that say their own size, so that a case can be added up by hand: `#600` counts 600 tokens, all other words nothing. */
import type { Usage } from '../../bench/bill/usage.ts';
import type { JsonMap } from '../../bench/bill/wording.ts';

export function said(text: string): number {
  return Array.from(text.matchAll(/#(\d+)/g), ([, tokens]) => Number(tokens)).reduce((sum, tokens) => sum + tokens, 0);
}

export const MARK: JsonMap = { cache_control: { type: 'ephemeral' } };
export const HOUR_MARK: JsonMap = { cache_control: { type: 'ephemeral', ttl: '1h' } };

export function text(words: string, mark: JsonMap = {}): JsonMap {
  return { type: 'text', text: words, ...mark };
}

export function user(...content: readonly JsonMap[]): JsonMap {
  return { role: 'user', content };
}

export function assistant(...content: readonly JsonMap[]): JsonMap {
  return { role: 'assistant', content };
}

export function usage(classes: Partial<Usage>): Usage {
  return { uncached: 0, write5m: 0, write1h: 0, read: 0, ...classes };
}

export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
