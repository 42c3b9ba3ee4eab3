/**
 * git log --graph: the lines that open a commit as one, beside its branches; below it the branches are left out where
 * they only go on, and messages stand in by one blank.
 */
import type { Deadline } from '../../../core/deadline.ts';
import { CommitRecord, readLabels } from '../commit-record.ts';
import { codeOf } from '../legend.ts';
import { ESCAPE, LINES_PER_CHECK } from '../listing.ts';
import type { Listing } from '../listing.ts';

const LINE =
  /^[*|\\/ _.-]{0,200}\* [*|\\/ _.-]{0,200}commit [0-9a-f]{7,64}|^[|\\/][|\\/ _.-]{0,200}(?:(?:Author|AuthorDate|Commit|CommitDate|Date|Merge): |$)/;
const COMMIT = /^([*|][*|\\/ _.-]{0,200}?)(commit [0-9a-f]{7,64}(?: \([^()]{1,300}\))?)$/;
const RECORD = /^([*|][*|\\/ _.-]{0,200}?)(commit [0-9a-f]{7,64} .*?)(?: \{([^{}]{1,900})\})?$/;
const GRAPH = /^[*|\\/ _.-]+$/;
const HEADER =
  /^\[headroom: git log --graph; after a commit "(Author: +)" and "(Date: +)", dates where they change; branches stand where they do not just go on, \{1:\|\/\} in the line after; ":" before other text; (\d{1,4}) authors by letter\]$/;
const AUTHOR = /^([A-Z]\d{0,3})=(.*)$/;
const MESSAGE = '    ';
const MIN_COMMITS = 3;
const MAX_AUTHORS = 500;
const MAX_HEAD_LINES = 4;

/** Where the branches stand one line further down, if nothing happens to them. */
function goOn(graph: string): string {
  // Mostly they stand there already.
  if (!/[^| ]/.test(graph)) return graph;
  const out = Array.from(graph, (sign) => (sign === '|' || sign === '*' ? '|' : ' '));
  for (let at = 0; at < graph.length; at++) {
    if (graph[at] === '\\' && at + 1 < out.length) out[at + 1] = '|';
  }
  return out.join('');
}

function countAuthors(texts: readonly string[], label: string): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    if (!text.startsWith(label)) continue;
    const author = text.slice(label.length);
    counts.set(author, (counts.get(author) ?? 0) + 1);
  }
  const often = [...counts].filter(([author, count]) => count > 1 && author.length > 3).slice(0, MAX_AUTHORS);
  return new Map(often.map(([author], i) => [codeOf(i), author]));
}

/** A line without the branches before it. */
function textOf(line: string): string {
  return line.slice(/^[*|\\/ _.-]*/.exec(line.slice(0, 200))![0].length);
}

class GraphWriter {
  readonly #lines: readonly string[];
  readonly #commits: CommitRecord;
  #graph = '';

  constructor(lines: readonly string[], commits: CommitRecord) {
    this.#lines = lines;
    this.#commits = commits;
  }

  /** The form of the lines from here on, and where it ends. */
  take(at: number): { readonly line: string; readonly end: number } {
    const record = this.#record(at);
    if (record) return record;
    const line = this.#lines[at]!;
    const graph = goOn(this.#graph);
    const text = graph !== '' && line.startsWith(graph) ? line.slice(graph.length) : undefined;
    if (text === undefined) {
      this.#graph = GRAPH.test(line) ? line : this.#graph;
      return { line: ESCAPE + line, end: at + 1 };
    }
    this.#graph = graph;
    return { line: sayText(text), end: at + 1 };
  }

  #record(at: number): { readonly line: string; readonly end: number } | undefined {
    const [, first, commit] = COMMIT.exec(this.#lines[at]!) ?? [];
    if (first === undefined || commit === undefined) return undefined;
    const graphs = [first];
    const texts = [commit];
    const changes: string[] = [];
    for (let i = 1; i < MAX_HEAD_LINES && at + i < this.#lines.length; i++) {
      const line = this.#lines[at + i]!;
      const usual = goOn(graphs.at(-1)!);
      const graph = line.startsWith(usual) ? usual : line.slice(0, usual.length);
      if (!GRAPH.test(graph)) break;
      if (graph !== usual) changes.push(`${i}:${graph}`);
      graphs.push(graph);
      texts.push(line.slice(graph.length));
    }
    const taken = this.#commits.encode(texts, 0);
    if (!taken) return undefined;
    const own = changes.filter((change) => Number(change[0]) < taken.end);
    this.#graph = graphs[taken.end - 1]!;
    return {
      line: `${first}${taken.lines[0]!}${own.length > 0 ? ` {${own.join(',')}}` : ''}`,
      end: at + taken.end,
    };
  }
}

function sayText(text: string): string {
  if (text === '') return '';
  return text.startsWith(MESSAGE) ? text.slice(MESSAGE.length - 1) : `:${text}`;
}

function headerFor(author: string, date: string, authors: number): string {
  return `[headroom: git log --graph; after a commit "${author}" and "${date}", dates where they change; branches stand where they do not just go on, {1:|/} in the line after; ":" before other text; ${authors} authors by letter]`;
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const texts = lines.map(textOf);
  deadline.check();
  if (texts.filter((text) => text.startsWith('commit ')).length < MIN_COMMITS) return undefined;
  const labels = readLabels(texts);
  if (!labels) return undefined;
  const authors = countAuthors(texts, labels.author);
  const writer = new GraphWriter(lines, new CommitRecord(labels, authors));
  const out = [
    headerFor(labels.author, labels.date, authors.size),
    ...[...authors].map(([code, name]) => `${code}=${name}`),
  ];
  for (let at = 0, steps = 0; at < lines.length; steps++) {
    if (steps % LINES_PER_CHECK === 0) deadline.check();
    const { line, end } = writer.take(at);
    out.push(line);
    at = end;
  }
  return out;
}

class GraphReader {
  readonly lines: string[] = [];
  readonly #commits: CommitRecord;
  #graph = '';

  constructor(commits: CommitRecord) {
    this.#commits = commits;
  }

  /** False when the line is none of this form. */
  take(line: string): boolean {
    if (line.startsWith(ESCAPE)) {
      const raw = line.slice(ESCAPE.length);
      if (GRAPH.test(raw)) this.#graph = raw;
      this.lines.push(raw);
      return true;
    }
    if (line === '' || line.startsWith(' ') || line.startsWith(':')) {
      this.#graph = goOn(this.#graph);
      const text = line.startsWith(':') ? line.slice(1) : line === '' ? '' : MESSAGE.slice(1) + line;
      this.lines.push(this.#graph + text);
      return true;
    }
    return this.#record(line);
  }

  #record(line: string): boolean {
    const [, first, record, said = ''] = RECORD.exec(line) ?? [];
    const taken = first === undefined || record === undefined ? undefined : this.#commits.decode([record], 0);
    if (!taken || first === undefined) return false;
    const changes = new Map(said.split(',').map((one) => [Number(one.slice(0, 1)), one.slice(2)]));
    let graph = first;
    for (const [i, text] of taken.lines.entries()) {
      if (i > 0) graph = (said === '' ? undefined : changes.get(i)) ?? goOn(graph);
      this.lines.push(graph + text);
    }
    this.#graph = graph;
    return true;
  }
}

function read(header: string, form: readonly string[]): readonly string[] | undefined {
  const [, author = '', date = '', count = ''] = header.length > 1000 ? [] : (HEADER.exec(header) ?? []);
  if (author === '') return undefined;
  const authors = new Map<string, string>();
  for (const line of form.slice(0, Number(count))) {
    const [, code, name] = AUTHOR.exec(line) ?? [];
    if (code === undefined || name === undefined) return undefined;
    authors.set(code, name);
  }
  const reader = new GraphReader(new CommitRecord({ author, date }, authors));
  for (const line of form.slice(Number(count))) if (!reader.take(line)) return undefined;
  return reader.lines;
}

export const graph: Listing = { line: LINE, write, read };
