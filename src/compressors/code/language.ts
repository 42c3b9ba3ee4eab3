/** Which language a text is in: by the path in the tool call that it answers, else by what its lines say themselves. */
import type { ToolCall } from '../../core/conversation.ts';
import { asObject } from '../../core/json/value.ts';
import { evidenceIn } from './evidence.ts';
import type { CodeLanguage } from './grammars.ts';

const BY_EXTENSION: Readonly<Record<string, CodeLanguage>> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  py: 'python',
  pyi: 'python',
  pyw: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  c: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  hxx: 'cpp',
  cs: 'csharp',
  rb: 'ruby',
  rake: 'ruby',
  gemspec: 'ruby',
  php: 'php',
  swift: 'swift',
};
/** Files that are certainly something else, though they may hold code. */
const OTHER =
  /^(?:md|mdx|rst|txt|json|jsonl|ya?ml|toml|ini|html?|css|scss|less|vue|svelte|astro|csv|tsv|xml|sql|sh|bash|zsh|ps1|exs?|eex|heex|erl|kt|kts|scala|clj|lua|pl|dart|hs|ml|zig|lock|log|diff|patch|ipynb|proto|graphql|erb)$/;
/** Languages whose functions begin with a keyword and hold what stands deeper. */
const INDENTED: Readonly<Record<string, string>> = {
  ex: 'Elixir',
  exs: 'Elixir',
  kt: 'Kotlin',
  kts: 'Kotlin',
  scala: 'Scala',
  lua: 'Lua',
  pl: 'Perl',
  pm: 'Perl',
  zig: 'Zig',
  jl: 'Julia',
  nim: 'Nim',
  cr: 'Crystal',
  groovy: 'Groovy',
  gd: 'GDScript',
  sh: 'shell script',
  bash: 'shell script',
  zsh: 'shell script',
  // With a grammar too, for where the packages that parse are not installed.
  py: 'Python',
  rb: 'Ruby',
  go: 'Go',
  rs: 'Rust',
  php: 'PHP',
  swift: 'Swift',
};
const PATH = /[\w)\]-]\.([A-Za-z]\w{0,7})(?=$|[\s'"`:;,)\]|&])/g;
const MAX_COMMAND = 2_000;

/** The language of the one kind of file that the call names; `other` for one that has no outline; undefined: it names none. */
export function languageOfCall(call: ToolCall | undefined): CodeLanguage | 'other' | undefined {
  const found = new Set(
    extensionsIn(call).flatMap(
      (extension) => BY_EXTENSION[extension] ?? (OTHER.test(extension) ? ('other' as const) : []),
    ),
  );
  return found.size === 1 ? found.values().next().value : undefined;
}

/** What the language of the files that the call names is called, where indentation tells their outline. */
export function indentedLanguageOf(call: ToolCall | undefined): string | undefined {
  const found = new Set(
    extensionsIn(call).filter(
      (extension) => extension in BY_EXTENSION || OTHER.test(extension) || extension in INDENTED,
    ),
  );
  const titles = new Set(Array.from(found, (extension) => INDENTED[extension]));
  return titles.size === 1 ? titles.values().next().value : undefined;
}

function extensionsIn(call: ToolCall | undefined): readonly string[] {
  return Object.values(asObject(call?.input ?? null))
    .filter((value): value is string => typeof value === 'string' && value.length <= MAX_COMMAND)
    .flatMap((value) => Array.from(value.matchAll(PATH), ([, extension = '']) => extension));
}

/** Undefined for what is no code, or in no language that has an outline, whatever its path says. */
export function languageOf(lines: readonly string[], call: ToolCall | undefined): CodeLanguage | undefined {
  const named = languageOfCall(call);
  if (named === 'other') return undefined;
  const least = named ? MIN_SHARE_OF_NAMED : MIN_SHARE;
  const { language, share } = evidenceIn(lines, least);
  return share >= least ? (named ?? language) : undefined;
}

/** Of its lines, so many must look like code; fewer where the path says that they are. */
const MIN_SHARE = 0.4;
const MIN_SHARE_OF_NAMED = 0.3;
