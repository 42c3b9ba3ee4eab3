/**
 * Finds the values in instructions that change from call to call: a time, an id, a count or a place that a label or a
 * sentence announces ("Today is …", "Session ID: …", `<cwd>…</cwd>`). By its shape alone, so that the first request
 * already reads like all later ones; a value that nobody announces, and what only illustrates a format, stays.
 */

export interface Volatile {
  readonly start: number;
  readonly end: number;
  /** What announces it, as it stands in the text. */
  readonly label: string;
}

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const DAY = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?';
const ZONE = '(?: ?(?:z|utc|gmt|[+-]\\d{2}:?\\d{2}|\\(?[a-z]{2,5}\\)?|\\(?[a-z]+/[a-z_]+\\)?)(?![\\w/]))';
const CLOCK = `\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?: ?(?:[ap]m\\b|[ap]\\.m\\.))?${ZONE}?`;
const DATE =
  `(?:(?:${DAY},? )?(?:\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}` +
  `|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{1,2}(?:st|nd|rd|th)? ${MONTH},? \\d{4})(?:,? ${DAY}\\b)?)`;
const TIME = `(?:${DATE}(?:(?:t|,? (?:at )?)${CLOCK})?|${CLOCK}(?:,? (?:on )?${DATE})?|1[5-9]\\d{8}(?:\\d{3})?(?:\\.\\d+)?(?!\\d)|${DAY}\\b)`;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ID = `(?:${UUID}|(?=[\\w.:-]*\\d)[\\w][\\w.:-]{5,}[\\w]|\\d{4,})`;
const COUNT = '\\d{1,12}(?: ?(?:of|/) ?\\d{1,12})?';
const PATH = '(?:~|\\.{1,2}|[a-z]:)?[\\\\/][^\\s`"\'<>|*?]*[^\\s`"\'<>|*?.,;:)]|[\\\\/~]';
const REF = '\\w(?:[\\w./-]*[\\w/-])?';

const SPAN = "(?:current |today['’]s |local |server |system |utc |present )";
const MOMENT = '(?:date(?:,? ?(?:and|&|/)? ?time)?|time ?stamp|time|date ?time|day(?: of the week)?)';
const OF_IDS =
  '(?:session|request|trace|conversation|thread|run|correlation|invocation|job|span|instance|execution|chat|transaction|task|call|message|turn)';

interface Announced {
  readonly label: string;
  readonly value: string;
  /** A colon or a verb must stand between the two. */
  readonly isSaid?: boolean;
}

/** What announces a value and which shape it must then have. Labels stand at the start of a line unless they say enough. */
const KINDS: readonly Announced[] = [
  {
    label: `(?:the )?${SPAN}${SPAN}?${MOMENT}|today|(?:it is|the time is|the date is)(?: now| currently)?|now`,
    value: TIME,
  },
  {
    label: `(?:(?:generated|rendered|prepared|retrieved|session started|started|as of|last updated)(?: at| on)?)`,
    value: TIME,
  },
  { label: `^${MOMENT}|time ?stamp`, value: TIME, isSaid: true },
  {
    label: `(?:your |this |the |current )?(?:unique )?${OF_IDS} ?(?:id|uuid|identifier|token|key|hash)|nonce|trace ?parent`,
    value: ID,
    isSaid: true,
  },
  { label: `^${OF_IDS}`, value: UUID, isSaid: true },
  {
    label: `(?:current |this is )?(?:${OF_IDS}|step|iteration|attempt)(?: (?:no\\.?|number|count|counter|index)| ?#)`,
    value: COUNT,
  },
  {
    label: `(?:the |your )?(?:(?:current|primary|working|project|root) ){1,3}directory|cwd|pwd|workspace(?: root| path| folder)?`,
    value: PATH,
    isSaid: true,
  },
  {
    label: `(?:the )?current (?:git )?branch(?: name)?|(?:current |last |latest )(?:git )?commit(?: hash| sha)?|git head`,
    value: REF,
    isSaid: true,
  },
  { label: `^(?:git )?branch(?: name)?`, value: `(?<=[:=>][ \\t"'\`*_<([]{0,4})${REF}`, isSaid: true },
];
/** Between an announcement and its value: closing marks, a colon or a verb, opening marks. */
const AFTER = '(?:\\s?\\([^()\\n]{1,24}\\))?["\'`*_]{0,3}\\s?';
const SAID = '(?:[:=>]|\\bis(?: now| currently| set to)?\\b:?)';
const BEFORE = '[ \\t]*["\'`*_<([]{0,3}';
const ENDED = '(?=["\'`*_>)\\]}]{0,3}(?:[.,;!?]?(?:\\s|$)|</|[,;}\\])]))';
const START = '(?<=^|[\\s"\'`*<({[,;.>#|-])';

const PATTERNS = KINDS.map(({ label, value, isSaid = false }) => {
  const isLineStart = label.startsWith('^');
  const start = isLineStart ? '(?<=^[ \\t]*(?:[-*#>|•]{1,4}[ \\t]*)?["\'`*_<]{0,3})' : START;
  const words = label.replace(/^\^/, '').replaceAll(' ', '[ _-]');
  return new RegExp(
    `${start}(?<label>${words})${AFTER}${isSaid ? SAID : `${SAID}?`}${BEFORE}(?<value>${value})${ENDED}`,
    'dgim',
  );
});

/** What stands before it on its line makes it an example, a rule or history. */
const NOT_NOW =
  /(?:\be\.g\.|\bi\.e\.|\b(?:example|such as|like|format(?:ted)?|cut-?off|since|until|before|after|deadline|released?|version|copyright|born|expires?|valid|if|when|must|should|never|always)\b)[^.!?]*$/i;
const MAX_CHARS = 400_000;

/** In order of the text, none within another. */
export function findVolatile(text: string): readonly Volatile[] {
  if (text.length > MAX_CHARS) return [];
  const found = [...announced(text), ...statusBlocks(text)];
  const fences = fencesIn(text);
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Volatile[] = [];
  for (const one of found) {
    const isShown = fences.some(([start, end]) => one.start > start && one.start < end);
    if (!isShown && one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one);
  }
  return kept;
}

/** Fenced code shows what something looks like. */
function fencesIn(text: string): readonly (readonly [start: number, end: number])[] {
  const marks = Array.from(text.matchAll(/^[ \t]*(?:```|~~~)/gm), ({ index }) => index);
  return marks.flatMap((start, at) => (at % 2 === 0 ? [[start, marks[at + 1] ?? text.length] as const] : []));
}

/** No line without one of these announces anything: few lines are looked at closely. */
const TELLING =
  /date|time|day|now\b|as of|id\b|uuid|ident|token|key|hash|nonce|parent|no\b|number|count|index|#|step|director|[cp]wd|workspace|branch|commit|head|generated|rendered|prepared|retrieved|started|updated/i;

function announced(text: string): Volatile[] {
  const found: Volatile[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    if (TELLING.test(line)) for (const pattern of PATTERNS) found.push(...matchesOf(pattern, line, start));
    start += line.length + 1;
  }
  return found;
}

/** @param offset where the line stands in its text. */
function matchesOf(pattern: RegExp, line: string, offset: number): Volatile[] {
  return Array.from(line.matchAll(pattern)).flatMap((match) => {
    const [start, end] = match.indices!.groups!['value']!;
    const isNow = !NOT_NOW.test(line.slice(0, match.index));
    return isNow ? [{ start: offset + start, end: offset + end, label: match.groups!['label']! }] : [];
  });
}

const STATUS_LABEL =
  /^[ \t]*(?:[-*#>]{1,4} )?[*_`]{0,2}(?<label>git status|working tree|recent commits|status)[^\n:]{0,40}:[*_`]{0,2}[ \t]*$/gim;
const STATUS_LINE =
  /^(?:[ MADRCUT?!]{2} \S|[MADRCUT?]{1,2} \S|[0-9a-f]{7,40} \S|\(?clean\)?$|nothing to commit|on branch |your branch |no changes|changes |untracked |\s+(?:modified|new file|deleted|renamed):|\t|\s+\(use )/i;

/** What `git status` and `git log` say under a label, to the next empty line. */
function statusBlocks(text: string): Volatile[] {
  return Array.from(text.matchAll(STATUS_LABEL)).flatMap((match) => {
    const start = match.index + match[0].length + 1;
    const isStatus = (from: number): boolean => STATUS_LINE.test(text.slice(from, lineEnd(text, from)));
    let end = start - 1;
    for (let at = start; at < text.length && text[at] !== '\n'; at = end + 1) {
      if (!isStatus(at)) return [];
      end = lineEnd(text, at);
    }
    return end > start ? [{ start, end, label: match.groups!['label']! }] : [];
  });
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
