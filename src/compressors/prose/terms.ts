/** The words of a text as they are compared: without case and endings, and without those that say nothing by themselves. */

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu;
/** Scripts that write no blanks between words: each two neighbours are compared. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Words that any question or sentence may hold. */
const EMPTY = new Set(
  (
    'a an the of to in on at by for from with about as is are was were be been being am do does did done has have had ' +
    'it its he she his her they them their this that these those there here and or but nor so if then than not no ' +
    'who whom whose what which when where why how i you we me my your our us can could will would shall should may ' +
    'might must into over under out up down off own also any all some such other s t don ' +
    'https http www com org net html htm php query question url search please find tell show ' +
    'der die das den dem des ein eine und oder ist sind war wer was wann wo wie von zu mit auf für ' +
    'le la les un une des et ou est sont qui que quoi quand où de du au aux dans pour sur ' +
    'el los las una y es son quién qué cuándo dónde cómo por con para en del al'
  ).split(' '),
);
const MAX_STEM = 7;

function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const bare = word.replace(/['’]\p{L}+$/u, '').replace(/(?:ies|ied|ing|ed|es|s|y|e)$/, '');
  return (bare.length < 3 ? word : bare).slice(0, MAX_STEM);
}

/** In the order of the text, repeated ones repeated. */
export function termsOf(text: string): readonly string[] {
  const terms: string[] = [];
  for (const [word] of text.toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(word)) {
      const characters = Array.from(word);
      for (let i = 0; i < characters.length - 1; i++) terms.push(characters[i]! + characters[i + 1]!);
      if (characters.length === 1) terms.push(word);
    } else if (!EMPTY.has(word)) terms.push(stem(word));
  }
  return terms;
}
