/** Whether a tool call shows a file as it is, and which: its lines must stay, because an edit names the lines that it replaces. */
import type { ToolCall } from './conversation.ts';
import { asObject, type JsonValue } from './json/value.ts';

/**
 * Shell commands that print files; with a pipe after them it is another program that prints. `git show` prints a file
 * where a path stands behind a revision and a colon, and a commit with its changes where not.
 */
const PRINTS_FILES =
  /^\s*(?:cd [^;&|]+(?:&&|;)\s*)?(?:sudo )?(?:cat|bat|head|tail|nl|less|more|type|sed -n|git (?:--?\S+ )*show(?= (?:--?\S+ )*["']?[^\s:"'-][^\s:"']*:[^\s/]| (?:--?\S+ )*["']?:[^\s/])|Get-Content)\s[^|]*$/;
/** A value that is nothing but the path of a file. */
const PATH_OF_FILE = /^[^\s{}[\]"'|<>]*[^\s/\\.][^\s/\\]*\.[A-Za-z][A-Za-z0-9]{0,9}$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Whether a call names an address of the network, whose text no edit can change. */
export function showsAddress(call: ToolCall | undefined): boolean {
  return Object.values(asObject(call?.input ?? null)).some(
    (value) => typeof value === 'string' && ADDRESS.test(value) && !/^file:|\s/i.test(value),
  );
}

export function showsFile(call: ToolCall | undefined): boolean {
  return textsOf(call).some((text) => PATH_OF_FILE.test(text) || PRINTS_FILES.test(text));
}

/** The paths of all files that a call shows; none where it is not certain which these are. */
export function shownPaths(call: ToolCall | undefined): readonly string[] {
  const found: string[] = [];
  for (const text of textsOf(call)) {
    if (PATH_OF_FILE.test(text)) found.push(text);
    else if (PRINTS_FILES.test(text)) {
      const printed = printedBy(text);
      if (!printed) return [];
      found.push(...printed);
    }
  }
  return found;
}

const COMMAND_NAME = /^(?:command|cmd)$/i;

/** Whether a call is a command that certainly prints files and does nothing else. */
export function onlyPrints(call: ToolCall | undefined): boolean {
  const command = Object.entries(asObject(call?.input ?? null)).find(([name]) => COMMAND_NAME.test(name))?.[1];
  const text = Array.isArray(command) ? commandOf(command) : command;
  return typeof text === 'string' && PRINTS_FILES.test(text) && printedBy(text) !== undefined;
}

function textsOf(call: ToolCall | undefined): readonly string[] {
  return Object.values(asObject(call?.input ?? null)).flatMap((value) => {
    // A command may be a list of its words, the last of them all that a shell is given.
    const text = Array.isArray(value) ? commandOf(value) : value;
    return typeof text === 'string' && !ADDRESS.test(text) ? [text] : [];
  });
}

const SHELL = /^(?:\S*[\\/])?(?:ba|z|da|fi)?sh(?:\.exe)?$|^(?:cmd|powershell|pwsh)(?:\.exe)?$/;

function commandOf(words: readonly JsonValue[]): string | undefined {
  if (words.length < 2 || !words.every((word) => typeof word === 'string')) return undefined;
  return SHELL.test(words[0]!) ? words.at(-1) : words.join(' ');
}

/** What would make it uncertain which files a command prints. */
const UNCERTAIN = /[`*?$<]|>(?!\s*\/dev\/null|&\d)/;
const PRINTER = /^(?:sudo )?(?:cat|bat|head|tail|nl|less|more|type|Get-Content)\s/;
const PRINTS_SOME = /^(?:sudo )?sed -n\s/;
/** Commands between others that print no file. */
const SILENT = /^(?:cd|echo|printf|true|pwd)(?:\s|$)/;
const NO_PATH = /^(?:-|\d+$|\d?>)/;

/** The files that a command prints; undefined where anything but printing is done. */
function printedBy(command: string): readonly string[] | undefined {
  const found: string[] = [];
  for (const part of command.split(/&&|\|\||;|\n/)) {
    const simple = part.trim();
    if (simple === '' || SILENT.test(simple)) continue;
    const isSome = PRINTS_SOME.test(simple);
    if (UNCERTAIN.test(simple) || !(isSome || PRINTER.test(simple))) return undefined;
    const [, ...words] = simple.replace(/^sudo /, '').split(/\s+/);
    const paths = words.filter((word) => !NO_PATH.test(word)).map((word) => word.replaceAll(/^["']|["']$/g, ''));
    // The first word after `sed -n` says which lines.
    found.push(...paths.slice(isSome ? 1 : 0));
  }
  return found;
}
