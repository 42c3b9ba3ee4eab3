/**
 * The pure part, for browsers and edge workers: texts in, shorter texts out. No store, no network, nothing of Node. A
 * bundle has only the compressors that it names; parsers of code and HTML stay with the library.
 */
import { delimitedCompressor } from '../compressors/delimited/delimited.ts';
import { fileRead } from '../compressors/file-read.ts';
import { diffCompressor } from '../compressors/git/diff.ts';
import { gitCompressor } from '../compressors/git/git.ts';
import { jsonCompressor } from '../compressors/json/json.ts';
import { listingCompressor } from '../compressors/listing/listing.ts';
import { logCompressor } from '../compressors/log/log.ts';
import { manCompressor } from '../compressors/man/man.ts';
import { markdownCompressor } from '../compressors/markdown/markdown.ts';
import { jsonTexts } from '../compressors/mixed/json-texts.ts';
import { mixed } from '../compressors/mixed/mixed.ts';
import { prose } from '../compressors/prose/prose.ts';
import { runCompressor } from '../compressors/runs/runs.ts';
import { searchCompressor } from '../compressors/search/search.ts';
import { terminal } from '../compressors/terminal/terminal.ts';
import { tomlCompressor } from '../compressors/toml/toml.ts';
import { testReportCompressor, xmlCompressor } from '../compressors/xml/xml.ts';
import { yamlCompressor } from '../compressors/yaml/yaml.ts';
import { claimants } from '../core/claimants.ts';
import type { Compressed, CompressOptions, Compressor, Level } from '../core/compressor.ts';
import type { ToolCall } from '../core/conversation.ts';
import { DeadlineExceeded, deadlineIn } from '../core/deadline.ts';
import { looksFailed } from '../core/failure.ts';
import { Sample } from '../core/sample.ts';
import { showsFile } from '../core/shown-file.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import { estimate } from '../tokenizers/estimate.ts';

export type { Compressed, CompressOptions, Compressor, Level, Tokenizer, ToolCall };
export {
  delimitedCompressor,
  diffCompressor,
  estimate,
  fileRead,
  gitCompressor,
  jsonCompressor,
  jsonTexts,
  listingCompressor,
  logCompressor,
  manCompressor,
  markdownCompressor,
  mixed,
  prose,
  runCompressor,
  searchCompressor,
  terminal,
  testReportCompressor,
  tomlCompressor,
  xmlCompressor,
  yamlCompressor,
};

/** What agents read most, in a bundle of under 60 KB: JSON, logs and search results, in files and alone. */
export const essentials: readonly Compressor[] = [
  jsonCompressor,
  /* @__PURE__ */ fileRead([jsonCompressor, logCompressor]),
  searchCompressor,
  logCompressor,
];

/** How a text is to be shortened. */
export interface ShortenOptions {
  /** In the order in which they win ties. */
  readonly compressors: readonly Compressor[];
  /** Default: an estimate. */
  readonly tokens?: Tokenizer;
  /** Default `lossless`. Any other may leave something out: then keep the text yourself. */
  readonly level?: Level;
  /** The tool call that the text answers. */
  readonly call?: ToolCall;
  /** It is the report of a failure: nothing of it is left out. */
  readonly isError?: boolean;
  /** `json`: what is JSON stays valid JSON. */
  readonly responseFormat?: 'json';
  /** Longest time, in milliseconds. Default 2,000. */
  readonly deadlineMs?: number;
}

/** A shorter text and its figures, in tokens of the tokenizer that was given. */
export interface Shortened extends Compressed {
  /** The compressor that made it. */
  readonly by: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

const DEADLINE_MS = 2_000;

/** The shortest form of a text that reads back; undefined where there is none, or not in time. */
export function shorten(text: string, options: ShortenOptions): Shortened | undefined {
  const { tokens = estimate, call, responseFormat, deadlineMs = DEADLINE_MS } = options;
  const level = levelFor(text, options);
  const given = { call, responseFormat, tokens, deadline: deadlineIn(deadlineMs), level };
  try {
    for (const { kind: compressor } of claimants(options.compressors, new Sample(text))) {
      const form = compressor.compress(text, given);
      if (!form || !isFaithful(compressor, text, form)) continue;
      const [tokensBefore, tokensAfter] = [tokens.count(text), tokens.count(form.text)];
      return tokensAfter < tokensBefore ? { ...form, by: compressor.name, tokensBefore, tokensAfter } : undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return undefined;
    throw error;
  }
}

/** The original of a lossless form of one of these; undefined when the text is none. JSON keeps its values, not its white space. */
export function expand(text: string, compressors: readonly Compressor[]): string | undefined {
  for (const compressor of compressors.toReversed()) {
    const original = compressor.expand(text);
    if (original !== undefined && original !== text) return original;
  }
  return undefined;
}

/** Failures and files are evidence: nothing of them is left out. */
function levelFor(text: string, { level = 'lossless', call, isError = false }: ShortenOptions): Level {
  return isError || looksFailed(text) || showsFile(call) ? 'lossless' : level;
}

function isFaithful(compressor: Compressor, source: string, { text, loss }: Compressed): boolean {
  if (loss !== 'none') return true;
  const expanded = compressor.expand(text);
  return expanded !== undefined && compressor.same(source, expanded);
}
