/** Whether a tool call shows a file as it is: then its lines must stay, because an edit names the lines that it replaces. */
import type { ToolCall } from './conversation.ts';
import { asObject, type JsonValue } from './json/value.ts';

/** Shell commands that print files; with a pipe after them it is another program that prints. */
const PRINTS_FILES =
  /^\s*(?:cd [^;&|]+(?:&&|;)\s*)?(?:sudo )?(?:cat|bat|head|tail|nl|less|more|type|sed -n|git show|Get-Content)\s[^|]*$/;
/** A value that is nothing but the path of a file. */
const PATH_OF_FILE = /^[^\s{}[\]"'|<>]*[^\s/\\.][^\s/\\]*\.[A-Za-z][A-Za-z0-9]{0,9}$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

export function showsFile(call: ToolCall | undefined): boolean {
  if (!call) return false;
  return Object.values(asObject(call.input)).some((value) => {
    // A command may be a list of its words, the last of them all that a shell is given.
    const text = Array.isArray(value) ? commandOf(value) : value;
    return typeof text === 'string' && !ADDRESS.test(text) && (PATH_OF_FILE.test(text) || PRINTS_FILES.test(text));
  });
}

const SHELL = /^(?:\S*[\\/])?(?:ba|z|da|fi)?sh(?:\.exe)?$|^(?:cmd|powershell|pwsh)(?:\.exe)?$/;

function commandOf(words: readonly JsonValue[]): string | undefined {
  if (words.length < 2 || !words.every((word) => typeof word === 'string')) return undefined;
  return SHELL.test(words[0]!) ? words.at(-1) : words.join(' ');
}
