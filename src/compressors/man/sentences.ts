/** The sentences of paragraphs that were wrapped and justified. */

const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|cf|viz|approx|resp|no|fig|[A-Z])|\.)\.$/i;
const END = /[.!?][)"'’”]?(?= [A-Z(`"'‘“<[-])/g;
/** What a reader must not miss. */
const WARNS =
  /\b(?:warnings?|caution|danger(?:ous)?|deprecated|obsolete|insecure|irreversibl[ey]|data loss|must not|do not use|never use)\b/i;

/** Lines as one, without the blanks that only fill them and the hyphens that only break words. */
export function flow(lines: readonly { readonly text: string }[]): string {
  let said = '';
  for (const { text } of lines) {
    if (said.endsWith('\u2010') || said.endsWith('\u00ad')) said = said.slice(0, -1) + text;
    else if (/\w-$/.test(said.slice(-2))) said += text;
    else said += said === '' ? text : ` ${text}`;
  }
  return said.replaceAll(/[ \t]{2,}|\t/g, ' ');
}

/** The first sentence, and those further on that warn; with whether anything is left out. */
export function gist(text: string): { readonly said: string; readonly isAll: boolean } {
  const sentences = split(text);
  const kept = sentences.filter((sentence, i) => i === 0 || WARNS.test(sentence));
  return { said: kept.join(' '), isAll: kept.length === sentences.length };
}

function split(text: string): readonly string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const { 0: sign, index } of text.matchAll(END)) {
    const end = index + sign.length;
    if (ABBREVIATION.test(text.slice(Math.max(start, end - 12), end))) continue;
    sentences.push(text.slice(start, end));
    start = end + 1;
  }
  sentences.push(text.slice(start));
  return sentences;
}
