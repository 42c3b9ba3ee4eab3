/** Reads a unified diff for its view: files with their hunks, and the text between them. */
import type { Deadline } from '../../core/deadline.ts';
import { HunkLines, readHunkStart } from './hunk-lines.ts';

export interface Hunk {
  readonly header: string;
  /** How many columns of signs its lines have. */
  readonly columns: number;
  readonly lines: string[];
}

export interface ChangedFile {
  readonly path: string;
  readonly kind: 'changed' | 'new' | 'deleted' | 'renamed' | 'binary';
  /** What its head says beside the names and hashes: modes, similarity. */
  readonly notes: readonly string[];
  readonly hunks: readonly Hunk[];
  readonly added: number;
  readonly removed: number;
}

/** A line that belongs to no file, or a file. */
export type Section = string | ChangedFile;

const NOTHING = '/dev/null';
/** `diff --git a/x b/x`, and `c/x i/x` and the like; without prefixes both are the same. */
const SIDES = /^diff --git "?(?:a\/.* "?b\/|b\/.* "?a\/|i\/.* "?w\/|c\/.* "?[iw]\/|o\/.* "?w\/)/;
const LINES_PER_CHECK = 1024;
const OPENS = /^(?:diff |Index: )/;
const HEAD =
  /^(?:index [0-9a-f]|old mode |new mode |new file mode |deleted file mode |similarity index |dissimilarity index |rename from |rename to |copy from |copy to |--- |\+\+\+ |Binary files .* differ$|={60,}$)/;
/** Said by the line for the file itself. */
const SAID =
  /^(?:index |rename from |rename to |--- |\+\+\+ |new file mode 100644|deleted file mode 100644|Binary files |=)/;
/** `literal 6`, and the lines of base 85 under it. */
const BINARY_PATCH = 'GIT binary patch';
const IN_BINARY_PATCH = /^(?:literal \d+|delta \d+|[A-Za-z][^\s]{1,70}|)$/;

export function signOf(line: string, columns: number): '+' | '-' | ' ' | '\\' {
  if (line.startsWith('\\')) return '\\';
  if (columns === 1) return line[0] === '+' || line[0] === '-' ? line[0] : ' ';
  const signs = line.slice(0, columns);
  return signs.includes('-') ? '-' : signs.includes('+') ? '+' : ' ';
}

export function readSections(lines: readonly string[], deadline: Deadline): readonly Section[] {
  const reader = new SectionReader(lines);
  for (let i = 0; i < lines.length; i++) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    reader.read(i);
  }
  return reader.end();
}

class SectionReader {
  readonly #lines: readonly string[];
  readonly #sections: Section[] = [];
  readonly #tracker = new HunkLines();
  #head: string[] = [];
  #hunks: Hunk[] = [];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(at: number): void {
    const line = this.#lines[at]!;
    if (this.#tracker.take(line)) {
      this.#hunks.at(-1)!.lines.push(line);
      return;
    }
    const start = readHunkStart(line);
    if (start) this.#hunks.push({ header: line, columns: start.columns, lines: [] });
    else if (OPENS.test(line) || opensPlain(this.#lines, at, this.#head.length === 0 || this.#hunks.length > 0)) {
      this.end();
      this.#head.push(line);
    } else this.#readOther(line);
  }

  #readOther(line: string): void {
    const isInHead = this.#head.length > 0 && this.#hunks.length === 0;
    if (isInHead && this.#head.at(-1) === BINARY_PATCH && IN_BINARY_PATCH.test(line)) return;
    if (isInHead && (HEAD.test(line) || line === BINARY_PATCH)) this.#head.push(line);
    else {
      this.end();
      this.#sections.push(line);
    }
  }

  /** Closes the file that was read last. */
  end(): readonly Section[] {
    if (this.#head.length > 0 || this.#hunks.length > 0) this.#sections.push(toFile(this.#head, this.#hunks));
    [this.#head, this.#hunks] = [[], []];
    return this.#sections;
  }
}

/** `--- a` and `+++ b` without a line of the command before them. */
function opensPlain(lines: readonly string[], at: number, isFree: boolean): boolean {
  const isNamed = isFree && lines[at]!.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ');
  return isNamed && (lines[at + 2] ?? '').startsWith('@@');
}

function toFile(head: readonly string[], hunks: readonly Hunk[]): ChangedFile {
  let [added, removed] = [0, 0];
  for (const { lines, columns } of hunks) {
    for (const line of lines) {
      const sign = signOf(line, columns);
      if (sign === '+') added++;
      else if (sign === '-') removed++;
    }
  }
  return {
    path: pathOf(head),
    kind: kindOf(head),
    notes: head.slice(1).filter((line) => HEAD.test(line) && !SAID.test(line)),
    hunks,
    added,
    removed,
  };
}

function pathOf(head: readonly string[]): string {
  const valueOf = (start: string): string | undefined =>
    head.find((line) => line.startsWith(start))?.slice(start.length);
  const [from, to] = [valueOf('--- '), valueOf('+++ ')].map((name) => name?.split('\t')[0]);
  const renamed = valueOf('rename from ');
  if (renamed !== undefined) return `${renamed} -> ${valueOf('rename to ')}`;
  const first = head[0] ?? '';
  if (first.startsWith('Index: ')) return first.slice('Index: '.length);
  const hasSides = SIDES.test(first) || (from?.startsWith('a/') && to?.startsWith('b/'));
  const words = first.split(' ');
  const last = words.slice(Math.ceil((words.length + 2) / 2)).join(' ');
  const name = to !== undefined && to !== NOTHING ? to : (from ?? (last === '' ? first : last));
  return hasSides ? name.replace(/^("?)[a-z]\//, '$1') : name;
}

function kindOf(head: readonly string[]): ChangedFile['kind'] {
  const has = (start: string): boolean => head.some((line) => line.startsWith(start));
  if (has('Binary files ') || has(BINARY_PATCH)) return 'binary';
  if (has('new file mode ') || has('--- /dev/null')) return 'new';
  if (has('deleted file mode ') || has('+++ /dev/null')) return 'deleted';
  return has('rename from ') ? 'renamed' : 'changed';
}
