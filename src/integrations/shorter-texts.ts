/** Shorter texts in the places of those that they stand for. */
import { findMarkers } from '../core/marker.ts';

export type IsKept = (text: unknown) => text is string;

/** @param mayView false: where a view was sent before, its original goes out, because nobody could fetch it. */
export function keptWhere(mayView: boolean): IsKept {
  return (text): text is string => typeof text === 'string' && (mayView || findMarkers(text).length === 0);
}

/**
 * The very list where no text is shorter.
 * @param textOf undefined for what is no text.
 * @param shorter one for each text, in their order.
 */
export function withTexts<Block extends object>(
  blocks: readonly Block[],
  textOf: (block: Block) => string | undefined,
  shorter: readonly unknown[],
  isKept: IsKept,
): readonly Block[] {
  let at = 0;
  const next = blocks.map((block) => {
    const text = textOf(block);
    const instead = text === undefined ? undefined : shorter[at++];
    return instead !== text && isKept(instead) ? { ...block, text: instead } : block;
  });
  return next.every((block, index) => block === blocks[index]) ? blocks : next;
}
