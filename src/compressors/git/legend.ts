/** The first lines of the lossless form: they say how the others are to be read, and only what this text makes use of. */
import type { CommitLabels } from './commit-record.ts';

const OPEN = '[headroom: lossless git output. ';
const SEPARATOR = '; ';
const FILES = '"file P A..B": diff --git, index (100644), --- and +++ lines of P';
const NAMES = 'bare --- and +++: the file named above';
const STATS =
  /^"P 2 \+-": --stat lines, totals where the signs do not show them \(cut paths were padded to (\d{1,3})\)$/;
const FOLDERS = '"D/: a b": a line each for D/a and D/b';
const REPEATS = '"= 5 from A": the 5 lines after "=A" again ("as +": with that sign)';
const CRLF = 'lines end in CRLF';
const COMMITS = /^"commit H date author": commit, "(Author: +)" and "(Date: +)" lines, dates where they change$/;
const AUTHORS = /^(\d{1,4}) authors by letter$/;
const AUTHOR = /^([A-Z]\d{0,3})=(.*)$/s;

export interface Legend {
  readonly files: boolean;
  readonly names: boolean;
  /** Where --stat pads paths that it had to cut; undefined when there are no such lines to shorten. */
  readonly stats: number | undefined;
  /** Whether names alone on their lines stand by directory. */
  readonly folders: boolean;
  readonly repeats: boolean;
  readonly crlf: boolean;
  readonly labels: CommitLabels | undefined;
  /** Code to author, for those of more than one commit. */
  readonly authors: ReadonlyMap<string, string>;
}

/** `A` to `Z`, then `A1` and so on. */
export function codeOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

export function writeLegend({
  files,
  names,
  stats,
  folders,
  repeats,
  crlf,
  labels,
  authors,
}: Legend): readonly string[] {
  const parts: string[] = [];
  if (files) parts.push(FILES);
  if (names) parts.push(NAMES);
  if (labels) {
    parts.push(
      `"commit H date author": commit, "${labels.author}" and "${labels.date}" lines, dates where they change`,
    );
  }
  if (stats !== undefined) {
    parts.push(`"P 2 +-": --stat lines, totals where the signs do not show them (cut paths were padded to ${stats})`);
  }
  if (folders) parts.push(FOLDERS);
  if (repeats) parts.push(REPEATS);
  if (crlf) parts.push(CRLF);
  if (authors.size > 0) parts.push(`${authors.size} authors by letter`);
  return [`${OPEN}${parts.join(SEPARATOR)}]`, ...[...authors].map(([code, author]) => `${code}=${author}`)];
}

/** The legend and how many lines it takes. */
export function readLegend(form: readonly string[]): { legend: Legend; lines: number } | undefined {
  const first = form[0]!;
  if (!first.startsWith(OPEN) || !first.endsWith(']') || first.length > 1000) return undefined;
  const parts = first.slice(OPEN.length, -1).split(SEPARATOR);
  let labels: CommitLabels | undefined;
  let stats: number | undefined;
  let count = 0;
  const flags = new Set<string>();
  for (const part of parts) {
    const commits = COMMITS.exec(part);
    const authors = AUTHORS.exec(part);
    const stat = STATS.exec(part);
    if (commits) labels = { author: commits[1]!, date: commits[2]! };
    else if (stat) stats = Number(stat[1]);
    else if (authors) count = Number(authors[1]);
    else if ([FILES, NAMES, FOLDERS, REPEATS, CRLF].includes(part)) flags.add(part);
    else return undefined;
  }
  const authors = new Map<string, string>();
  for (const line of form.slice(1, count + 1)) {
    const author = AUTHOR.exec(line);
    if (!author) return undefined;
    authors.set(author[1]!, author[2]!);
  }
  if (authors.size !== count) return undefined;
  const legend: Legend = {
    files: flags.has(FILES),
    names: flags.has(NAMES),
    stats,
    folders: flags.has(FOLDERS),
    repeats: flags.has(REPEATS),
    crlf: flags.has(CRLF),
    labels,
    authors,
  };
  return { legend, lines: count + 1 };
}
