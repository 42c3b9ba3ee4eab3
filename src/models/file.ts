/** The shape of a models file (models.json, and the operator's own), and what is wrong with one, by entry and field. */
import type { CacheRules, Calibration, Prices, Rates } from '../core/model.ts';
import { isPattern } from './pattern.ts';

/** Prices that hold from a day on; without one, from the start. */
export type DatedPrices = Prices & { readonly from?: string };

/** What a family says for all of its models, and a model for itself. `null`: not known. */
interface Facts {
  readonly window?: number | null;
  readonly outputInWindow?: boolean;
  readonly maxOutput?: number | null;
  readonly cache?: Partial<CacheRules>;
  readonly tokenizer?: string;
  readonly imageTokens?: string;
  readonly pageTokens?: string;
  readonly toolTokens?: string;
  readonly batchShare?: number;
  readonly calibration?: Calibration;
  readonly source?: string;
  readonly asOf?: string;
}

export interface FamilyEntry extends Facts {
  /** Patterns of what may stand before a name, and behind it. */
  readonly prefixes?: readonly string[];
  readonly suffixes?: readonly string[];
}

export interface ModelEntry extends Facts {
  readonly name: string;
  readonly family: string;
  /** Patterns; absent: the name itself. */
  readonly match?: readonly string[];
  readonly prices?: DatedPrices | readonly DatedPrices[] | null;
}

export interface ModelsFile {
  readonly families?: Readonly<Record<string, FamilyEntry>>;
  readonly models?: readonly ModelEntry[];
}

/** What a value has to be, where it is not. */
type Check = (value: unknown) => string | undefined;
type Fields = Readonly<Record<string, Check>>;

function must(be: string, holds: (value: unknown) => boolean): Check {
  return (value) => (holds(value) ? undefined : `must be ${be}`);
}

const text = must('a text', (value) => typeof value === 'string' && value !== '');
const flag = must('true or false', (value) => typeof value === 'boolean');
const amount = must(
  'a number of at least 0',
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
);
const count = must('a whole number of at least 0', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const share = must('a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1);
const countOrNull = must(
  'a whole number of at least 1, or null where it is not known',
  (value) => value === null || (Number.isSafeInteger(value) && Number(value) > 0),
);
const day = must('a day such as 2026-11-21', (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value));
const patterns = must(
  'a list of patterns: small letters, # for a digit, at most two * for anything',
  (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string' && isPattern(entry)),
);
const kind = must('breakpoints, automatic or none', (value) =>
  ['breakpoints', 'automatic', 'none'].includes(value as string),
);

const RATES: Readonly<Record<keyof Rates, Check>> = {
  input: amount,
  output: amount,
  cacheRead: amount,
  cacheWrite5m: amount,
  cacheWrite1h: amount,
};
const CACHE: Readonly<Record<keyof CacheRules, Check>> = {
  kind,
  minimumTokens: count,
  granularityTokens: must('a whole number of at least 1', (value) => Number.isSafeInteger(value) && Number(value) > 0),
  ttlSeconds: count,
  longTtlSeconds: count,
  lookbackBlocks: count,
  maxBreakpoints: count,
};
const FACTS: Fields = {
  window: countOrNull,
  outputInWindow: flag,
  maxOutput: countOrNull,
  tokenizer: text,
  imageTokens: text,
  pageTokens: text,
  toolTokens: text,
  batchShare: share,
  calibration: must(
    'an object with a factor above 0 and an error from 0 to 1',
    (value) => isObject(value) && Number(value['factor']) > 0 && share(value['error']) === undefined,
  ),
  source: text,
  asOf: day,
};

/** One line for each thing that is wrong; none: it is a `ModelsFile`. */
export function problemsOf(file: unknown): string[] {
  if (!isObject(file)) return ['the file must be an object with "families" and "models"'];
  const problems = unknownFields('the file', file, ['families', 'models']);
  const { families = {}, models = [] } = file;
  if (isObject(families)) {
    for (const [name, family] of Object.entries(families)) problems.push(...familyProblems(`family "${name}"`, family));
  } else problems.push('the file: families must be an object');
  if (Array.isArray(models)) models.forEach((model, i) => problems.push(...modelProblems(i, model)));
  else problems.push('the file: models must be a list');
  return problems;
}

function familyProblems(where: string, family: unknown): string[] {
  if (!isObject(family)) return [`${where}: must be an object`];
  const { cache, ...rest } = family;
  return [
    ...fieldProblems(where, rest, { ...FACTS, prefixes: patterns, suffixes: patterns }),
    ...cacheProblems(where, cache),
  ];
}

function modelProblems(index: number, model: unknown): string[] {
  const position = `models[${index}]`;
  if (!isObject(model)) return [`${position}: must be an object`];
  const where = typeof model['name'] === 'string' ? `${position} "${model['name']}"` : position;
  const { cache, prices, ...rest } = model;
  const problems = fieldProblems(where, rest, { ...FACTS, name: text, family: text, match: patterns });
  if (!('name' in model)) problems.push(`${where}: name is missing`);
  problems.push(...cacheProblems(where, cache));
  const list: readonly unknown[] = Array.isArray(prices) ? prices : [prices];
  if (prices !== undefined && prices !== null) for (const entry of list) problems.push(...priceProblems(where, entry));
  return problems;
}

function cacheProblems(where: string, cache: unknown): string[] {
  if (cache === undefined) return [];
  return isObject(cache) ? fieldProblems(where, cache, CACHE, 'cache.') : [`${where}: cache must be an object`];
}

function priceProblems(where: string, prices: unknown): string[] {
  if (!isObject(prices)) return [`${where}: prices must be an object, a list of them, or null`];
  const { longContext, ...rest } = prices;
  const problems = fieldProblems(where, rest, { ...RATES, batchShare: share, keptHour: amount, from: day }, 'prices.');
  problems.push(...missingRates(where, prices, 'prices.'));
  if (longContext === undefined) return problems;
  if (!Array.isArray(longContext)) return [...problems, `${where}: prices.longContext must be a list`];
  return [...problems, ...longContext.flatMap((tier, i) => tierProblems(where, tier, `prices.longContext[${i}]`))];
}

function tierProblems(where: string, tier: unknown, path: string): string[] {
  if (!isObject(tier)) return [`${where}: ${path} must be an object`];
  return [
    ...fieldProblems(where, tier, { ...RATES, aboveTokens: count }, `${path}.`),
    ...missingRates(where, tier, `${path}.`),
    ...('aboveTokens' in tier ? [] : [`${where}: ${path}.aboveTokens is missing`]),
  ];
}

function missingRates(where: string, rates: object, path: string): string[] {
  return ['input', 'output'].filter((name) => !(name in rates)).map((name) => `${where}: ${path}${name} is missing`);
}

function fieldProblems(where: string, value: Readonly<Record<string, unknown>>, fields: Fields, path = ''): string[] {
  const problems = unknownFields(where, value, Object.keys(fields), path);
  for (const [name, check] of Object.entries(fields)) {
    const problem = Object.hasOwn(value, name) ? check(value[name]) : undefined;
    if (problem) problems.push(`${where}: ${path}${name} ${problem}, not ${JSON.stringify(value[name])}`);
  }
  return problems;
}

function unknownFields(where: string, value: object, known: readonly string[], path = ''): string[] {
  const names = Object.keys(value).filter((name) => !known.includes(name));
  return names.map((name) => `${where}: ${path}${name} is no field (there are ${known.join(', ')})`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
