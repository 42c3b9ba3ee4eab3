/** How surely a text is Markdown: by signs of several kinds, and by being no code. */
import type { Sample } from '../../core/sample.ts';

const CLAIM = 0.6;
const MIN_LINES = 8;
const HEADING = /^#{1,6} \S/;
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
  const lines = outsideFences(head);
  if (lines.length < MIN_LINES || /^\s*[{[<]?\s*"/.test(sample.text.slice(0, 50))) return 0;
  const headings =
    lines.filter((line) => HEADING.test(line)).length + head.filter((line) => /^(?:={3,}|-{3,})\s*$/.test(line)).length;
  const others = lines.filter((line) => OTHER.test(line)).length;
  const kinds =
    SIGNS.filter((sign) => lines.filter((line) => sign.test(line)).length >= 2).length +
    Number(head.some((line) => FENCE.test(line)));
  return headings > 0 && kinds >= 2 && others <= lines.length * 0.15 ? CLAIM : 0;
}
