/** The shapes of values that change from call to call, as pieces of regular expressions; none that can be long is unbounded twice. */
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const DAY = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?';
const OFFSET = '[+-](?:0\\d|1[0-4]):?\\d{2}';
const ABBREVIATION =
  '(?:utc|gmt|[ecmpa][sd]t|[ecmp]t|ces?t|ees?t|bst|ist|jst|kst|msk|hst|hkt|ak[sd]t|sgt|a[cew][sd]t|nz[sd]t|sast|brt|wib|pht)';
const PLACE = '(?:africa|america|antarctica|asia|atlantic|australia|europe|indian|pacific|etc|us)/[a-z_]+(?:/[a-z_]+)?';
const ZONE =
  `(?: ?(?:z|\\(?(?:(?:utc|gmt) ?[+-]\\d{1,2}(?::?\\d{2})?|${OFFSET}|${ABBREVIATION}|${PLACE})\\)?)(?![\\w/])` +
  '(?: \\([a-z][a-z /]{2,40}\\))?)';
const CLOCK = `\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?: ?(?:[ap]m\\b|[ap]\\.m\\.))?${ZONE}?`;
const NTH = '\\d{1,2}(?:st|nd|rd|th)?';
const DATE =
  `(?:(?:${DAY},? )?(?:\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}` +
  `|${MONTH} ${NTH},? \\d{4}|${NTH} (?:of )?${MONTH},? \\d{4})(?:,? ${DAY}\\b| \\(${DAY}\\))?)`;
/** As `date` and `ctime` print it: the year at the end. */
const CTIME = `${DAY},? ${MONTH} {1,2}\\d{1,2},? {1,2}\\d{1,2}:\\d{2}(?::\\d{2})?(?: [ap]m)?(?: ${ABBREVIATION}| ${OFFSET})? \\d{4}(?!\\d)`;
const DATED_CLOCK = `${DATE}(?:t|,? (?:at )?)${CLOCK}`;
const EPOCH = '1[5-9]\\d{8}(?:\\d{3})?(?:\\.\\d+)?(?!\\d)';

/** A day, a time of day, or both. */
export const TIME: string = `(?:${CTIME}|${DATED_CLOCK}|${CLOCK}(?:,? (?:on )?${DATE})?|${DATE}|${EPOCH}|${DAY}(?:,? ${MONTH} ${NTH})?\\b|${MONTH} ${NTH}(?![\\d,]))`;
/** Both a day and a time of day. */
export const MOMENT_OF_DAY: string = `(?:${CTIME}|${DATED_CLOCK})`;
export const PERIOD: string = `(?:(?:${MONTH},? )?\\d{4}|${MONTH}|q[1-4](?:[ /-]\\d{4})?|w?\\d{1,2}(?: ?(?:of|/) ?\\d{4})?)`;

export const UUID: string = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
export const ID: string = `(?:${UUID}|(?=[\\w.:-]*\\d)[\\w][\\w.:-]{5,}[\\w]|\\d{4,})`;
/** An id by its looks alone: no word, no name and no version is spelt so. */
export const SURE_ID: string = `(?:${UUID}|(?=[0-9a-f]*\\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,64}|[a-z]{2,8}_(?=[0-9a-z]*\\d)[0-9a-z]{10,40})`;

export const COUNT: string = '\\d{1,12}(?: ?(?:of|/) ?\\d{1,12})?';
/** The name of a commit, with its subject where that is marked off: words are not spelt so. */
export const SHA: string = '(?=[0-9a-f]*\\d)[0-9a-f]{7,40}(?: (?:\\([^()\\n]{1,120}\\)|"[^"\\n]{1,120}"))?';
export const NUMBER: string = '\\d{1,12}';
export const COUNT_OF: string = '\\d{1,12} ?(?:of|/) ?\\d{1,12}';
const AMOUNT = '[$€£~]?\\d[\\d,._]{0,14}(?<=\\d)(?: ?[km%])?(?: ?(?:tokens?|usd)\\b)?';
const LEFT = '(?:used|left|remaining|available|so far)';
/** `1000/200000; 199000 remaining`, `45%`, `12k of 200k (6% used)`. */
export const AMOUNTS: string =
  `${AMOUNT}(?: ?(?:of|/|out of) ?${AMOUNT})?(?: ${LEFT}\\b)?(?: \\(${AMOUNT}(?: ${LEFT})?\\))?` +
  `(?:[;,] ?${AMOUNT} ${LEFT}\\b){0,3}`;
/** So many of so many, or so many that are left. */
export const AMOUNT_OF: string = `(?:${AMOUNT} ?(?:of|/|out of) ?${AMOUNT}(?: ${LEFT})?|${AMOUNT} ${LEFT})`;
const COUNTED = '(?:tokens?|turns?|messages?|steps?|requests?|(?:tool )?calls?|credits?|iterations?|attempts?)';
export const AMOUNT_LEFT: string =
  `(?:${AMOUNT}(?: (?:of|/) ${AMOUNT})? (?:more )?${COUNTED} (?:left|remaining|so far)` +
  `|used ${AMOUNT} ?(?:of|/|out of) ?${AMOUNT} ${COUNTED})`;
const SPAN = '\\d[\\d.]{0,8} ?(?:ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\\b';
export const DURATION: string = `(?:${SPAN}(?:(?:,|,? and)? ?${SPAN}){0,3}|\\d{1,4}:\\d{2}(?::\\d{2})?)`;

export const PATH: string = '(?:(?:~|\\.{1,2}|[a-z]:)?[\\\\/][^\\s`"\'<>|*?]*[^\\s`"\'<>|*?.,;:)]|[\\\\/~])';
const REF = '\\w(?:[\\w./-]*[\\w/-])?';
const MARKED_REF = '(?:main|master|trunk|develop|dev|staging|(?=[\\w./-]*[/_\\d-])\\w[\\w./-]*[\\w/-])';
const STANDING = '(?: ?[([](?:ahead|behind|up to date|clean|dirty|modified|\\d)[^()[\\]\\n]{0,40}[)\\]])?';
const REF_ENDS = '(?=["\'`*_>)\\]}]{0,3}(?:[.,;!](?:\\s|$)|\\s*$|</|[,}]))';
/**
 * A branch, with how far it is from the one it follows. What follows a verb could be any word: there it looks like the
 * name of a branch, or stands in quotes.
 */
export const BRANCH: string = `(?:(?<=[:=>|][ \\t"'\`*_<([]{0,4}|["'\`*])${REF}|${MARKED_REF})${STANDING}${REF_ENDS}`;
const STATE =
  `(?:on branch ${REF}|clean|dirty|(?:no|\\d{1,6}) (?:(?:modified|changed|staged|unstaged|untracked|uncommitted) ){0,2}` +
  '(?:files?|changes?|commits?)(?: (?:changed|modified|ahead|behind|staged|untracked)){0,2}' +
  '|\\d{1,6} (?:modified|changed|staged|unstaged|untracked|ahead|behind)' +
  '|[madrcu?!]{1,2} (?=\\S*[./_-])[\\w./-]+[\\w/])';
/** What a line says of a working tree. */
export const TREE: string = `${STATE}(?:[,;] ${STATE}){0,4}`;
