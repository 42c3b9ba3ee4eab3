/** Functions that keep their last answer: who claims a text mostly says it next. Nothing depends on what is kept but time. */

/** Longer texts are not kept, unless who keeps them says so. */
const MAX_CHARS = 1 << 17;

/** The same function: a form, say, is read back by whoever writes it, and once more by whoever sends it. */
export function keepLast<Answer>(
  answer: (text: string) => Answer,
  maxChars: number = MAX_CHARS,
): (text: string) => Answer {
  let last: { readonly text: string; readonly answer: Answer } | undefined;
  return (text) => {
    if (last?.text === text) return last.answer;
    const own = answer(text);
    if (text.length <= maxChars) last = { text, answer: own };
    return own;
  };
}

/** Whether two lists hold the same in the same order. */
export function areSame<Item>(some: readonly Item[], others: readonly Item[]): boolean {
  return some.length === others.length && some.every((item, at) => item === others[at]);
}
