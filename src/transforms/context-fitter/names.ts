/** The names in a text that somebody may come back to: paths, identifiers, ids, not words of a language. */

/** Joined by the marks that paths, members and ids are joined by. */
const NAME = /[\p{L}\p{N}_$@~./\\:#+-]*[\p{L}\p{N}_$]/gu;
const MIN_CHARS = 5;
const MAX_CHARS = 120;
/** Something that a word has not: a digit among letters, a joint, a capital in the middle. */
const TELLING = /\p{L}.*\d|\d.*\p{L}|\d{5,}|[\p{L}\p{N}][_./\\:#@-][\p{L}\p{N}_]|\p{Ll}\p{Lu}/u;
const EDGES = /^[.:~+#-]+|[.:/\\+#-]+$/g;

/** In order, each once. */
export function namesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [word] of text.matchAll(NAME)) {
    if (word.length < MIN_CHARS) continue;
    const name = word.replaceAll(EDGES, '');
    if (name.length >= MIN_CHARS && name.length <= MAX_CHARS && TELLING.test(name)) names.add(name);
  }
  return names;
}
