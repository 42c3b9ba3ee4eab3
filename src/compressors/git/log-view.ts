/**
 * The view of a log: every commit with its hash, day, author and subject, the size of its message and of its changes
 * and the largest of them; how many commits each author made, and the days from first to last.
 */
import type { Deadline } from '../../core/deadline.ts';
import { codeOf } from './legend.ts';
import { NAME_ONLY } from './name-list.ts';

const COMMIT = /^commit ([0-9a-f]{7,64})( \([^()]{1,300}\))?$/;
const FIELD = /^(Merge|Author|AuthorDate|Commit|CommitDate|Date|Reflog|Reflog message): *(.*)$/;
const SUMMARY = /^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?$/;
const STAT = /^ (\S.*?\S|\S) +\| +(\d+|Bin)/;
const NAME_STATUS = /^[ACDMRTUX]\d{0,3}\t(.+)$/;
const DAY = /^(?:[A-Z][a-z]{2}, )?(?:[A-Z][a-z]{2} )?(.*?)(?: \d\d:\d\d:\d\d)?( \d{4})?(?: [+-]\d{4})?$/;
const YEAR = / \d{4}$/;
const LINES_PER_CHECK = 1024;
const SHOWN_FILES = 2;
const SHORT_HASH = 10;
const MIN_COMMITS = 3;
const MAX_STAT = 400;

interface Commit {
  readonly hash: string;
  readonly decoration: string;
  readonly fields: Map<string, string>;
  readonly message: string[];
  readonly files: { readonly name: string; readonly size: number }[];
  totals: string;
  /** Lines of kinds that are not known here. */
  readonly others: string[];
}

/** Undefined when the text is no log of several commits, or does not begin with one. */
export function writeLogView(text: string, deadline: Deadline): string | undefined {
  const lines = text.split(/\r?\n/);
  const commits: Commit[] = [];
  const before: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const match = line.length < MAX_STAT ? COMMIT.exec(line) : undefined;
    if (match) commits.push(newCommit(match[1]!, match[2] ?? ''));
    else if (commits.length === 0) before.push(line);
    else addLine(commits.at(-1)!, line);
  }
  if (commits.length < MIN_COMMITS) return undefined;
  const counts = new Map<string, number>();
  for (const commit of commits) counts.set(authorOf(commit), (counts.get(authorOf(commit)) ?? 0) + 1);
  const authors = [...counts].sort((a, b) => b[1] - a[1]);
  const codes = new Map(authors.filter(([, count]) => count > 1).map(([author], i) => [author, codeOf(i)]));
  const body = commits.map((commit, i) => sayCommit(commit, commits[i - 1], codes));
  return [...before, sayHead(commits, authors, codes), ...body].join('\n');
}

function newCommit(hash: string, decoration: string): Commit {
  return { hash, decoration, fields: new Map(), message: [], files: [], totals: '', others: [] };
}

function addLine(commit: Commit, line: string): void {
  if (line === '') return;
  if (line.startsWith('    ')) {
    if (line.trim() !== '') commit.message.push(line.slice(4));
    return;
  }
  const field = commit.message.length === 0 && commit.files.length === 0 ? FIELD.exec(line) : undefined;
  if (field) {
    commit.fields.set(field[1]!, field[2]!);
    return;
  }
  const summary = line.includes(' changed') ? SUMMARY.exec(line) : null;
  const file = line.length < MAX_STAT ? readFile(line) : null;
  if (summary) commit.totals = ` +${summary[2] ?? 0} -${summary[3] ?? 0}`;
  else if (file) commit.files.push({ name: file[1]!, size: Number(file[2]) || 0 });
  else if (line.trim() !== '') commit.others.push(line);
}

/** A line that names a file, then its name, then how much changed in it where that is said. */
function readFile(line: string): readonly string[] | null {
  return STAT.exec(line) ?? NAME_STATUS.exec(line) ?? (NAME_ONLY.test(line) ? [line, line] : null);
}

function authorOf({ fields }: Commit): string {
  return fields.get('Author') ?? '';
}

/** `Aug 21 2026` of git's usual date; other dates as they are. */
function dayOf({ fields }: Commit): string {
  const date = fields.get('Date') ?? fields.get('AuthorDate') ?? '';
  const [, day = date, year = ''] = DAY.exec(date) ?? [];
  return day + year;
}

function yearOf(commit: Commit): string | undefined {
  return YEAR.exec(dayOf(commit))?.[0];
}

function sayHead(
  commits: readonly Commit[],
  authors: readonly (readonly [string, number])[],
  codes: ReadonlyMap<string, string>,
): string {
  const [first, last] = [dayOf(commits[0]!), dayOf(commits.at(-1)!)];
  const often = authors.filter(([author]) => codes.has(author));
  const named = often.map(([author, count]) => `${codes.get(author)}=${author} ${count}`);
  const others = authors.length - often.length;
  if (others > 0) named.push(`${others} more with one each`);
  return (
    `[view of git log: ${commits.length} commits, ${first} back to ${last}; commits by author: ${named.join(', ')}; ` +
    'hashes, dates, messages ("+3 lines") and files are cut, subjects are whole]'
  );
}

function sayCommit(commit: Commit, before: Commit | undefined, codes: ReadonlyMap<string, string>): string {
  const { hash, decoration, message, files, totals, others } = commit;
  const author = authorOf(commit);
  const day = before && yearOf(before) === yearOf(commit) ? dayOf(commit).replace(YEAR, '') : dayOf(commit);
  const rest = message.length - 1;
  const more = rest > 0 ? ` (+${rest} line${rest === 1 ? '' : 's'})` : '';
  const head = `${hash.slice(0, SHORT_HASH)}${decoration} ${day} ${codes.get(author) ?? author}: ${message[0] ?? ''}${more}`;
  const lines = [head];
  if (files.length > 0) {
    const largest = [...files].sort((a, b) => b.size - a.size).slice(0, SHOWN_FILES);
    const hidden = files.length - largest.length;
    const names = largest.map(({ name }) => name).join(', ');
    lines.push(
      ` ${files.length} file${files.length === 1 ? '' : 's'}${totals}: ${names}${hidden > 0 ? ` and ${hidden} more` : ''}`,
    );
  }
  return [...lines, ...others].join('\n');
}
