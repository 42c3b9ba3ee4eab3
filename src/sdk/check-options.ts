/**
 * Whether options are what they may be: a name that is misspelt, or a value that nothing is done with, would be found out
 * by what is not saved. Undefined is always allowed.
 */
import { suggestion } from '../config/nearest.ts';
import type { Level } from '../core/compressor.ts';
import type { VocabularyFile } from '../core/tokenizer.ts';
import type { CompressOptions, HeadroomOptions, Hooks, LibraryStore } from './options.ts';

interface Rule {
  /** In words that follow "must be". */
  readonly allowed: string;
  readonly fits: (value: unknown) => boolean;
}

/** Complete by type: a new option does not compile without its rule. */
type Rules<Options> = Readonly<Record<keyof Options, Rule>>;

const TEXT: Rule = { allowed: 'a text', fits: (value) => typeof value === 'string' };
const SWITCH: Rule = { allowed: 'true or false', fits: (value) => typeof value === 'boolean' };
const FUNCTION: Rule = { allowed: 'a function', fits: (value) => typeof value === 'function' };
const ANYTHING: Rule = { allowed: 'anything', fits: () => true };
const ABOVE_ZERO: Rule = {
  allowed: 'a number above 0',
  fits: (value) => typeof value === 'number' && value > 0,
};

const LEVELS: Readonly<Record<Level, true>> = { lossless: true, balanced: true, aggressive: true };
const PROFILES = Object.keys(LEVELS);
const TOOL_PROFILES = [...PROFILES, 'off'];

function oneOf(values: readonly string[]): Rule {
  return { allowed: `one of ${values.join(', ')}`, fits: (value) => values.some((one) => one === value) };
}

function objectOf<Options>(allowed: string, rules: Rules<Options>): Rule {
  const fits = (value: unknown): boolean => isObject(value) && problemIn(value, rules) === undefined;
  return { allowed: `${allowed} (${Object.keys(rules).join(', ')})`, fits };
}

const HOOKS: Rules<Hooks> = { before: FUNCTION, edit: FUNCTION, after: FUNCTION };
const STORE: Rules<LibraryStore> = {
  path: TEXT,
  maxBytes: ABOVE_ZERO,
  idleDays: ABOVE_ZERO,
  waitMs: ABOVE_ZERO,
  key: { allowed: '32 bytes', fits: (value) => value instanceof Uint8Array && value.length === 32 },
  login: { allowed: 'a login', fits: isObject },
};
const STORE_OBJECT = objectOf('an object with its path', STORE);

const VOCABULARY = objectOf<VocabularyFile>('an object', { tokenizer: TEXT, path: TEXT });

const OPTIONS: Rules<HeadroomOptions> = {
  profile: oneOf(PROFILES),
  tools: {
    allowed: `a list of { glob, level } with a level of ${TOOL_PROFILES.join(', ')}`,
    fits: (value) => Array.isArray(value) && value.every(isToolRule),
  },
  offersRetrieval: SWITCH,
  contextFit: oneOf(['auto', 'off']),
  cacheAlign: oneOf(['auto', 'off']),
  modelsFile: {
    allowed: 'a file or an object',
    fits: (value) => (typeof value === 'string' && value !== '') || isObject(value),
  },
  vocabulary: {
    allowed: 'a list of { tokenizer, path }',
    fits: (value) => Array.isArray(value) && value.every((one) => VOCABULARY.fits(one) && areTexts(one)),
  },
  prose: SWITCH,
  store: {
    allowed: `a file, a redis:// address or ${STORE_OBJECT.allowed}`,
    fits: (value) => (typeof value === 'string' && value !== '') || (STORE_OBJECT.fits(value) && hasPath(value)),
  },
  tenant: TEXT,
  tokenizer: { allowed: 'a name or an object with name, exact and count', fits: isTokenizer },
  deadlineMs: ABOVE_ZERO,
  hooks: objectOf('an object of functions', HOOKS),
  warn: FUNCTION,
};

const CALL_OPTIONS: Rules<CompressOptions> = {
  model: TEXT,
  tool: TEXT,
  input: ANYTHING,
  isError: SWITCH,
  offersRetrieval: SWITCH,
  cacheAlign: oneOf(['auto', 'off']),
  responseFormat: oneOf(['json']),
};

/** @throws TypeError that names what is allowed. */
export function checkOptions(options: unknown): void {
  check(options, OPTIONS, 'Headroom');
}

/** Of one call. @throws TypeError that names what is allowed. */
export function checkCallOptions(options: unknown): void {
  check(options, CALL_OPTIONS, 'Headroom');
}

/** Of a call of the functions that come without a Headroom. @throws TypeError that names what is allowed. */
export function checkAllOptions(options: unknown): void {
  const { profile, tools, contextFit, prose, tenant } = OPTIONS;
  check(options, { ...CALL_OPTIONS, profile, tools, contextFit, prose, tenant }, 'Headroom');
}

function check(options: unknown, rules: Readonly<Record<string, Rule>>, place: string): void {
  const problem = isObject(options) ? problemIn(options, rules) : 'the options must be an object';
  if (problem !== undefined) throw new TypeError(`${place}: ${problem}.`);
}

function problemIn(options: object, rules: Readonly<Record<string, Rule>>): string | undefined {
  const names = Object.keys(rules);
  for (const [name, value] of Object.entries(options)) {
    const hint = suggestion(name, names);
    if (!Object.hasOwn(rules, name))
      return `there is no option ${JSON.stringify(name)}${hint}${hint ? ' There' : '; there'} are ${names.join(', ')}`;
    const { allowed, fits } = rules[name]!;
    if (value !== undefined && !fits(value)) return `${name} must be ${allowed}, not ${shown(value)}`;
  }
  return undefined;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'this object' : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasPath(value: unknown): boolean {
  return typeof (value as LibraryStore).path === 'string';
}

function areTexts({ tokenizer, path }: Partial<VocabularyFile>): boolean {
  return typeof tokenizer === 'string' && typeof path === 'string';
}

function isToolRule(value: unknown): boolean {
  const { glob, level } = (value ?? {}) as { glob?: unknown; level?: unknown };
  return typeof glob === 'string' && TOOL_PROFILES.some((one) => one === level);
}

function isTokenizer(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return isObject(value) && typeof (value as { count?: unknown }).count === 'function';
}
