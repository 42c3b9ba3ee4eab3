/**
 * JSON that carries texts of other kinds, as tools that answer in JSON print what a command or a page said: the texts
 * stand written out below the JSON, each said by the kind that claims it. Lossless when all of them are.
 */
import { claimants } from '../../core/claimants.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { looksFailed } from '../../core/failure.ts';
import { Sample } from '../../core/sample.ts';
import { expandParts, type Part, writeParts } from './form.ts';
import { findTexts, hasNames, isJson, type LongText, shareOfTexts, withNames, withTexts } from './strings.ts';

const START = '[headroom: JSON, its long texts written out below it; by lines: ';
/** Above that of the compressor of JSON. */
const CLAIM = 0.97;
const MIN_CHARS = 500;
const LOOK_CHARS = 16_384;
const MIN_SHARE = 0.5;
/** More of them are rows of a table. */
const MAX_TEXTS = 16;

interface Said extends Part {
  readonly loss: Compressed['loss'];
}

/** @param json says what the texts stand in. @param kinds what the texts may be, in the order in which they win ties. */
export function jsonTexts(json: Compressor, kinds: readonly Compressor[]): Compressor {
  return {
    name: 'json-texts',
    highestClaim: CLAIM,
    claim({ text }: Sample): number {
      if (text.length < MIN_CHARS || !/^\s{0,200}[[{]/.test(text)) return 0;
      return shareOfTexts(text.slice(0, LOOK_CHARS)) >= MIN_SHARE ? CLAIM : 0;
    },

    compress(text: string, options: CompressOptions): Compressed | undefined {
      if (options.responseFormat === 'json') return undefined;
      const carried = textsOf(text)?.map((one) => ({ ...one, said: say(one.text, kinds, options) })) ?? [];
      // The compressor of JSON has lossless forms for JSON in it that give its white space back.
      const texts = carried.filter(({ isJson, said }) => !isJson || said.loss !== 'none');
      if (!areMost(texts, text)) return undefined;
      options.deadline.check();
      const said = [sayJson(json, withNames(text, texts), options), ...texts.map((one) => one.said)];
      const form = writeParts(START, said);
      const tokens = form.length < text.length ? options.tokens.count(form) : Infinity;
      if (tokens >= options.tokens.count(text)) return undefined;
      const loss = said.some((part) => part.loss !== 'none') ? 'recoverable' : 'none';
      return isBetter(json.compress(text, options), tokens, loss, options) ? undefined : { text: form, loss };
    },

    expand(text: string): string | undefined {
      const [named, ...texts] = expandParts(START, text, [json, ...kinds]) ?? [];
      return named === undefined || texts.length === 0 ? undefined : withTexts(named, texts);
    },

    same: (source: string, expanded: string) => json.same(source, expanded),
  };
}

/** Undefined where it is no JSON, or where little of it is texts. */
function textsOf(text: string): readonly LongText[] | undefined {
  if (hasNames(text) || !isJson(text)) return undefined;
  const texts = findTexts(text, MAX_TEXTS);
  const isCarrier = texts.length <= MAX_TEXTS && areMost(texts, text);
  return isCarrier && texts.every((one) => one.text.isWellFormed()) ? texts : undefined;
}

function areMost(texts: readonly LongText[], text: string): boolean {
  const chars = texts.reduce((sum, { start, end }) => sum + end - start, 0);
  return texts.length > 0 && chars >= text.length * MIN_SHARE;
}

function sayJson(json: Compressor, named: string, options: CompressOptions): Said {
  const form = json.compress(named, { ...options, level: 'lossless' });
  return form ? { kind: json.name, ...form } : { kind: undefined, text: named, loss: 'none' };
}

/** A text inside JSON comes back to the byte: white space counts in it. */
function say(text: string, kinds: readonly Compressor[], options: CompressOptions): Said {
  const isFailed = looksFailed(text);
  for (const { kind } of claimants(kinds, new Sample(text))) {
    options.deadline.check();
    const level = isFailed && !kind.keepsFailures ? 'lossless' : options.level;
    const form = kind.compress(text, { ...options, level });
    if (form && (form.loss !== 'none' || kind.expand(form.text) === text)) return { kind: kind.name, ...form };
  }
  return { kind: undefined, text, loss: 'none' };
}

/** Whether the JSON as a whole is said in fewer tokens, and with no more loss. */
function isBetter(
  other: Compressed | undefined,
  tokens: number,
  loss: Compressed['loss'],
  options: CompressOptions,
): boolean {
  if (!other || (other.loss !== 'none' && loss === 'none')) return false;
  return options.tokens.count(other.text) <= tokens;
}
