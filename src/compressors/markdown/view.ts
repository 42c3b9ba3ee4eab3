/**
 * The view of long Markdown: every heading with its line, what the call asked for, the first words of each section, then
 * warnings, code and the rest as far as there is room. What is left out is counted where it stood.
 */
import type { CompressOptions } from '../../core/compressor.ts';
import { type Block, readBlocks } from './blocks.ts';
import { termsOf } from './terms.ts';

/** Share of the source that stays; of what a long one has beyond that many tokens, half as much. */
const SHARE = { lossless: 1, balanced: 0.3, aggressive: 0.25 } as const;
const LONG_TOKENS = 6_000;
const MIN_HEADINGS = 3;
const MAX_FIRST = 600;
/** A word that stands here and in one other place, or several that stand in few. */
const SURELY_ASKED = 0.5;
const WARNS = /\b(?:warning|caution|important|note|deprecated|breaking|must not|never|required|default)\b/i;
/** What the counts of a gap are of: lines, but for items and rows. */
const NAMES: Readonly<Record<Block['kind'], string>> = {
  heading: 'headings',
  paragraph: 'text',
  list: 'items',
  code: 'code',
  table: 'rows',
  html: 'html',
};

interface Ranked {
  readonly block: Block;
  readonly text: string;
  readonly rank: number;
}

/** Lower ranks first: headings, what was surely asked for, beginnings, what may have been, warnings, code, the rest. */
function rankAll(
  blocks: readonly Block[],
  lines: readonly string[],
  terms: (text: string) => number,
): readonly Ranked[] {
  let isFirst = true;
  return blocks.map((block) => {
    const source = lines.slice(block.start, block.end).join('\n');
    const text = block.kind === 'table' ? withoutPadding(source) : source;
    const starts = isFirst && block.kind !== 'heading' && block.kind !== 'html';
    if (block.kind === 'heading') isFirst = true;
    else if (starts) isFirst = false;
    return { block, text, rank: rankOf(block, text, starts, terms(text)) };
  });
}

/** A table says the same with its columns unaligned. */
function withoutPadding(table: string): string {
  return table
    .replaceAll(/ {2,}/g, (blanks, at: number) =>
      table[at - 1] === '|' || table[at + blanks.length] === '|' ? ' ' : blanks,
    )
    .replace(/^[|:\- ]+$/m, (rule) => rule.replaceAll(/-{4,}/g, '---'));
}

function rankOf({ kind, count }: Block, text: string, starts: boolean, asked: number): number {
  if (kind === 'heading') return 0;
  if (kind === 'html') return 9;
  const size = Math.min(0.9, text.length / 10_000);
  if (asked >= SURELY_ASKED) return 1 + size;
  if (starts && text.length <= MAX_FIRST) return 2 + size;
  if (asked > 0) return 4 - asked + size;
  if (WARNS.test(text) && text.length < 2 * MAX_FIRST) return 5 + size;
  if (kind === 'code' && count <= 30) return 6 + size;
  return 7 + size;
}

function writeGap(left: readonly Block[]): string {
  const counts = new Map<Block['kind'], number>();
  for (const { kind, count } of left) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return `[…${Array.from(counts, ([kind, count]) => `${count} ${NAMES[kind]}`).join(', ')}]`;
}

export function writeView(
  lines: readonly string[],
  sourceTokens: number,
  options: CompressOptions,
): string | undefined {
  const { tokens, deadline, level } = options;
  const blocks = readBlocks(lines, deadline);
  if (blocks.filter(({ kind }) => kind === 'heading').length < MIN_HEADINGS) return undefined;
  const ranked = rankAll(blocks, lines, termsOf(options.call, lines.join('\n')));
  let left = (sourceTokens - Math.max(0, sourceTokens - LONG_TOKENS) / 2) * SHARE[level];
  const shown = new Set<Block>();
  for (const { block, text } of ranked.toSorted((a, b) => a.rank - b.rank)) {
    deadline.check();
    const cost = tokens.count(text) + (block.kind === 'heading' ? 5 : 1);
    if (cost > left) continue;
    left -= cost;
    shown.add(block);
  }
  return writeShown(ranked, shown, lines.length);
}

function writeShown(ranked: readonly Ranked[], shown: ReadonlySet<Block>, count: number): string {
  const out = [
    `[headroom: parts of ${count} lines of Markdown; (n) behind a heading: its line; […2 text, 3 rows]: so many lines, items or rows left out]`,
  ];
  let gap: Block[] = [];
  const endGap = (): void => {
    if (gap.length > 0) out.push(writeGap(gap));
    gap = [];
  };
  for (const { block, text } of ranked) {
    if (!shown.has(block)) {
      gap.push(block);
      continue;
    }
    endGap();
    if (block.kind === 'heading') out.push('', `${text.split('\n')[0]!} (${block.start + 1})`);
    else out.push(text);
  }
  endGap();
  return out.join('\n');
}
