/**
 * Finds the facts of a model by its name, as clients, clouds and routers write it. The pattern that says most of the name
 * decides. Prices are never taken from a similar name: a new model of a known family has its rules, and no price.
 */
import { readFileSync } from 'node:fs';
import { HeadroomError } from '../core/errors.ts';
import type { ModelFacts, ModelTable, Prices } from '../core/model.ts';
import type { VocabularyFile } from '../core/tokenizer.ts';
import { problemsOf } from './file.ts';
import type { DatedPrices, FamilyEntry, ModelEntry, ModelsFile } from './file.ts';
import builtIn from './models.json' with { type: 'json' };
import { weightOf, patternSource } from './pattern.ts';

export interface KnownModels extends ModelTable {
  /** Names of the entries. */
  readonly names: readonly string[];
  /** Names of the tokenizers that they have. */
  readonly tokenizers: readonly string[];
}

/** No name is longer; what is, is no name. */
const LONGEST_NAME = 300;
/** Remembered: a name is in every request of its client. */
const MOST_NAMES = 200;

interface Rule {
  readonly shape: RegExp;
  readonly weight: number;
  readonly facts: ModelFacts;
  /** In the order of their days. */
  readonly prices: readonly DatedPrices[];
}

/**
 * @param own a models file of the operator's: an entry of a known name changes the fields that it states, others are added.
 * @throws with all that is wrong with it, by entry and field.
 */
export function createModelTable(own: unknown = {}): KnownModels {
  const problems = problemsOf(own);
  if (problems.length > 0) throw new HeadroomError('BAD_OPTION', problems.join('\n'));
  const file = merged(builtIn as ModelsFile, own as ModelsFile);
  const rules = file.models.flatMap((model) => rulesOf(model, file.families));
  const found = new Map<string, { readonly rule: Rule | undefined }>();
  return {
    names: file.models.map(({ name }) => name),
    tokenizers: [...new Set(rules.map(({ facts }) => facts.tokenizer))],
    find(model, day) {
      if (model.length > LONGEST_NAME) return undefined;
      const known = found.get(model) ?? { rule: ruleFor(model, rules) };
      if (found.size >= MOST_NAMES) found.clear();
      found.set(model, known);
      const { rule } = known;
      return rule && { ...rule.facts, prices: pricesOn(rule.prices, day) };
    },
  };
}

/** Why these vocabularies are of no use; undefined where each counts for some model. */
export function unusedVocabulary(
  vocabularies: readonly VocabularyFile[],
  { tokenizers }: Pick<KnownModels, 'tokenizers'>,
): string | undefined {
  const unused = vocabularies.find(({ tokenizer }) => !tokenizers.includes(tokenizer));
  const known = tokenizers.toSorted().join(', ');
  return unused && `no model is counted by ${JSON.stringify(unused.tokenizer)}; the tokenizers are ${known}`;
}

function ruleFor(model: string, rules: readonly Rule[]): Rule | undefined {
  const name = model.trim().toLowerCase();
  let best: Rule | undefined;
  // Of equals the later one decides: the operator's.
  for (const rule of rules) if (rule.shape.test(name) && rule.weight >= (best?.weight ?? 0)) best = rule;
  return best;
}

/** A models file as `createModelTable` takes it. @throws with the path where it cannot be read or used. */
export function readModelsFile(path: string): ModelsFile {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
    const file = JSON.parse(text) as ModelsFile;
    createModelTable(file);
    return file;
  } catch (error) {
    const { message } = error as Error;
    const where = error instanceof SyntaxError ? ` line ${brokenLine(text)}` : '';
    const what = `${message.replaceAll('\n', '; ')}; correct the file (docs/models.md shows one), or start without it`;
    throw new HeadroomError('BAD_OPTION', `models file ${path}${where}: ${what}`, { cause: error });
  }
}

/** Of a text that is no JSON: the first line that nothing behind it could mend. */
function brokenLine(text: string): number {
  const lines = text.split('\n');
  const broken = lines.findIndex((_, index) => isBroken(lines.slice(0, index + 1).join('\n')));
  return broken < 0 ? lines.length : broken + 1;
}

function isBroken(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const { message } = error as Error;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return !/end of JSON input|Unterminated/.test(message) && position !== String(beginning.length);
  }
}

type Merged = Required<ModelsFile>;

function merged(base: ModelsFile, own: ModelsFile): Merged {
  const families = { ...base.families };
  for (const [name, family] of Object.entries(own.families ?? {})) families[name] = over(families[name] ?? {}, family);
  const models = [...(base.models ?? [])];
  for (const model of own.models ?? []) {
    const known = models.findIndex(({ name }) => name === model.name);
    // It moves to the end, where it decides over its equals.
    const [before] = known < 0 ? [] : models.splice(known, 1);
    models.push(before ? over(before, model) : model);
  }
  return { families, models };
}

function over<T extends FamilyEntry | ModelEntry>(below: T, above: T): T {
  return { ...below, ...above, cache: { ...below.cache, ...above.cache } };
}

function rulesOf(model: ModelEntry, families: Merged['families']): Rule[] {
  const family = families[model.family];
  if (!family) {
    const known = Object.keys(families).join(', ');
    throw new HeadroomError('BAD_OPTION', `model "${model.name}": family must be one of ${known}, not ${model.family}`);
  }
  const facts = factsOf(model, family);
  const prices = datedPrices(model, family);
  const before = anyOf(family.prefixes);
  const behind = anyOf(family.suffixes);
  return (model.match ?? [model.name.toLowerCase()]).map((pattern) => ({
    shape: new RegExp(`^${before}${patternSource(pattern)}${behind}$`),
    weight: weightOf(pattern),
    facts,
    prices,
  }));
}

function anyOf(patterns: readonly string[] = []): string {
  return `(?:${['', ...patterns.map(patternSource)].join('|')})`;
}

const NO_CACHE = { kind: 'none', minimumTokens: 0, granularityTokens: 1, ttlSeconds: 0 } as const;

function factsOf(model: ModelEntry, family: FamilyEntry): ModelFacts {
  const { window, outputInWindow, maxOutput, tokenizer, calibration, source, asOf, ...more } = { ...family, ...model };
  const { imageTokens, pageTokens, toolTokens } = more;
  return {
    name: model.name,
    family: model.family,
    window: window ?? undefined,
    outputInWindow: outputInWindow ?? true,
    maxOutput: maxOutput ?? undefined,
    prices: undefined,
    cache: { ...NO_CACHE, ...family.cache, ...model.cache },
    tokenizer: tokenizer ?? 'estimate',
    ...(calibration && { calibration }),
    ...(imageTokens && { imageTokens }),
    ...(pageTokens && { pageTokens }),
    ...(toolTokens && { toolTokens }),
    source: source ?? 'not stated',
    asOf: asOf ?? 'not stated',
  };
}

function datedPrices(model: ModelEntry, family: FamilyEntry): DatedPrices[] {
  const prices = model.prices ?? [];
  const batchShare = model.batchShare ?? family.batchShare;
  const list = Array.isArray(prices) ? (prices as readonly DatedPrices[]) : [prices as DatedPrices];
  return list
    .map((entry) => ({ ...(batchShare !== undefined && { batchShare }), ...entry }))
    .toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1));
}

function pricesOn(prices: readonly DatedPrices[], day: string | undefined): Prices | undefined {
  const held = day === undefined ? prices[0] : prices.findLast(({ from }) => from === undefined || from <= day);
  if (!held) return undefined;
  const { from: _, ...rates } = held;
  return rates;
}
