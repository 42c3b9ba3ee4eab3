/** What a PDF costs in tokens, by its pages. Rough: pages are counted without reading them. */

interface PageRule {
  readonly name: string;
  readonly tokensPerPage: number;
}

const RULES: readonly PageRule[] = [
  // The vendor says 1,500 to 3,000 tokens of text a page, and the page as an image beside it.
  { name: 'claude', tokensPerPage: 2250 + 1568 },
  { name: 'claude-4-7', tokensPerPage: 2900 + 2900 },
  // Each page as an image; the text that the file carries is not charged.
  { name: 'gemini-2', tokensPerPage: 258 },
  { name: 'gemini-3', tokensPerPage: 560 },
];

export const pageRuleNames: readonly string[] = RULES.map(({ name }) => name);

/** Undefined for a rule that there is not. */
export function pageTokens(rule: string, pages: number): number | undefined {
  const found = RULES.find(({ name }) => name === rule);
  return found && found.tokensPerPage * pages;
}

/** Undefined where the file does not show its pages, as when they are in compressed objects. */
export function pdfPages(base64: string): number | undefined {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  if (!text.startsWith('%PDF-')) return undefined;
  // The root of the page tree counts all of them; its branches count fewer.
  let counted = 0;
  for (const [, count] of text.matchAll(/\/Count (\d{1,6})\b/g)) counted = Math.max(counted, Number(count));
  const shown = text.match(/\/Type ?\/Page\b/g)?.length ?? 0;
  return Math.max(counted, shown) || undefined;
}
