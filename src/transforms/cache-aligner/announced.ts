/** Finds values that their line announces. */
import { KINDS } from './kinds.ts';
import { MOMENT_OF_DAY, UUID } from './shapes.ts';
import type { Volatile } from './volatile.ts';

/** Between an announcement and its value: closing marks, a colon or a verb, opening marks. */
const AFTER = '(?:\\s?\\([^()\\n]{1,24}\\))?["\'`*_]{0,3}\\s?';
const SAID = '(?:[:=>]|\\|(?=[^|]*\\|?[ \\t]*$)|[-–—](?=\\s)|\\bis(?: now| currently| set to)?\\b:?)';
const BEFORE = '[ \\t]*["\'`*_<([]{0,3}';
const CLOSED = '["\'`*_>)\\]}]{0,3}';
const ENDED = `(?=${CLOSED}(?:[.,;!?]?(?:\\s|$)|</|[,;}\\])]))`;
const ENDS_LINE = `(?=${CLOSED}(?:[.;!](?:\\s|$)|\\s*$|</))`;
const START = '(?<=^|[\\s"\'`*<({[,;.>#|-])';
const LINE_START = '(?<=^[ \\t]*(?:[-*#>|•]{1,4}[ \\t]*)?["\'`*_<[(]{0,3})';

const PATTERNS = KINDS.map(({ words, label, value, isSaid = false, isLast = false }) => {
  const start = label.startsWith('^') ? LINE_START : START;
  const labels = label.replace(/^\^/, '').replaceAll(' ', '[ _-]');
  const between = `${AFTER}${isSaid ? SAID : `${SAID}?`}${BEFORE}`;
  const pattern = `${start}(?<label>${labels})${between}(?<value>${value})${isLast ? ENDS_LINE : ENDED}`;
  return { words: new RegExp(words, 'i'), pattern: new RegExp(pattern, 'dgim') };
});

/** Any few words that are all of a line but for a value that is nothing else than a moment or an id. */
const UNNAMED = new RegExp(
  `^[ \\t]*(?:[-*#>|•]{1,4}[ \\t]*)?\\*{0,2}(?<label>\\p{L}[\\p{L}\\p{N} _'’-]{1,40})\\*{0,2} ?[:=：]\\*{0,2}` +
    `[ \\t]*[\`]?(?<value>${MOMENT_OF_DAY}|${UUID})[\`]?[.;]?\\s*$`,
  'diu',
);
/** More of them than these are a table, and not what changes from call to call. */
const MAX_UNNAMED = 8;

const SENTENCE_CHARS = 400;
/** What stands before it on its line makes it an example, a rule or history. */
const NOT_NOW =
  /(?:\be\.g\.|\bi\.e\.|\b(?:examples?|such as|like|format(?:ted)?|cut-?off|since|until|before|after|deadline|due|released?|version|copyright|born|expires?|valid|if|when|once|unless|must|should|never|always|max(?:imum)?|min(?:imum)?|at most)\b)[^.!?]*$/i;

/** No line without one of these holds a value; the number of a list is none. */
const HOLDING = /[/\\~]|branch|commit|head|tree|status|day|month|(?<!^[ \t]*\d{0,3})\d|^[ \t]*\d+(?![.)\d])/i;

export function announced(text: string): Volatile[] {
  const found: Volatile[] = [];
  const unnamed: Volatile[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    if (HOLDING.test(line)) {
      for (const { words, pattern } of PATTERNS) if (words.test(line)) found.push(...matchesOf(pattern, line, start));
      unnamed.push(...unnamedIn(line, start));
    }
    start += line.length + 1;
  }
  const places = new Set(found.map(({ start: place }) => place));
  const others = unnamed.filter(({ start: place }) => !places.has(place));
  return others.length > MAX_UNNAMED ? found : [...found, ...others];
}

/** @param offset where the line stands in its text. */
function matchesOf(pattern: RegExp, line: string, offset: number): Volatile[] {
  return Array.from(line.matchAll(pattern)).flatMap((match) => {
    const isNow = !NOT_NOW.test(line.slice(Math.max(0, match.index - SENTENCE_CHARS), match.index));
    return isNow ? [volatileOf(match, offset)] : [];
  });
}

function unnamedIn(line: string, offset: number): Volatile[] {
  const match = UNNAMED.exec(line);
  return match && !NOT_NOW.test(match.groups!['label']!) ? [volatileOf(match, offset)] : [];
}

function volatileOf({ indices, groups }: RegExpExecArray, offset: number): Volatile {
  const [start, end] = indices!.groups!['value']!;
  return { start: offset + start, end: offset + end, label: groups!['label']! };
}
