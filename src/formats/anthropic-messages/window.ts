/** The long window that models of 200,000 tokens have where it is asked for: by a header, in the body, or by the model's name. */
import type { HeaderList } from '../../core/backend.ts';
import { asArray, type JsonObject } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';

const LONG_TOKENS = 1_000_000;
const FEATURE = /\bcontext-1m-/;
const NAMED = /\[1m\]$/i;

export function windowFrom(headers: HeaderList): number | undefined {
  const isLong = headers.some(([name, value]) => name.toLowerCase() === 'anthropic-beta' && FEATURE.test(value));
  return isLong ? LONG_TOKENS : undefined;
}

export function windowIn({ model, anthropic_beta: features }: JsonObject): { windowTokens?: number } {
  const isLong = NAMED.test(textOf(model)) || asArray(features).some((feature) => FEATURE.test(textOf(feature)));
  return isLong ? { windowTokens: LONG_TOKENS } : {};
}
