/**
 * The view of a manual or of a program's help: every heading, option and command with the first sentence about it, names,
 * synopsis, examples and exit codes in full; in brackets how many lines of the source are left out there.
 */
import type { Deadline } from '../../core/deadline.ts';
import { type Entry, type Line, readEntries, readSections, type Section } from './entries.ts';
import { flow, gist } from './sentences.ts';

const FULL =
  /^(?:NAME|SYNOPSIS|SYNTAX|USAGE|EXAMPLES?|EXIT (?:STATUS|CODES?|VALUES?)|RETURN VALUES?|DIAGNOSTICS|usage:?.*|(?:command )?examples?:?)$/i;
const FURNITURE =
  /^(?:AUTHORS?|COPYRIGHT|REPORTING BUGS|HISTORY|COLOPHON|LICEN[CS]E|AVAILABILITY|RESOURCES|GIT|THANKS|ACKNOWLEDG\w+|MAINTAINERS?|CONTACT.*|VERSION)$/i;
const MAN_HEADING = /^[A-Z0-9][^a-z]{2,60}$|^[A-Z][\w ,/&-]{2,40}$/;
const HELP_HEADING = /^[A-Za-z][^\t]{0,70}:$|^[A-Z][A-Z -]{3,40}$/;
const TITLE_START = /^\S{1,60}\(\d\w{0,4}\)\s/;
const TITLE_END = /\s(?<gap>\s\s)?[^\s(]{1,60}\(\d\w{0,4}\)$/;
const MAX_FULL_LINES = 400;
const MAX_NAMES = 60;
const MAX_NAME = 40;
const MAX_DEPTH = 4;
const OPTION = /^-{1,2}[\w?@#]/;
const ITEM = /^(?:[-*+•·o] |-{1,2}\w)/;
const ENTRIES_PER_CHECK = 128;

/** Undefined when there is nothing of a manual in it. */
export function writeManView(source: string, deadline: Deadline): string | undefined {
  const lines = source.split('\n');
  const isMan = lines.some((line) => line.trimEnd() === 'NAME');
  const sections = readSections(
    lines.filter((line) => !isMan || !isFooter(line)),
    isMan ? isManHeading : isHelpHeading,
    deadline,
  );
  const titles = isMan ? lines.filter(isFooter).slice(0, 1) : [];
  const out = [
    `[headroom: view of ${lines.length} lines of ${isMan ? 'a manual' : 'help'}: first sentences; [+n] is n lines left out there]`,
    ...titles.map((line) => line.trim().replaceAll(/\s{2,}/g, '  ')),
  ];
  for (const section of sections) {
    deadline.check();
    out.push(...sectionLines(section, deadline));
  }
  return out.join('\n');
}

function isManHeading(line: string): boolean {
  return MAN_HEADING.test(line.trimEnd()) && !/^\s/.test(line);
}

function isHelpHeading(line: string): boolean {
  return line.length < 80 && HELP_HEADING.test(line.trimEnd());
}

/** The first and the last line of a manual, and those between its pages. */
function isFooter(line: string): boolean {
  if (line.length >= 300 || !/^\S/.test(line)) return false;
  const end = TITLE_END.exec(line.trimEnd());
  return end !== null && (TITLE_START.test(line) || end.groups?.['gap'] !== undefined);
}

function sectionLines({ heading, lines }: Section, deadline: Deadline): readonly string[] {
  const head = heading === undefined ? [] : [heading];
  if (lines.length === 0) return head;
  if (heading !== undefined && FURNITURE.test(heading)) return [`${heading} [+${lines.length}]`];
  if (heading !== undefined && /^SEE ALSO$/i.test(heading)) return [...head, ` ${flow(lines)}`];
  if (heading !== undefined && FULL.test(heading) && lines.length <= MAX_FULL_LINES) return [...head, ...inFull(lines)];
  const out: string[] = [...head];
  for (const [i, entry] of readEntries(lines).entries()) {
    if (i % ENTRIES_PER_CHECK === 0) deadline.check();
    out.push(...entryLines(entry, 1));
  }
  return out;
}

function inFull(lines: readonly Line[]): readonly string[] {
  const least = lines.reduce((least, { indent }) => Math.min(least, indent), 1000);
  return lines.map(
    ({ indent, text }) => `${' '.repeat(1 + indent - least)}${text.replaceAll(/(?<=[a-z,.;]) {2,4}(?=[a-z(])/g, ' ')}`,
  );
}

function* entryLines(entry: Entry, depth: number): Generator<string> {
  const { title, body, isTag, lines } = entry;
  const lead = ' '.repeat(depth);
  if (body.length === 0) {
    const { said, isAll } = isTag ? { said: title, isAll: true } : gist(title);
    return yield isAll ? lead + said : `${lead}${said} [+${Math.max(1, lines - rowsOf(said))}]`;
  }
  const first = firstParagraph(body);
  const text = flow(body.slice(0, first));
  const { said, isAll } = gist(text);
  const entries = readEntries(body.slice(first));
  const options = depth < MAX_DEPTH ? entries.filter(isOption) : [];
  const others = entries.filter((one) => !options.includes(one));
  const left = (isAll ? 0 : Math.max(1, first - rowsOf(said))) + others.reduce((sum, one) => sum + one.lines, 0);
  const rest = left > 0 ? ` [+${left}${namesOf(others)}]` : '';
  const separator = isTag ? ': ' : ' ';
  yield `${lead}${title.replace(/:$/, '')}${said === '' ? '' : separator + said}${rest}`;
  for (const option of options) yield* entryLines(option, depth + 1);
}

/** An option, or something that options stand under. */
function isOption({ title, body }: Entry): boolean {
  return title.startsWith('-') || body.some(({ text }) => OPTION.test(text));
}

/** How many lines a text took about. */
function rowsOf(said: string): number {
  return Math.max(1, Math.ceil(said.length / 66));
}

/** How many lines the first paragraph of a body has: none where options stand first. */
function firstParagraph(body: readonly Line[]): number {
  if (OPTION.test(body[0]!.text)) return 0;
  const indent = (body[1] ?? body[0]!).indent;
  let end = 1;
  while (end < body.length && !body[end]!.isFirst && body[end]!.indent === indent && !ITEM.test(body[end]!.text)) end++;
  return end;
}

/** What entries further in are about. */
function namesOf(entries: readonly Entry[]): string {
  const names = entries.filter(({ isTag, title }) => isTag && title.length <= MAX_NAME).map(({ title }) => title);
  if (names.length < 2) return '';
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `, about ${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}
