/** Takes a manual apart by how far its lines stand in: sections, their paragraphs, and entries with what stands under them. */
import type { Deadline } from '../../core/deadline.ts';
import { flow } from './sentences.ts';

export interface Entry {
  /** What is explained (an option, a command), or a paragraph of its own. */
  readonly title: string;
  readonly indent: number;
  /** What stands under it or beside it, without blank lines. */
  readonly body: readonly Line[];
  /** Lines that it takes, without blank ones. */
  readonly lines: number;
  readonly isTag: boolean;
}

export interface Line {
  readonly indent: number;
  readonly text: string;
  /** After a blank line. */
  readonly isFirst: boolean;
}

export interface Section {
  readonly heading: string | undefined;
  readonly lines: readonly Line[];
}

const LINES_PER_CHECK = 1024;
const MAX_LINE = 2000;
const MAX_TITLE = 60;
const BESIDE = /^(\S+(?: \S+){0,8})(\s{2,}|\t+)(\S.*)$/;

function lineOf(text: string, isFirst: boolean): Line {
  const trimmed = text.trimStart();
  let indent = 0;
  for (let at = 0; at < text.length - trimmed.length; at++) indent += text[at] === '\t' ? 8 - (indent % 8) : 1;
  return { indent, text: trimmed.trimEnd(), isFirst };
}

/** @param isHeading whether a line that stands at the left begins a section. */
export function readSections(
  lines: readonly string[],
  isHeading: (line: string) => boolean,
  deadline: Deadline,
): readonly Section[] {
  const sections: { heading: string | undefined; lines: Line[] }[] = [{ heading: undefined, lines: [] }];
  let isFirst = true;
  for (const [i, text] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    if (text.trim() === '') isFirst = true;
    else if (isHeading(text)) sections.push({ heading: text.trimEnd(), lines: [] });
    else {
      sections.at(-1)!.lines.push(lineOf(text, isFirst));
      isFirst = false;
    }
  }
  return sections;
}

export function readEntries(lines: readonly Line[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < lines.length; ) {
    const { entry, end } = readEntry(lines, at);
    entries.push(entry);
    at = end;
  }
  return entries;
}

interface Beside {
  readonly title: string;
  readonly text: string;
  /** Where the text begins. */
  readonly column: number;
}

function besideOf({ indent, text }: Line): Beside | undefined {
  const match = text.length > MAX_LINE ? null : BESIDE.exec(text);
  return match
    ? { title: match[1]!, text: match[3]!, column: indent + match[1]!.length + match[2]!.length }
    : undefined;
}

/** What stands beside a title: justified lines have wide gaps too, but not one under the other. */
function findBeside(lines: readonly Line[], at: number): Beside | undefined {
  const line = lines[at]!;
  const beside = besideOf(line);
  if (!beside || line.text.startsWith('-')) return beside;
  const isLevel = (other: Line | undefined): boolean =>
    other !== undefined &&
    (other.indent === beside.column || (other.indent === line.indent && besideOf(other)?.column === beside.column));
  return isLevel(lines[at + 1]) || isLevel(lines[at - 1]) ? beside : undefined;
}

function readEntry(lines: readonly Line[], start: number): { readonly entry: Entry; readonly end: number } {
  const { indent, text } = lines[start]!;
  const beside = findBeside(lines, start);
  const isDash = text.startsWith('-');
  let under = start + 1;
  // Lines at the same place go on: a paragraph, or several names of one thing.
  while (!beside && !isDash && goesOn(lines, under, indent)) under++;
  let end = under;
  while (end < lines.length && lines[end]!.indent > indent) end++;
  const below = lines.slice(under, end);
  if (beside) {
    const first: Line = { indent: beside.column, text: beside.text, isFirst: false };
    return { entry: { title: beside.title, indent, body: [first, ...below], lines: end - start, isTag: true }, end };
  }
  const titles = lines.slice(start, under);
  const areNames = titles.every((line) => line.text.length <= MAX_TITLE);
  const isTag = isDash || (below.length > 0 && areNames && titles.length <= 3);
  const title = isTag ? titles.map((line) => line.text).join('; ') : flow(titles);
  return { entry: { title, indent, body: below, lines: end - start, isTag }, end };
}

/** Words that wrapped lines begin with may look like options. */
function goesOn(lines: readonly Line[], at: number, indent: number): boolean {
  const line = lines[at];
  if (line === undefined || line.indent !== indent || line.isFirst) return false;
  return line.text.startsWith('-') ? !besideOf(line) : !findBeside(lines, at);
}
