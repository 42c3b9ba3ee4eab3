/**
 * `commit H Aug 21 2026 11:53:14 -0800 A` for the lines with which git log opens a commit, and its message indented by
 * one blank instead of four. What of a date is left out is as in the commit above, the zone as the author's last one.
 */
import { readGitDate, writeGitDate } from './calendar.ts';
import type { GitDate } from './calendar.ts';
import type { RecordKind, Taken } from './record.ts';
import { standsAt } from './record.ts';

const COMMIT = /^commit ([0-9a-f]{7,64})( \([^()]{1,300}\))?$/;
const MERGE = /^Merge: ([0-9a-f]{4,64}(?: [0-9a-f]{4,64})+)$/;
const RECORD =
  /^commit ([0-9a-f]{7,64})( \([^()]{1,300}\))?(?: merge ((?:[0-9a-f]{4,64} )*[0-9a-f]{4,64}))? (?:([A-Z][a-z]{2} \d{1,2}) (?:(\d{4}) )?)?(\d\d:\d\d:\d\d)(?: ([+-]\d{4}))? (\S.*)$/;
const LIKE_RECORD = /^commit [0-9a-f]{7}/;
const MESSAGE = '    ';
const MAX_LINE = 1000;

/** How this text spells the lines under `commit`. */
export interface CommitLabels {
  /** `Author: `, with its blanks. */
  readonly author: string;
  /** `Date:   `, with its blanks. */
  readonly date: string;
}

interface Commit {
  readonly hash: string;
  readonly decoration: string;
  readonly merge: string | undefined;
  readonly date: GitDate;
  readonly author: string;
}

interface SaidDate {
  readonly day: string | undefined;
  readonly year: string | undefined;
  readonly time: string;
  readonly zone: string | undefined;
}

export function readLabels(lines: readonly string[]): CommitLabels | undefined {
  for (const [i, line] of lines.entries()) {
    if (!COMMIT.test(line)) continue;
    const at = MERGE.test(lines[i + 1] ?? '') ? i + 2 : i + 1;
    const author = /^Author: +/.exec(lines[at] ?? '')?.[0];
    const date = /^Date: +/.exec(lines[at + 1] ?? '')?.[0];
    if (author && date && author.length < 16 && date.length < 16) return { author, date };
  }
  return undefined;
}

function commitLines({ hash, decoration, merge, date, author }: Commit, labels: CommitLabels): readonly string[] {
  const lines = [`commit ${hash}${decoration}`];
  if (merge !== undefined) lines.push(`Merge: ${merge}`);
  lines.push(labels.author + author, labels.date + (writeGitDate(date) ?? ''));
  return lines;
}

function readCommit(lines: readonly string[], at: number, labels: CommitLabels): Commit | undefined {
  const first = lines[at]!;
  const commit = first.length <= MAX_LINE ? COMMIT.exec(first) : undefined;
  if (!commit) return undefined;
  const merge = MERGE.exec(lines[at + 1] ?? '')?.[1];
  const next = merge === undefined ? at + 1 : at + 2;
  const [author = '', dated = ''] = [lines[next], lines[next + 1]];
  if (!author.startsWith(labels.author) || !dated.startsWith(labels.date) || author.length > MAX_LINE) return undefined;
  const date = readGitDate(dated.slice(labels.date.length));
  const [, hash = '', decoration = ''] = commit;
  return date && { hash, decoration, merge, date, author: author.slice(labels.author.length) };
}

export class CommitRecord implements RecordKind {
  readonly #labels: CommitLabels;
  /** Code to author. */
  readonly #authors: ReadonlyMap<string, string>;
  readonly #codes: ReadonlyMap<string, string>;
  readonly #zones = new Map<string, string>();
  #last: GitDate | undefined;

  constructor(labels: CommitLabels, authors: ReadonlyMap<string, string>) {
    this.#labels = labels;
    this.#authors = authors;
    this.#codes = new Map([...authors].map(([code, author]) => [author, code]));
  }

  encode(lines: readonly string[], at: number): Taken | undefined {
    const commit = readCommit(lines, at, this.#labels);
    if (!commit) return undefined;
    const record = this.#write(commit);
    const read = this.#read(record);
    const source = read ? commitLines(read, this.#labels) : [];
    if (source.length < 3 || !standsAt(lines, at, source)) return undefined;
    this.#remember(commit);
    return { lines: [record], end: at + source.length };
  }

  looksLike(line: string): boolean {
    return LIKE_RECORD.test(line);
  }

  decode(form: readonly string[], at: number): Taken | undefined {
    const commit = this.#read(form[at]!);
    if (!commit) return undefined;
    this.#remember(commit);
    return { lines: commitLines(commit, this.#labels), end: at + 1 };
  }

  #write({ hash, decoration, merge, date, author }: Commit): string {
    const [last, zone] = [this.#last, this.#zones.get(author) ?? this.#last?.zone];
    const parts = [`commit ${hash}${decoration}`];
    if (merge !== undefined) parts.push(`merge ${merge}`);
    if (date.day !== last?.day || date.year !== last.year) parts.push(date.day);
    if (date.year !== last?.year) parts.push(date.year);
    parts.push(date.time);
    if (date.zone !== zone) parts.push(date.zone);
    parts.push(this.#codes.get(author) ?? author);
    return parts.join(' ');
  }

  #read(line: string): Commit | undefined {
    const match = line.length <= MAX_LINE ? RECORD.exec(line) : undefined;
    if (!match) return undefined;
    const [, hash = '', decoration = '', merge, saidDay, saidYear, time = '', saidZone, said = ''] = match;
    const author = this.#authors.get(said) ?? said;
    const date = this.#complete(author, { day: saidDay, year: saidYear, time, zone: saidZone });
    return date && { hash, decoration, merge, date, author };
  }

  /** What is left out stands above. */
  #complete(author: string, said: SaidDate): GitDate | undefined {
    const { day = this.#last?.day, year = this.#last?.year, time } = said;
    const zone = said.zone ?? this.#zones.get(author) ?? this.#last?.zone;
    if (day === undefined || year === undefined || zone === undefined) return undefined;
    return { day, year, time, zone };
  }

  #remember({ date, author }: Commit): void {
    this.#last = date;
    this.#zones.set(author, date.zone);
  }
}

/** The message under a commit, and what stands between it and the next line that is none. */
export class MessageRecord implements RecordKind {
  isOpen = false;

  encode(lines: readonly string[], at: number): Taken | undefined {
    const line = lines[at]!;
    if (!this.isOpen || !line.startsWith(MESSAGE)) return undefined;
    return { lines: [line.slice(MESSAGE.length - 1)], end: at + 1 };
  }

  looksLike(line: string): boolean {
    return this.isOpen && line.startsWith(' ');
  }

  decode(form: readonly string[], at: number): Taken | undefined {
    return { lines: [MESSAGE.slice(1) + form[at]!], end: at + 1 };
  }
}
