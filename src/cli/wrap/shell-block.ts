/**
 * Our lines in a shell's start file: one block with a function for each agent, found by its marks. It says itself what was
 * done to the file around it, so it can be taken out to the byte without anything remembered elsewhere.
 */
const NAME = String.raw`[a-z][\w-]*`;
const BEGIN = /^# >>> headroom wrap(?<made>(?: \([a-z ]+\))*): taken out again by "headroom unwrap" >>>$/;
const END = '# <<< headroom wrap <<<';
/** Which agent a line of ours is for. */
const LINE = new RegExp(`^(?:function )?(?<agent>${NAME})\\b.*# headroom wrap$`);

/** What the block says of the file. */
const NO_LINE_BREAK = ' (line break added)';
const NEW_FILE = ' (new file)';
const NEW_FOLDER = ' (new folder)';

export type Shell = 'posix' | 'fish';

export interface Found {
  readonly agents: readonly string[];
  readonly isNewFile: boolean;
  /** How many folders were made for it. */
  readonly newFolders: number;
}

export interface Making {
  readonly shell: Shell;
  readonly agent: string;
  /** How this program is started, a word each: one that is found by its name, or a runtime and its file. */
  readonly program: readonly string[];
  /** Flags that every session gets. */
  readonly flags?: readonly string[];
  /** Undefined when there is no file yet. */
  readonly text: string | undefined;
  /** How many folders have to be made for it. */
  readonly newFolders: number;
}

/** Undefined when no block stands there. */
export function findBlock(text: string): Found | undefined {
  const block = locate(text);
  if (!block) return undefined;
  const agents = block.lines.flatMap((line) => LINE.exec(line)?.groups?.['agent'] ?? []);
  return { agents, isNewFile: block.made.includes(NEW_FILE), newFolders: block.made.split(NEW_FOLDER).length - 1 };
}

/** @returns the text with the agent's line in it. */
export function addAgent(making: Making): string {
  const { agent, text, newFolders } = making;
  const line = lineFor(making);
  const block = text === undefined ? undefined : locate(text);
  if (block) {
    const kept = block.lines.filter((one) => LINE.exec(one)?.groups?.['agent'] !== agent);
    return text!.slice(0, block.start) + [block.begin, ...kept, line, END].join('\n') + text!.slice(block.end);
  }
  const isOpen = text !== undefined && text !== '' && !text.endsWith('\n');
  const made = [isOpen ? NO_LINE_BREAK : '', text === undefined ? NEW_FILE : '', NEW_FOLDER.repeat(newFolders)];
  const begin = `# >>> headroom wrap${made.join('')}: taken out again by "headroom unwrap" >>>`;
  return `${text ?? ''}${isOpen ? '\n' : ''}${[begin, line, END].join('\n')}\n`;
}

/**
 * The text without the agent's line, and without the block when that was the last one; lines of others within it stay.
 * @param agent undefined for all of them.
 */
export function removeAgent(text: string, agent: string | undefined): string {
  const block = locate(text);
  if (!block) return text;
  const kept = block.lines.filter((line) => {
    const name = LINE.exec(line)?.groups?.['agent'];
    return name === undefined || (agent !== undefined && name !== agent);
  });
  const before = text.slice(0, block.start);
  const after = text.slice(block.end);
  if (kept.some((line) => LINE.test(line))) return before + [block.begin, ...kept, END].join('\n') + after;
  const rest = kept.map((line) => `${line}\n`).join('') + after.replace(/^\n/, '');
  // The line break that was added belongs to whoever has written behind it since.
  const isJoined = block.made.includes(NO_LINE_BREAK) && rest === '' && before.endsWith('\n');
  return (isJoined ? before.slice(0, -1) : before) + rest;
}

interface Block {
  readonly start: number;
  /** Behind the last mark, before its line break. */
  readonly end: number;
  readonly begin: string;
  readonly made: string;
  readonly lines: readonly string[];
}

function locate(text: string): Block | undefined {
  let start = 0;
  const lines = text.split('\n');
  const first = lines.findIndex((line) => BEGIN.test(line));
  if (first < 0) return undefined;
  const length = lines.slice(first).indexOf(END);
  // Without its end only the lines that are surely ours belong to it.
  const last = length < 0 ? first + countOurs(lines.slice(first + 1)) : first + length;
  for (const line of lines.slice(0, first)) start += line.length + 1;
  const whole = lines.slice(first, last + 1).join('\n');
  const inner = lines.slice(first + 1, length < 0 ? last + 1 : last);
  const begin = lines[first]!;
  return { start, end: start + whole.length, begin, made: BEGIN.exec(begin)!.groups!['made']!, lines: inner };
}

function countOurs(lines: readonly string[]): number {
  const other = lines.findIndex((line) => !LINE.test(line));
  return other < 0 ? lines.length : other;
}

/**
 * On one line, so that it is whole or not there. When this program is gone, or what it runs on, the agent starts without it,
 * and says so. `function`, because `claude() …` is a syntax error where `claude` is an alias.
 */
function lineFor({ shell, agent, program, flags = [] }: Making): string {
  const quote = QUOTES[shell];
  const words = [...program, 'wrap', ...flags, agent, '--'].map(quote).join(' ');
  const [first, file] = program.map(quote);
  const needs = file === undefined ? [first!, 'node'].map(found) : [`test -x ${first}`, `test -e ${file}`];
  // Older versions of fish know no `&&`.
  const isThere = needs.join(shell === 'fish' ? '; and ' : ' && ');
  const notice = `echo "${agent}: headroom is gone, starting without it; delete the headroom block in this shell's start file" >&2`;
  if (shell === 'fish')
    return `function ${agent}; if ${isThere}; ${words} $argv; else; ${notice}; command ${agent} $argv; end; end # headroom wrap`;
  return `function ${agent} { if ${isThere}; then ${words} "$@"; else ${notice}; command ${agent} "$@"; fi; } # headroom wrap`;
}

function found(name: string): string {
  return `command -v ${name} >/dev/null 2>&1`;
}

const PLAIN = /^[\w@%+=:,./-]+$/;
const QUOTES: Readonly<Record<Shell, (word: string) => string>> = {
  posix: (word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`),
  fish: (word) => (PLAIN.test(word) ? word : `'${word.replaceAll(/['\\]/g, String.raw`\$&`)}'`),
};
