/**
 * Every option of Headroom, once: a row is its flag (`--NAME`), its environment variable, its key in config.toml
 * (`NAME`), its default and its line in the documentation. Flags, help, checks and docs/options.md come from here.
 */
import type { Level } from '../core/compressor.ts';
import type { Budget } from '../core/limits.ts';
import type { VocabularyFile } from '../core/tokenizer.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import {
  BUDGETS,
  choice,
  FILE,
  FOLDER,
  HOST,
  isPattern,
  MINUTES,
  PERCENT,
  PROFILES,
  STORE,
  SWITCH,
  TOKEN,
  TOOLS,
  VOCABULARIES,
  WEB_ADDRESS,
  wholeNumber,
} from './rules.ts';

export type Profile = 'off' | Level;
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';
/** With its login, for a Redis: never printed as it is. */
export type StoreChoice = 'sqlite' | 'memory' | `${'redis' | 'rediss'}://${string}`;

/** What the options come to, by name. */
export interface OptionValues {
  readonly host: string;
  readonly port: number;
  readonly 'anthropic-url': string;
  readonly 'openai-url': string;
  readonly 'gemini-url': string;
  readonly profile: Profile;
  readonly tools: readonly ToolRule[];
  readonly prose: boolean;
  readonly holdout: number;
  readonly 'cache-align': 'auto' | 'off';
  readonly 'context-fit': 'auto' | 'off';
  readonly guard: 'report' | 'refuse';
  readonly 'cold-deepen': 'auto' | 'off';
  readonly 'cache-keep': number | 'off';
  readonly learned: 'auto' | 'off';
  readonly 'text-observations': string | undefined;
  readonly 'models-file': string | undefined;
  readonly vocabulary: readonly VocabularyFile[];
  readonly budget: readonly Budget[];
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly token: string | undefined;
  readonly store: StoreChoice;
  readonly 'store-max-mb': number;
  readonly 'store-days': number;
  readonly 'store-key-file': string | undefined;
  readonly home: string;
  readonly 'max-body-mb': number;
  readonly 'deadline-ms': number;
  readonly workers: number;
  readonly 'connect-timeout-ms': number;
  readonly 'response-timeout-ms': number;
  readonly 'log-level': LogLevel;
}

export type OptionName = keyof OptionValues;

export interface OptionRow<Value> {
  readonly variable: string;
  readonly short?: string;
  /** What a value looks like, for help: `PORT`, `URL`. */
  readonly valueName: string;
  readonly default: Value;
  /** How the default is written in the documentation where that is not its plain text. */
  readonly defaultText?: string;
  readonly doc: string;
  /** Never printed. */
  readonly isSecret?: boolean;
  /** A given text as it may be printed, where a part of it is secret. */
  readonly redact?: (text: string) => string;
  /** Cannot stand in config.toml. */
  readonly isOutsideFile?: boolean;
  /** May stand in config.toml as a table of its own, whose entries are read as `KEY=VALUE,KEY=VALUE`. */
  readonly isTable?: boolean;
  /** May be given several times, and stand in config.toml as a list: all of them together, with commas. */
  readonly isList?: boolean;
  /** A value as it would be given, where that is not its plain text. */
  readonly written?: (value: Value) => string;
  /** Where a value names files: the same value with their whole paths. */
  readonly resolved?: (value: Value, whole: (path: string) => string) => Value;
  /** What is allowed, in words that follow "must be". */
  readonly allowed: string;
  /** The value, or undefined when the text is not allowed. */
  parse(text: string): Value | undefined;
}

export type OptionTable = { readonly [Name in OptionName]: OptionRow<OptionValues[Name]> };

export const OPTIONS: OptionTable = {
  host: {
    ...HOST,
    variable: 'HEADROOM_HOST',
    default: '127.0.0.1',
    doc: 'Address that the proxy listens on. Anything but loopback can be reached from other machines, and needs --token.',
  },
  port: {
    ...wholeNumber('PORT', 0, 65_535),
    variable: 'HEADROOM_PORT',
    short: 'p',
    default: 8787,
    doc: 'Port that the proxy listens on; 0 takes any free one.',
  },
  'anthropic-url': {
    ...WEB_ADDRESS,
    variable: 'ANTHROPIC_TARGET_API_URL',
    default: 'https://api.anthropic.com',
    doc: 'Where requests for Anthropic go. With or without /v1 at its end.',
  },
  'openai-url': {
    ...WEB_ADDRESS,
    variable: 'OPENAI_TARGET_API_URL',
    default: 'https://api.openai.com',
    doc: 'Where requests for OpenAI go. With or without /v1 at its end.',
  },
  'gemini-url': {
    ...WEB_ADDRESS,
    variable: 'GEMINI_TARGET_API_URL',
    default: 'https://generativelanguage.googleapis.com',
    doc: 'Where requests for Gemini go. With or without /v1beta at its end.',
  },
  profile: {
    ...choice<Profile>(...PROFILES),
    variable: 'HEADROOM_PROFILE',
    default: 'balanced',
    doc: 'How far tool results may be shortened. off: not at all; lossless: only forms from which the original can be rebuilt; balanced and aggressive: also views, wherever the model can fetch the original back; without a way back they do the same as lossless.',
  },
  tools: {
    ...TOOLS,
    variable: 'HEADROOM_TOOLS',
    default: [],
    defaultText: 'none',
    isTable: true,
    doc: 'Another profile for the results of some tools; the first pair that fits counts. In the file a table: [tools], then lines such as "mcp__github__*" = "lossless".',
  },
  prose: {
    ...SWITCH,
    variable: 'HEADROOM_PROSE',
    default: false,
    doc: 'Also shorten ordinary prose in tool results, by leaving out the sentences that matter least to the call; only where views are made.',
  },
  'cache-align': {
    ...choice('auto', 'off'),
    variable: 'HEADROOM_CACHE_ALIGN',
    default: 'auto',
    doc: 'Keep what stands before the messages equal from request to request, so that the provider’s prompt cache hits: dates, ids and the like move from system prompts into a note at the end, and prefixes are marked or named. auto: where the client does not manage caches itself, in the profiles balanced and aggressive; off: never.',
  },
  'text-observations': {
    valueName: 'PATTERN',
    allowed: 'a regular expression',
    parse: (text) => (isPattern(text) ? text : undefined),
    variable: 'HEADROOM_TEXT_OBSERVATIONS',
    default: undefined,
    defaultText: 'none',
    doc: 'How turns of the user begin that are really the output of a tool: agents without tools of the API send them, such as SWE-agent. With "OBSERVATION:|EXECUTION RESULT" such turns are shortened as results are, by forms that lose nothing. Only in answer to a turn of the model.',
  },
  'context-fit': {
    ...choice('auto', 'off'),
    variable: 'HEADROOM_CONTEXT_FIT',
    default: 'auto',
    doc: 'What becomes of a conversation that is longer than its model reads. auto: in the profiles balanced and aggressive its results are said shorter, then the least worthy are left out, each named in its place and to be fetched; off: it is sent as it is.',
  },
  'cold-deepen': {
    ...choice('auto', 'off'),
    variable: 'HEADROOM_COLD_DEEPEN',
    default: 'auto',
    doc: 'What becomes of the history of a conversation whose prompt cache has certainly gone, after a long pause. auto: in the profile balanced its older results, but for those that show a file, are said as short as in aggressive, and stay so; only where caches are marked and nothing is signed; off: they stay as they were sent.',
  },
  'cache-keep': {
    ...MINUTES,
    variable: 'HEADROOM_CACHE_KEEP',
    default: 'off',
    doc: 'How many minutes providers that keep a prefix under a name, for a price by the hour, are asked to (Gemini, with a key: cachedContents). From the second request with the same system instruction and tools on, where these are long enough for the model and its price is known; renewed while it is used, deleted when the proxy ends. `headroom savings` counts what it costs. off: never.',
  },
  learned: {
    ...choice('auto', 'off'),
    variable: 'HEADROOM_LEARNED',
    default: 'auto',
    doc: 'Whether what models fetch and use of views is counted, by structure and without any value or text, so that a proxy started later says those columns and templates in full; `headroom learned` shows, exports and deletes the counts. off: nothing is counted, and nothing that was counted before is used.',
  },
  guard: {
    ...choice('report', 'refuse'),
    variable: 'HEADROOM_GUARD',
    default: 'report',
    doc: 'What becomes of a call by which the model would write words of Headroom’s (a marker, a reference) into a file. report: it is logged and counted; refuse: the client never gets it, and the model is told to fetch the original first. Calls then reach the client when they are whole.',
  },
  holdout: {
    ...PERCENT,
    variable: 'HEADROOM_HOLDOUT',
    default: 0,
    defaultText: '0%',
    doc: 'Share of conversations that go out as they come, so that `headroom savings` can compare what the others cost with it. Which ones is decided by what their first message says.',
  },
  'models-file': {
    ...FILE,
    variable: 'HEADROOM_MODELS_FILE',
    default: undefined,
    defaultText: 'none',
    doc: 'JSON file that changes and extends what Headroom knows of models: windows, prices, cache rules, tokenizers, by patterns of their names (docs/models.md). It is read when the proxy starts; a mistake in it stops the start.',
  },
  vocabulary: {
    ...VOCABULARIES,
    variable: 'HEADROOM_VOCABULARY',
    default: [],
    defaultText: 'none',
    isTable: true,
    isList: true,
    doc: 'The tokenizer.json of an open model, by the name of its tokenizer (mistral, llama, qwen, cohere, deepseek, or one that the models file names): its tokens are then counted exactly where the size of a request matters. It takes the npm package @huggingface/tokenizers. In the file a table: [vocabulary], then lines such as mistral = "/models/tokenizer.json".',
  },
  budget: {
    ...BUDGETS,
    variable: 'HEADROOM_BUDGET',
    default: [],
    defaultText: 'none',
    isList: true,
    doc: 'What each credential may spend in an hour, a day or a month of the calendar (UTC), in US dollars; with project: before it what each project may (the request header x-headroom-project; requests without one share one). By what the provider counted, at list prices, from the first request under a budget; models without a price cost nothing. From 80% on answers carry x-headroom-budget-warning.',
  },
  rpm: {
    ...wholeNumber('COUNT', 1, 999_999_999),
    variable: 'HEADROOM_RPM',
    default: undefined,
    defaultText: 'none',
    doc: 'Requests that each credential may send in any minute.',
  },
  tpm: {
    ...wholeNumber('COUNT', 1, 999_999_999),
    variable: 'HEADROOM_TPM',
    default: undefined,
    defaultText: 'none',
    doc: 'Tokens that each credential may use in any minute: input, cached or not, and output. A request that is larger than that waits for an empty minute.',
  },
  token: {
    ...TOKEN,
    variable: 'HEADROOM_TOKEN',
    default: undefined,
    defaultText: 'none',
    isSecret: true,
    doc: 'Secret that every caller must send when --host is not loopback. The process list shows flags to every user of this machine: prefer the variable or the file.',
  },
  store: {
    ...STORE,
    variable: 'HEADROOM_STORE',
    default: 'sqlite',
    doc: 'Where originals and earlier decisions are kept: in headroom.db in the home folder, in memory until the proxy ends, or in a Redis or Valkey that several proxies share (it takes the npm package ioredis). With a password prefer the variable or the file: the process list shows flags to every user of this machine.',
  },
  'store-max-mb': {
    ...wholeNumber('MB', 16, 16_777_216),
    variable: 'HEADROOM_STORE_MAX_MB',
    default: 2048,
    doc: 'How large headroom.db may get, in megabytes (1,048,576 bytes). Beyond it what was not used for the longest time goes first, but nothing that was used within the last 24 hours. A Redis has its own limit (maxmemory).',
  },
  'store-days': {
    ...wholeNumber('DAYS', 1, 3650),
    variable: 'HEADROOM_STORE_DAYS',
    default: 30,
    doc: 'How long originals and decisions are kept after they were used last, in days.',
  },
  'store-key-file': {
    ...FILE,
    variable: 'HEADROOM_STORE_KEY_FILE',
    default: undefined,
    defaultText: 'none',
    doc: 'File with a key of 32 bytes, in base64 or hexadecimal: what is stored from then on is encrypted with it (AES-256-GCM) and named so that nobody without the key can test what is there. `headroom store key` makes one. Without the key the store cannot be used any more.',
  },
  home: {
    ...FOLDER,
    variable: 'HEADROOM_HOME',
    default: '~/.headroom',
    isOutsideFile: true,
    doc: 'Folder of config.toml and headroom.db: all that is kept is kept there.',
  },
  'max-body-mb': {
    ...wholeNumber('MB', 1, 1024),
    variable: 'HEADROOM_MAX_BODY_MB',
    default: 64,
    doc: 'Largest request body that is accepted, in megabytes (1,048,576 bytes). Larger batches pass as they are.',
  },
  'deadline-ms': {
    ...wholeNumber('MS', 1, 600_000),
    variable: 'HEADROOM_DEADLINE_MS',
    default: 2000,
    doc: 'Longest time that shortening may take for one request, in milliseconds. What is not decided by then goes out as it came. `headroom compress` takes its time: 60000, unless it is told otherwise.',
  },
  workers: {
    ...wholeNumber('COUNT', 1, 64),
    variable: 'HEADROOM_WORKERS',
    default: 2,
    doc: 'Most threads that shorten requests at the same time.',
  },
  'connect-timeout-ms': {
    ...wholeNumber('MS', 1, 600_000),
    variable: 'HEADROOM_CONNECT_TIMEOUT_MS',
    default: 10_000,
    doc: 'Longest wait for a connection to the model provider, in milliseconds.',
  },
  'response-timeout-ms': {
    ...wholeNumber('MS', 1, 86_400_000),
    variable: 'HEADROOM_RESPONSE_TIMEOUT_MS',
    default: 900_000,
    doc: 'Longest silence of the model provider within one response, in milliseconds.',
  },
  'log-level': {
    ...choice<LogLevel>('silent', 'error', 'warn', 'info', 'debug'),
    variable: 'HEADROOM_LOG_LEVEL',
    default: 'info',
    doc: 'How much the proxy says on stderr. info: one line for each exchange.',
  },
};

export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS) as OptionName[];

/** @param own of a command, in place of the table's. */
export function defaultText<Name extends OptionName>(name: Name, own?: OptionValues[Name]): string {
  if (own !== undefined) return valueText(name, own);
  return OPTIONS[name].defaultText ?? valueText(name, OPTIONS[name].default);
}

/** A value as it would be given. */
export function valueText<Name extends OptionName>(name: Name, value: OptionValues[Name]): string {
  const { written = String } = OPTIONS[name];
  return written(value);
}

/** Other variables that Headroom reads; the table's own are not repeated. */
export const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  HEADROOM_DEBUG: 'Set to 1, errors come with their stack traces.',
  NO_COLOR: 'Set to anything, output has no colours.',
};
