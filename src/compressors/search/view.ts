/**
 * The view of long search results: every file in its place with its number of matches, as many matches in full as the
 * budget holds, the rest by line number. A text that stands in several places is said once. What is no match, as an
 * error of the search itself, stays in full.
 */
import type { Level } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import type { Hit, Hits } from './hits.ts';

/** Share of the source that a view may take beyond naming the files. */
const SHARE: Readonly<Record<Level, number>> = { lossless: 1, balanced: 0.12, aggressive: 0.07 };
const MIN_BUDGET = 500;
const MAX_OTHER_LINES = 40;
/** Longer lines, as minified files have them, are cut in the view. */
const MAX_TEXT = 240;
const MIN_LABELLED_CHARS = 24;
const MIN_LABELLED_PLACES = 4;
const LABELS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DECLARATION =
  /^\s*(?:(?:export|public|private|protected|static|async|pub|default|abstract|final)\s+)*(?:function|class|interface|type|enum|struct|trait|impl|def|defmodule|fn|func|module|const|#define)\b/;

export interface ViewInput {
  readonly lines: readonly string[];
  readonly hits: Hits;
  readonly level: Level;
  readonly tokens: Tokenizer;
  readonly deadline: Deadline;
}

/** One text in one file, with the numbers of all lines where it stands. */
interface Item {
  readonly numbers: string[];
  readonly text: string;
  said: string;
  isShown: boolean;
}

interface File {
  readonly path: string;
  matches: number;
  readonly items: Item[];
}

function groupByFile(hits: Hits, deadline: Deadline): readonly File[] {
  const files = new Map<string, File & { readonly byText: Map<string, Item> }>();
  for (const [i, hit] of hits.entries()) {
    if (i % 1024 === 0) deadline.check();
    if (hit?.separator !== ':') continue;
    let file = files.get(hit.path);
    if (!file) files.set(hit.path, (file = { path: hit.path, matches: 0, items: [], byText: new Map() }));
    file.matches++;
    const item = file.byText.get(hit.text);
    if (item) item.numbers.push(hit.number);
    else {
      const item = { numbers: [hit.number], text: hit.text, said: cut(hit.text), isShown: false };
      file.byText.set(hit.text, item);
      file.items.push(item);
    }
  }
  return [...files.values()];
}

function cut(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT)}… (first ${MAX_TEXT} of ${text.length} characters)`;
}

interface Label {
  readonly label: string;
  readonly items: readonly Item[];
}

/** Gives the texts that stand in most files a letter. */
function labelRepeated(files: readonly File[]): readonly Label[] {
  const places = new Map<string, Item[]>();
  for (const { items } of files) {
    for (const item of items) {
      const same = places.get(item.text);
      if (same) same.push(item);
      else places.set(item.text, [item]);
    }
  }
  if ([...places.keys()].some((text) => /^\[[A-Z]\]$/.test(text))) return [];
  const repeated = [...places].filter(
    ([text, items]) => text.length >= MIN_LABELLED_CHARS && items.length >= MIN_LABELLED_PLACES,
  );
  repeated.sort((a, b) => b[1].length * b[0].length - a[1].length * a[0].length);
  return repeated.slice(0, LABELS.length).map(([, items], i) => {
    const label = `[${LABELS[i]}]`;
    for (const item of items) item.said = label;
    return { label, items };
  });
}

/** What each letter is. One that would be used once gives way to the text itself. */
function explain(labels: readonly Label[]): readonly string[] {
  return labels.flatMap(({ label, items }) => {
    const text = cut(items[0]!.text);
    if (items.filter(({ isShown }) => isShown).length > 1) return [`${label} ${text}`];
    for (const item of items) item.said = text;
    return [];
  });
}

function writeItem({ numbers, said }: Item): string {
  const places = numbers.filter((number) => number !== '').join(',');
  if (places !== '') return `${places}:${said}`;
  return numbers.length > 1 ? `${said}  (${numbers.length} times)` : said;
}

/** Declarations first, then in the order of the file. */
function inOrderOfWorth(items: readonly Item[]): readonly Item[] {
  const declares = items.filter(({ text }) => DECLARATION.test(text));
  return [...declares, ...items.filter(({ text }) => !DECLARATION.test(text))];
}

/** One of each file, then a second of each, until the budget is used up. */
function chooseShown(files: readonly File[], budget: number, { tokens, deadline }: ViewInput): number {
  let left = budget;
  const explained = new Set<string>();
  const isNew = ({ said }: Item): boolean => said.length === 3 && !explained.has(said);
  const queues = files.map(({ items }) => inOrderOfWorth(items));
  for (let round = 0; left > 0 && queues.some((queue) => round < queue.length); round++) {
    for (const queue of queues) {
      const item = queue[round];
      if (!item || left <= 0) continue;
      deadline.check();
      const cost = tokens.count(writeItem(item)) + 1 + (isNew(item) ? tokens.count(cut(item.text)) : 0);
      if (cost > left) continue;
      item.isShown = true;
      explained.add(item.said);
      left -= cost;
    }
  }
  return left;
}

function writeFile({ path, matches, items }: File, withNumbers: boolean): readonly string[] {
  const hidden = items.filter(({ isShown }) => !isShown);
  const shown = items.filter(({ isShown }) => isShown).map(writeItem);
  const out = [`${path} (${matches})`, ...shown];
  if (hidden.length === 0) return out;
  const numbers = hidden.flatMap((item) => item.numbers).filter((number) => number !== '');
  numbers.sort((a, b) => Number(a) - Number(b));
  const count = hidden.reduce((sum, item) => sum + item.numbers.length, 0);
  if (numbers.length === 0) return [...out, `${count} more`];
  if (withNumbers || numbers.length <= 2) return [...out, `${count} more at ${numbers.join(',')}`];
  return [...out, `${count} more from ${numbers[0]} to ${numbers.at(-1)}`];
}

function otherLines(lines: readonly string[], hits: Hits): readonly string[] {
  const others = lines.filter((line, i) => !hits[i] && line !== '' && line !== '--');
  if (others.length <= MAX_OTHER_LINES) return others;
  const left = others.length - MAX_OTHER_LINES;
  return [...others.slice(0, MAX_OTHER_LINES), `(${left} more lines that are no matches)`];
}

function writeHeader(files: readonly File[], hits: Hits): string {
  const matches = files.reduce((sum, file) => sum + file.matches, 0);
  const context = hits.filter((hit: Hit | undefined) => hit !== undefined && hit.separator !== ':').length;
  const without = context > 0 ? `; ${context} lines of context not shown` : '';
  return `[${matches} matches in ${files.length} files${without}. Each file with its number of matches; those not shown in full by line number]`;
}

/** @param sourceTokens what the whole source takes. */
export function writeView(input: ViewInput, sourceTokens: number): string {
  const files = groupByFile(input.hits, input.deadline);
  const labels = labelRepeated(files);
  const others = otherLines(input.lines, input.hits).filter((line) => !files.some(({ path }) => path === line));
  const named = [writeHeader(files, input.hits), ...others, ...files.map(({ path }) => `${path} (9)`)].join('\n');
  const budget = Math.max(MIN_BUDGET, sourceTokens * SHARE[input.level] - input.tokens.count(named));
  // A third is kept for the line numbers of what is not shown.
  const left = chooseShown(files, (budget * 2) / 3, input);
  const hidden = files.flatMap(({ items }) =>
    items.filter(({ isShown }) => !isShown).flatMap(({ numbers }) => numbers),
  );
  const withNumbers = hidden.length * 2 <= left + budget / 3;
  return [
    writeHeader(files, input.hits),
    ...explain(labels),
    ...others,
    '',
    ...files.flatMap((file) => writeFile(file, withNumbers)),
  ].join('\n');
}
