/** Writes the units that stay, word for word, and in the place of the others how many there were. */
import type { Ranking } from './rank.ts';
import type { Unit, UnitKind } from './sentences.ts';

/** What the view says about itself, so that no text can be taken for one. */
const NOTE = /\[… \d+ (?:sentence|heading|list item|quoted line|table row|code block|paragraph)s?\b/;

export function holdsNotes(text: string): boolean {
  return text.includes('[… ') && NOTE.test(text);
}

const NAMES: Readonly<Record<UnitKind, string>> = {
  sentence: 'sentence',
  heading: 'heading',
  item: 'list item',
  quote: 'quoted line',
  row: 'table row',
  code: 'code block',
};
/** A gap that is not longer than its note stays. */
const MIN_GAP = 40;

function several(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** The note for units that stand together: whole paragraphs are counted too. */
function noteFor(units: readonly Unit[], before: Unit | undefined, after: Unit | undefined): string {
  const counts = new Map<UnitKind, number>();
  const paragraphs = new Set<number>();
  for (const { kind, paragraph } of units) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    paragraphs.add(paragraph);
  }
  const isWhole = units[0]!.paragraph !== before?.paragraph && units.at(-1)!.paragraph !== after?.paragraph;
  const parts = Array.from(counts, ([kind, count]) => several(count, NAMES[kind]));
  if (isWhole && paragraphs.size > 1) parts.unshift(several(paragraphs.size, 'paragraph'));
  return `[… ${parts.join(', ')}]`;
}

/** Undefined when nothing goes. */
export function writeView(text: string, { units }: Ranking, stays: readonly boolean[]): string | undefined {
  const out: string[] = [];
  let kept = 0;
  for (let at = 0; at < units.length; at++) {
    const start = at;
    while (at < units.length && !stays[at]) at++;
    if (at > start) {
      const gap = units.slice(start, at).map(({ unit }) => unit);
      const [first, last] = [gap[0]!.start, gap.at(-1)!.end];
      if (last - first < MIN_GAP) {
        out.push(text.slice(first, last));
        kept += gap.length;
      } else {
        const said = text.slice(gap.at(-1)!.start, last);
        out.push(noteFor(gap, units[start - 1]?.unit, units[at]?.unit), said.slice(said.trimEnd().length));
      }
    }
    const stay = units[at]?.unit;
    if (!stay) break;
    out.push(text.slice(stay.start, stay.end));
    kept++;
  }
  if (kept === units.length) return undefined;
  const header = `[headroom: extract, ${kept} of ${units.length} sentences and other pieces, word for word; "[… 4 sentences]" stands for what is left out]`;
  return `${header}\n${out.join('')}`;
}
