/** What a call asks for, as the words of its texts that are rare in the answer: they tell which parts were wanted. */
import type { ToolCall } from '../../core/conversation.ts';
import { asObject } from '../../core/json/value.ts';

/** A name with its parts, as `retry.max_ms`, is a word too. */
const WORD = /[\p{L}\p{N}_]{1,40}(?:[.:/-][\p{L}\p{N}_]{1,40}){0,6}/gu;
const PARTS = /[.:/-]/;
const MIN_WORD = 4;
const ADDRESS = /^(?:[a-z]+:\/\/|\/|\.)\S*$/i;
const MAX_WORDS = 60;
const MAX_ASKED = 4000;
/** A word that stands in the answer more often tells nothing. */
const MAX_TIMES = 24;

function wordsOf(text: string): readonly string[] {
  const words = (text.match(WORD) ?? []).flatMap((word) => (PARTS.test(word) ? [word, ...word.split(PARTS)] : [word]));
  return words.filter((word) => word.length >= MIN_WORD).map((word) => word.toLowerCase());
}

/** How much of what was asked for a text holds: a word that stands in the answer n times counts for 1/n. */
export function termsOf(call: ToolCall | undefined, answer: string): (text: string) => number {
  const asked = Object.values(asObject(call?.input)).flatMap((value) =>
    typeof value === 'string' && !ADDRESS.test(value) ? wordsOf(value.slice(0, MAX_ASKED)) : [],
  );
  const wanted = new Set(asked.slice(0, MAX_WORDS));
  if (wanted.size === 0) return () => 0;
  const times = new Map<string, number>();
  for (const word of wordsOf(answer)) if (wanted.has(word)) times.set(word, (times.get(word) ?? 0) + 1);
  const weights = new Map(
    [...times].filter(([, count]) => count <= MAX_TIMES).map(([word, count]) => [word, 1 / count]),
  );
  if (weights.size === 0) return () => 0;
  return (text) => {
    let sum = 0;
    for (const word of new Set(wordsOf(text))) sum += weights.get(word) ?? 0;
    return sum;
  };
}
