/** `file P A..B` for the lines with which git opens a file: diff --git, index, --- and +++. */
import type { RecordKind, Taken } from './record.ts';
import { standsAt } from './record.ts';

const OPEN = 'diff --git ';
const MAX_HEAD = 9;
const PLAIN_MODE = '100644';
const NOTHING = '/dev/null';
const HEAD_LINE =
  /^(?:new file mode|deleted file mode|similarity index|rename from|rename to|index|---|\+\+\+|Binary files) /;
const INDEX = /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d{6}))?$/;
const LIKE_RECORD = /^(?:(?:new |deleted )?file|renamed) /;
const RECORD =
  /^(file|new file|deleted file|renamed) (.+?)(?: (\d{1,3})%)?(?: ([0-9a-f]{4,64}(?:\.\.[0-9a-f]{4,64})?))?(?: (\d{6}))?( \(no hunks\)| binary)?$/;
const ARROW = ' -> ';
const MAX_LINE = 1000;

interface FileHead {
  readonly kind: string;
  readonly oldPath: string;
  readonly newPath: string;
  readonly similarity: string | undefined;
  /** `A..B`, one hash where the other is all zeros, or none. */
  readonly hashes: string | undefined;
  readonly mode: string;
  readonly content: 'hunks' | '(no hunks)' | 'binary';
}

/** `a/P`, or `"a/P"` where git quotes the path. */
function side(prefix: string, path: string): string {
  return path.startsWith('"') ? `"${prefix}${path.slice(1)}` : prefix + path;
}

function named(prefix: string, path: string): string {
  const name = side(prefix, path);
  return path.includes(' ') && !path.startsWith('"') ? `${name}\t` : name;
}

function headLines(head: FileHead): readonly string[] {
  const { kind, oldPath, newPath, similarity, hashes, mode, content } = head;
  const [isNew, isDeleted] = [kind === 'new file', kind === 'deleted file'];
  const lines = [`diff --git ${side('a/', oldPath)} ${side('b/', newPath)}`];
  if (isNew || isDeleted) lines.push(`${kind} mode ${mode}`);
  if (similarity !== undefined) {
    lines.push(`similarity index ${similarity}%`, `rename from ${oldPath}`, `rename to ${newPath}`);
  }
  if (hashes !== undefined) {
    const zeros = '0'.repeat(hashes.length);
    const both = isNew ? `${zeros}..${hashes}` : isDeleted ? `${hashes}..${zeros}` : `${hashes} ${mode}`;
    lines.push(`index ${both}`);
  }
  const from = isNew ? NOTHING : content === 'binary' ? side('a/', oldPath) : named('a/', oldPath);
  const to = isDeleted ? NOTHING : content === 'binary' ? side('b/', newPath) : named('b/', newPath);
  if (content === 'hunks') lines.push(`--- ${from}`, `+++ ${to}`);
  if (content === 'binary') lines.push(`Binary files ${from} and ${to} differ`);
  return lines;
}

function writeRecord({ kind, oldPath, newPath, similarity, hashes, mode, content }: FileHead): string {
  const path = kind === 'renamed' ? oldPath + ARROW + newPath : newPath;
  const parts = [kind, path];
  if (similarity !== undefined) parts.push(`${similarity}%`);
  if (hashes !== undefined) parts.push(hashes);
  if (mode !== PLAIN_MODE) parts.push(mode);
  if (content !== 'hunks') parts.push(content);
  return parts.join(' ');
}

function readRecord(line: string): FileHead | undefined {
  const match = line.length <= MAX_LINE ? RECORD.exec(line) : undefined;
  if (!match) return undefined;
  const [, kind = '', path = '', similarity, hashes, mode = PLAIN_MODE, content = ''] = match;
  const paths = pathsOf(kind, path);
  if (!paths || (kind === 'renamed') !== (similarity !== undefined) || !hasRightHashes(kind, hashes)) return undefined;
  return { kind, oldPath: paths[0], newPath: paths[1], similarity, hashes, mode, content: readContent(content) };
}

function pathsOf(kind: string, path: string): readonly [string, string] | undefined {
  if (kind !== 'renamed') return [path, path];
  const arrow = path.indexOf(ARROW);
  return arrow < 0 ? undefined : [path.slice(0, arrow), path.slice(arrow + ARROW.length)];
}

function hasRightHashes(kind: string, hashes: string | undefined): boolean {
  if (kind === 'new file' || kind === 'deleted file') return hashes !== undefined && !hashes.includes('..');
  return hashes === undefined || hashes.includes('..');
}

function readContent(content: string): FileHead['content'] {
  if (content === '') return 'hunks';
  return content === ' binary' ? 'binary' : '(no hunks)';
}

function unquoteSides(names: string): readonly [string, string] | undefined {
  const isQuoted = names.startsWith('"a/');
  if (!isQuoted && !names.startsWith('a/')) return undefined;
  // The same path on both sides, each with its prefix, and a blank between.
  const half = (names.length - 1) / 2;
  const [from, to] = [names.slice(0, half), names.slice(half + 1)];
  const path = isQuoted ? `"${from.slice(3)}` : from.slice(2);
  if (from === side('a/', path) && to === side('b/', path) && names[half] === ' ') return [path, path];
  return undefined;
}

/** What the lines that follow say. A head that says anything else is left to the comparison, which fails. */
function readHead(lines: readonly string[], at: number): FileHead | undefined {
  const first = lines[at]!;
  if (!first.startsWith(OPEN) || first.length > MAX_LINE) return undefined;
  const head = new Map<string, string>();
  for (let i = at + 1; i < Math.min(lines.length, at + MAX_HEAD); i++) {
    const kind = HEAD_LINE.exec(lines[i]!)?.[0];
    if (kind === undefined || head.has(kind)) break;
    head.set(kind, lines[i]!.slice(kind.length));
  }
  const [from, to] = [head.get('rename from '), head.get('rename to ')];
  const paths = from !== undefined && to !== undefined ? [from, to] : unquoteSides(first.slice(OPEN.length));
  return paths && toHead(head, paths[0]!, paths[1]!);
}

function toHead(head: ReadonlyMap<string, string>, oldPath: string, newPath: string): FileHead {
  const [, from = '', to = '', own] = INDEX.exec(`index ${head.get('index ') ?? ''}`) ?? [];
  const hashesOf = (said: string): string | undefined => (from === '' ? undefined : said);
  const similarity = head.get('similarity index ')?.slice(0, -1);
  const content = head.has('Binary files ') ? 'binary' : head.has('--- ') ? 'hunks' : '(no hunks)';
  const same = { oldPath, newPath, similarity, content } as const;
  const [created, deleted] = [head.get('new file mode '), head.get('deleted file mode ')];
  if (created !== undefined) return { ...same, kind: 'new file', hashes: hashesOf(to), mode: created };
  if (deleted !== undefined) return { ...same, kind: 'deleted file', hashes: hashesOf(from), mode: deleted };
  const kind = similarity === undefined ? 'file' : 'renamed';
  return { ...same, kind, hashes: hashesOf(`${from}..${to}`), mode: own ?? PLAIN_MODE };
}

export const fileRecord: RecordKind = {
  encode(lines, at): Taken | undefined {
    const head = readHead(lines, at);
    if (!head) return undefined;
    const record = writeRecord(head);
    const read = readRecord(record);
    const source = read ? headLines(read) : [];
    if (source.length < 2 || !standsAt(lines, at, source)) return undefined;
    return { lines: [record], end: at + source.length };
  },
  looksLike: (line) => LIKE_RECORD.test(line),
  decode(form, at): Taken | undefined {
    const head = readRecord(form[at]!);
    return head && { lines: headLines(head), end: at + 1 };
  },
};
