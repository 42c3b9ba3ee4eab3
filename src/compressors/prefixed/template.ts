/** What stands before each JSON text: words that are always the same, and words that are columns of their own. */

/** One word that differs from line to line; filled up with blanks to its width where one is said. */
export interface Hole {
  readonly width: number | undefined;
}

export type Template = readonly (string | Hole)[];

/** What a prefix says in the holes. */
export type Cells = readonly string[];

const PARTS = /\s+|\S+/g;
const BLANK = /^\s/;
const HOLE = /\{@(\d{1,3})(?::(\d{1,4}))?\}/;
const MAX_PARTS = 64;

/** A time and the fraction of its second: two columns, of which one goes on evenly and the other does not. */
const FINE_TIME = /^(\S*\d\d:\d\d:\d\d)([.,])(\d{3,9})((?:[^\d\s]\S*)?)$/;

/** Words, what parts them, and signs within a word that always stand there. */
interface Parts {
  readonly texts: readonly string[];
  readonly kinds: readonly Kind[];
  /** The same for prefixes with as many words, and the same signs and line ends between them. */
  readonly build: string;
}

type Kind = 'word' | 'blank' | 'sign';

/** The shortest word that a fine time is. */
const MIN_TIME_CHARS = '00:00:00.000'.length;

function partsOf(prefix: string): Parts {
  const texts: string[] = [];
  const kinds: Kind[] = [];
  let build = '';
  const add = (text: string, kind: Kind): void => {
    texts.push(text);
    kinds.push(kind);
    build += `|${kind === 'word' ? 'w' : kind === 'sign' || text.includes('\n') ? text : ' '}`;
  };
  for (const text of prefix.match(PARTS) ?? []) {
    const time = text.length >= MIN_TIME_CHARS && text.includes(':') ? FINE_TIME.exec(text) : null;
    if (!time) add(text, BLANK.test(text) ? 'blank' : 'word');
    else {
      add(time[1]!, 'word');
      add(time[2]!, 'sign');
      add(time[3]!, 'word');
      if (time[4] !== '') add(time[4]!, 'sign');
    }
  }
  return { texts, kinds, build };
}

/** What most have; undefined for none. */
export function mostCommon<T>(values: Iterable<T>): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: T | undefined;
  for (const [value, count] of counts) if (best === undefined || count > counts.get(best)!) best = value;
  return best;
}

/** The template that most prefixes follow; undefined when it cannot be said. */
export function learnTemplate(prefixes: readonly string[]): Template | undefined {
  const split = prefixes.map(partsOf);
  const common = mostCommon(split.map(({ build }) => build));
  const alike = split.filter(({ build }) => build === common);
  const [first] = alike;
  if (!first || first.texts.length > MAX_PARTS) return undefined;
  const rows = alike.map(({ texts }) => texts);
  const template: (string | Hole)[] = [];
  for (let at = 0; at < first.texts.length; at++) {
    const text = first.texts[at]!;
    const isSame = rows.every((row) => row[at] === text);
    if (isSame) addText(template, text);
    else if (first.kinds[at] === 'word') {
      const width = widthAt(rows, at);
      template.push({ width });
      if (width !== undefined) at++;
    } else addText(template, mostCommon(rows.map((row) => row[at]!))!);
  }
  return template.some((part) => typeof part === 'string' && HOLE.test(part)) ? undefined : template;
}

function addText(template: (string | Hole)[], text: string): void {
  const last = template.at(-1);
  if (typeof last === 'string') template[template.length - 1] = last + text;
  else template.push(text);
}

/** How wide a word and the blanks behind it are, where that is the same in all rows but the blanks are not. */
function widthAt(rows: readonly (readonly string[])[], at: number): number | undefined {
  const blanksOf = (row: readonly string[]): string => row[at + 1] ?? '';
  const widthOf = (row: readonly string[]): number => row[at]!.length + blanksOf(row).length;
  const [first] = rows;
  if (rows.every((row) => blanksOf(row) === blanksOf(first!))) return undefined;
  const width = widthOf(first!);
  return rows.every((row) => /^ +$/.test(blanksOf(row)) && widthOf(row) === width) ? width : undefined;
}

/** The cells of a prefix; undefined when it does not follow the template. */
export function readCells(template: Template, prefix: string): Cells | undefined {
  const cells: string[] = [];
  let at = 0;
  for (const [i, part] of template.entries()) {
    if (typeof part === 'string') {
      if (!prefix.startsWith(part, at)) return undefined;
      at += part.length;
      continue;
    }
    let end = at;
    const next = template[i + 1];
    const sign = typeof next === 'string' ? next.charCodeAt(0) : -1;
    while (end < prefix.length && prefix.charCodeAt(end) !== sign && !isBlank(prefix.charCodeAt(end))) end++;
    if (end === at) return undefined;
    cells.push(prefix.slice(at, end));
    if (part.width !== undefined) {
      const past = at + part.width;
      if (end >= past || prefix.slice(end, past) !== ' '.repeat(past - end)) return undefined;
      end = past;
    }
    at = end;
  }
  return at === prefix.length ? cells : undefined;
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

export function writePrefix(template: Template, cells: Cells): string {
  let prefix = '';
  let hole = 0;
  for (const part of template) prefix += typeof part === 'string' ? part : cells[hole++]!.padEnd(part.width ?? 0);
  return prefix;
}

/** The key of the column of a hole. */
function keyOf(hole: number): string {
  return `@${hole + 1}`;
}

export function keysOf(template: Template): readonly string[] {
  return template.filter((part) => typeof part !== 'string').map((_, hole) => keyOf(hole));
}

export function spellTemplate(template: Template): string {
  let hole = 0;
  return template
    .map((part) => {
      if (typeof part === 'string') return part;
      const key = keyOf(hole++);
      return part.width === undefined ? `{${key}}` : `{${key}:${part.width}}`;
    })
    .join('');
}

export function readTemplate(spelled: string): Template {
  const template: (string | Hole)[] = [];
  let rest = spelled;
  for (let match = HOLE.exec(rest); match; match = HOLE.exec(rest)) {
    if (match.index > 0) template.push(rest.slice(0, match.index));
    template.push({ width: match[2] === undefined ? undefined : Number(match[2]) });
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== '') template.push(rest);
  return template;
}
