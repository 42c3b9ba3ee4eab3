/** What was saved, in the metadata of a run: LangSmith and other tracers show it beside the program's own. */
import { ensureConfig } from '@langchain/core/runnables';
import type { Figures } from '../../sdk/results.ts';
import type { Options } from './types.ts';

export function metadataOf(said: readonly (Figures | undefined)[]): Record<string, unknown> | undefined {
  const figures = said.flatMap((one) => (one && one.tokensBefore > 0 ? [one] : []));
  if (figures.length === 0) return undefined;
  const total = (count: (one: Figures) => number): number => figures.reduce((sum, one) => sum + count(one), 0);
  return {
    'headroom.tokens_before': total(({ tokensBefore }) => tokensBefore),
    'headroom.tokens_after': total(({ tokensAfter }) => tokensAfter),
    'headroom.tokens_saved': total(({ tokensSaved }) => tokensSaved),
    'headroom.transforms_applied': [...new Set(figures.flatMap(({ transformsApplied }) => transformsApplied))],
  };
}

/** Whatever the program says, or the run around it, stays as it is. */
export function withMetadata(
  options: Options | undefined,
  ours: Record<string, unknown> | undefined,
): Options | undefined {
  if (!ours) return options;
  const { metadata, configurable } = (options ?? {}) as { metadata?: Record<string, unknown>; configurable?: object };
  const around = ensureConfig({ ...(metadata && { metadata }), ...(configurable && { configurable }) });
  return { ...options, metadata: { ...ours, ...around.metadata } };
}
