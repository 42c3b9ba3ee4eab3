/**
 * What an image costs in tokens. Each rule is one line: how the provider says it fits the image and counts its patches or
 * tiles, with the numbers of each family of models. Checked against published examples and measured counts (images.test.ts).
 */
import type { ImageSize } from './image-size.ts';

/** What a request may ask for beside the image: OpenAI's `detail`, Gemini's `mediaResolution`. Lower case. */
export type ImageDetail = string | undefined;

interface ImageRule {
  readonly name: string;
  count(size: ImageSize, detail: ImageDetail): number;
}

/** Larger images are scaled down: first to the edge, then until they have no more patches. */
interface Limits {
  readonly edge: number;
  readonly patches: number;
}

const RULES: readonly ImageRule[] = [
  // Claude to 4.6, and from 4.7, which look closer.
  { name: 'claude', count: fitted({ edge: 1568, patches: 1568 }) },
  { name: 'claude-4-7', count: fitted({ edge: 2576, patches: 4784 }) },
  // OpenAI's tiles: a base, and an amount for each square of 512.
  { name: 'tiles-4o', count: tiled(85, 170) },
  { name: 'tiles-4o-mini', count: tiled(2833, 5667) },
  { name: 'tiles-5', count: tiled(70, 140) },
  { name: 'tiles-o1', count: tiled(75, 150) },
  { name: 'tiles-cua', count: tiled(65, 129) },
  // OpenAI's patches.
  { name: 'patches-mini', count: patched({ edge: Infinity, patches: 1536 }, 1.62) },
  { name: 'patches-nano', count: patched({ edge: Infinity, patches: 1536 }, 2.46) },
  { name: 'patches-o4-mini', count: patched({ edge: Infinity, patches: 1536 }, 1.72) },
  { name: 'patches-5.2', count: patched({ edge: Infinity, patches: 1536 }, 1) },
  { name: 'patches-5.4', count: patched({ edge: 2048, patches: 2500 }, 1) },
  { name: 'patches-5.5', count: patched({ edge: 6000, patches: 10_000 }, 1.2) },
  { name: 'patches-5.6', count: patched({ edge: Infinity, patches: Infinity }, 1.2) },
  // Gemini 2 cuts tiles of 258 tokens; Gemini 3 takes the same for any size, by the resolution that was asked for.
  { name: 'gemini-2', count: geminiTiles },
  { name: 'gemini-3', count: (_, detail) => RESOLUTIONS.find(([name]) => detail?.endsWith(name))?.[1] ?? 1120 },
];

/** The longer names first. */
const RESOLUTIONS: readonly (readonly [string, number])[] = [
  ['ultra_high', 2240],
  ['high', 1120],
  ['medium', 560],
  ['low', 280],
];

export const imageRuleNames: readonly string[] = RULES.map(({ name }) => name);

/** Undefined for a rule that there is not. */
export function imageTokens(rule: string, size: ImageSize, detail?: string): number | undefined {
  return RULES.find(({ name }) => name === rule)?.count(size, detail?.toLowerCase());
}

const CLAUDE_PATCH = 28;

function fitted({ edge, patches }: Limits): ImageRule['count'] {
  const patchesAt = ({ width, height }: ImageSize, longest: number): number => {
    const scale = Math.min(1, longest / Math.max(width, height));
    return Math.ceil((width * scale) / CLAUDE_PATCH) * Math.ceil((height * scale) / CLAUDE_PATCH);
  };
  return (size) => {
    // The longest edge, in whole pixels, that stays within: the number of patches only falls with it.
    let fits = 1;
    let over = Math.min(edge, Math.max(size.width, size.height)) + 1;
    while (over - fits > 1) {
      const middle = Math.floor((fits + over) / 2);
      if (patchesAt(size, middle) <= patches) fits = middle;
      else over = middle;
    }
    return patchesAt(size, fits);
  };
}

const OPENAI_PATCH = 32;

function patched({ edge, patches }: Limits, multiplier: number): ImageRule['count'] {
  return (size) => {
    const scale = Math.min(1, edge / Math.max(size.width, size.height));
    let across = (size.width * scale) / OPENAI_PATCH;
    let down = (size.height * scale) / OPENAI_PATCH;
    if (Math.ceil(across) * Math.ceil(down) > patches) {
      // To the budget by area, and then until one side is whole patches.
      const byArea = Math.sqrt(patches / (across * down));
      const columns = across * byArea;
      const rows = down * byArea;
      const toWhole = Math.min(Math.max(1, Math.floor(columns)) / columns, Math.max(1, Math.floor(rows)) / rows);
      across = columns * toWhole;
      down = rows * toWhole;
    }
    // A side that is whole patches may come out with a last digit too many.
    const count = Math.ceil(across - 1e-9) * Math.ceil(down - 1e-9);
    return Math.ceil(Math.min(count, patches) * multiplier);
  };
}

const TILE = 512;
const TILED_EDGE = 2048;
const TILED_SHORT_SIDE = 768;

function tiled(base: number, tile: number): ImageRule['count'] {
  return ({ width, height }, detail) => {
    if (detail === 'low') return base;
    const toEdge = Math.min(1, TILED_EDGE / Math.max(width, height));
    const toShortSide = Math.min(1, TILED_SHORT_SIDE / (Math.min(width, height) * toEdge));
    const scale = toEdge * toShortSide;
    // Scaled sides are whole pixels: a side that comes out at 512 is one tile, whatever the last digit says.
    const tilesOf = (side: number): number => Math.ceil(Math.round(side * scale) / TILE);
    return base + tile * tilesOf(width) * tilesOf(height);
  };
}

const GEMINI_TILE_TOKENS = 258;
const GEMINI_SMALL = 384;

function geminiTiles({ width, height }: ImageSize): number {
  if (width <= GEMINI_SMALL && height <= GEMINI_SMALL) return GEMINI_TILE_TOKENS;
  const unit = Math.max(256, Math.min(768, Math.floor(Math.min(width, height) / 1.5)));
  return GEMINI_TILE_TOKENS * Math.ceil(width / unit) * Math.ceil(height / unit);
}
