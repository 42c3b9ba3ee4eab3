/** How surely a text is Markdown: by signs of several kinds, and by being no code. */
import type { Sample } from '../../core/sample.ts';

export const CLAIM = 0.6;
const MIN_LINES = 8;
const HEADING = /^#{1,6} \S/;
const UNDERLINE = /^(?:={3,}|-{3,})\s*$/;
const FENCE = /^\s*(?:```|~~~)/;
const SIGNS: readonly RegExp[] = [
  /^\s*(?:[-*+]|\d{1,3}[.)]) (?:\S+ )+\S/,
  /\[[^\]\n]{1,80}\]\([^)\s]{1,300}\)/,
  /\*\*[^*\n]{1,80}\*\*|`[^`\n]{1,60}`/,
  /^\s*\|.*\|\s*$/,
  /^> \S/,
];
/** Outside fences: what code, data, logs, listings and gutters look like. */
const OTHER =
  /^\s*\d+[\t→|:]|[{};]\s*$|^\s*[\w.-]+: ?\S*$|^\s*[\w.]+ ?[+:]?= ?\S|^\d{4}-\d\d|^[-+]{3} |^@@ |^\s*(?:import|from|def|class|func|return|if|for|export|const|let) \S|^[^\s:]+:\d+[:-]|^[-dl][rwx-]{9}/;

function outsideFences(lines: readonly string[]): readonly string[] {
  let isInside = false;
  return lines.filter((line) => {
    const isFence = FENCE.test(line);
    if (isFence) isInside = !isInside;
    return !isInside && !isFence && line.trim() !== '';
  });
}

export function claimFor(sample: Sample): number {
  const { head } = sample;
  if (!head.some((line) => HEADING.test(line) || UNDERLINE.test(line))) return 0;
  const lines = outsideFences(head);
  if (lines.length < MIN_LINES || /^\s*[{[<]?\s*"/.test(sample.text.slice(0, 50))) return 0;
  const headings =
    lines.filter((line) => HEADING.test(line)).length + head.filter((line) => UNDERLINE.test(line)).length;
  if (headings === 0) return 0;
  const others = lines.filter((line) => OTHER.test(line)).length;
  if (others > lines.length * 0.15) return 0;
  const kinds =
    SIGNS.filter((sign) => lines.filter((line) => sign.test(line)).length >= 2).length +
    Number(head.some((line) => FENCE.test(line)));
  return kinds >= 2 ? CLAIM : 0;
}
