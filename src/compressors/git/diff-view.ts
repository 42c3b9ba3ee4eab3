/**
 * The view of a diff: every file with its lines added and removed, every hunk header of what people wrote, and its
 * changed lines. Unchanged lines are thinned, files that programs make are summed up, deleted files outlined. At level
 * aggressive of long new files and of tests the declarations stay. What is left out is counted where it stood.
 */
import type { Level } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import { readSections } from './changes.ts';
import type { ChangedFile } from './changes.ts';
import { classify } from './file-class.ts';
import type { FileClass } from './file-class.ts';
import { DETAILS, renderHunk, usualContext } from './hunk-view.ts';
import type { Detail } from './hunk-view.ts';
import { lockChanges } from './lock-changes.ts';

/** Of the source's characters. */
const TARGET_SHARE: Readonly<Record<Exclude<Level, 'lossless'>, number>> = { balanced: 0.52, aggressive: 0.3 };
const MAX_SHARE_OF_FORM = 0.6;
/** Of the lossless form's tokens: what changed stays, which is most of what a diff says. */
export const DIFF_VIEW_SHARE = 0.85;
const MAX_PACKAGES = 60;
const MIN_SERIES = 3;

interface Shown {
  readonly file: ChangedFile;
  readonly fileClass: FileClass;
  /** How many unchanged lines most hunks of the diff begin and end with. */
  readonly usual: number;
  detail: Detail;
  text: string;
}

/**
 * Undefined when the text has no file that changed.
 * @param formLength of the lossless form, which the view has to be much shorter than.
 */
export function writeDiffView(
  text: string,
  formLength: number,
  level: Exclude<Level, 'lossless'>,
  deadline: Deadline,
): string | undefined {
  const read = readSections(text.split(/\r?\n/), deadline);
  const usual = usualContext(read.flatMap((section) => (typeof section === 'string' ? [] : section.hunks)));
  deadline.check();
  const sections = read.map((section) => (typeof section === 'string' ? section : show(section, usual)));
  const files = sections.filter((section) => typeof section !== 'string');
  if (files.length === 0) return undefined;
  fit(files, Math.min(text.length * TARGET_SHARE[level], formLength * MAX_SHARE_OF_FORM), LIMITS[level], deadline);
  const body = joinCommitHeads(sections.map((section) => (typeof section === 'string' ? section : section.text)));
  return [sayHead(files, usual), ...body].join('\n');
}

/** Of a series of commits, the lines of each head as one. */
function joinCommitHeads(body: readonly string[]): readonly string[] {
  const isHead = (i: number): boolean =>
    i >= 0 &&
    /^commit [0-9a-f]{7}/.test(body[i]!) &&
    (body[i + 1] ?? '').startsWith('Author: ') &&
    (body[i + 2] ?? '').startsWith('Date: ');
  if (body.filter((_, i) => isHead(i)).length < MIN_SERIES) return body;
  return body.flatMap((line, i) => {
    if (isHead(i)) return [`${line}, ${withoutLabel(body[i + 1]!)}, ${withoutLabel(body[i + 2]!)}`];
    return isHead(i - 1) || isHead(i - 2) ? [] : [line];
  });
}

function withoutLabel(line: string): string {
  return line.replace(/^\w+: +/, '');
}

function show(file: ChangedFile, usual: number): Shown {
  const fileClass = classify(file.path.split(' -> ').at(-1)!);
  const detail = fileClass === 'lock' || fileClass === 'made' ? 'counts' : 'near';
  const shown = { file, fileClass, usual, detail, text: '' } as const;
  return { ...shown, text: render(shown, detail) };
}

type Limits = Readonly<Record<'source' | 'new source' | 'deleted' | 'other', Detail>>;

const LIMITS: Readonly<Record<Exclude<Level, 'lossless'>, Limits>> = {
  balanced: { source: 'changes', 'new source': 'changes', deleted: 'outline', other: 'changes' },
  aggressive: { source: 'runs', 'new source': 'outline', deleted: 'outline', other: 'outline' },
};

function limitOf({ file, fileClass }: Shown, limits: Limits): Detail {
  if (file.kind === 'deleted') return limits.deleted;
  if (fileClass !== 'source') return limits.other;
  return file.kind === 'new' ? limits['new source'] : limits.source;
}

/** Shows less of what matters least, step by step, until it fits. */
function fit(files: readonly Shown[], target: number, limits: Limits, deadline: Deadline): void {
  const steps: readonly (readonly [Detail, (shown: Shown) => boolean])[] = DETAILS.slice(1).flatMap((detail) => [
    [detail, ({ file }) => file.kind === 'deleted'] as const,
    [detail, ({ fileClass }) => fileClass === 'text'] as const,
    [detail, ({ fileClass }) => fileClass === 'test'] as const,
    [detail, ({ file }) => file.kind === 'new'] as const,
    [detail, () => true] as const,
  ]);
  let chars = files.reduce((sum, { text }) => sum + text.length, 0);
  for (const [detail, applies] of steps) {
    for (const shown of [...files].sort((a, b) => b.text.length - a.text.length)) {
      if (chars <= target) return;
      const isFiner = DETAILS.indexOf(shown.detail) < DETAILS.indexOf(detail);
      if (!isFiner || !applies(shown) || DETAILS.indexOf(limitOf(shown, limits)) < DETAILS.indexOf(detail)) continue;
      deadline.check();
      const before = shown.text.length;
      shown.text = render(shown, detail);
      shown.detail = detail;
      chars += shown.text.length - before;
    }
  }
}

function sayHead(files: readonly Shown[], usual: number): string {
  const sum = (of: (file: ChangedFile) => number): number => files.reduce((total, { file }) => total + of(file), 0);
  const hunks = sum((file) => file.hunks.length);
  return (
    `[view of a diff: ${count(files.length, 'file')}, ${count(hunks, 'hunk')}, +${sum((file) => file.added)} ` +
    `-${sum((file) => file.removed)}; "~5": 5 unchanged lines left out ` +
    `(${usual} at an end of a hunk where none are said or shown), "~+5" added ones, "~-5" removed ones; index, --- and +++ lines left out]`
  );
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function render({ file, fileClass, usual }: Omit<Shown, 'text'>, detail: Detail): string {
  const { path, kind, notes, added, removed, hunks } = file;
  const counts = kind === 'binary' ? '' : ` +${added} -${removed}`;
  const lines = [
    `${kind === 'changed' ? 'file' : kind === 'binary' ? 'binary file' : `${kind} file`} ${path}${counts}`,
    ...notes,
  ];
  if (detail === 'counts') {
    if (hunks.length > 0) lines[0] += `, ${count(hunks.length, 'hunk')} left out`;
    if (fileClass === 'lock') lines.push(...sayPackages(file));
    return lines.join('\n');
  }
  for (const hunk of hunks) {
    lines.push(hunk.header);
    renderHunk(hunk, { detail, usual: kind === 'changed' || kind === 'renamed' ? usual : undefined }, lines);
  }
  return lines.join('\n');
}

function sayPackages(file: ChangedFile): readonly string[] {
  const packages = lockChanges(file);
  const rest = packages.length - MAX_PACKAGES;
  return rest > 0 ? [...packages.slice(0, MAX_PACKAGES), `~${count(rest, 'more package')}`] : packages;
}
