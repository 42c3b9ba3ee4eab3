/** The one wiring: which formats, compressors, transforms, tokenizer and stores a running Headroom has, and in which order. */
import { compressors, proseCompressor } from '../compressors/index.ts';
import type { Level } from '../core/compressor.ts';
import type { Importance, LearnedSnapshot } from '../core/importance.ts';
import type { Stores, StoreSettings } from '../core/stores.ts';
import type { Tokenizer, VocabularyFile } from '../core/tokenizer.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import type { Transform } from '../core/transform.ts';
import { formats } from '../formats/index.ts';
import { Snapshot } from '../importance/snapshot.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import { openStores } from '../stores/index.ts';
import { calibrated } from '../tokenizers/calibrate.ts';
import { tokenizerFor, tokenizers, tokenizersWith } from '../tokenizers/index.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { cacheAligner } from '../transforms/cache-aligner/cache-aligner.ts';
import { contentRouter } from '../transforms/content-router.ts';
import { retrieveTool } from '../transforms/retrieve-tool.ts';
import { openModels } from './models.ts';
import { observationPattern } from './observations.ts';
import { Sizes } from './sizes.ts';
import type { FitParts } from './fit.ts';
import { createEngine, type Engine } from './engine.ts';

/** Plain values only: they cross into worker threads. */
export interface EngineOptions {
  readonly level: Level;
  readonly tools?: readonly ToolRule[] | undefined;
  /** Whoever reads the shorter texts has a way to fetch originals; without one, lossless forms only. */
  readonly allowLoss?: boolean | undefined;
  /** The database file, or the address of a Redis without a login; undefined keeps everything in memory. */
  readonly storePath: string | undefined;
  readonly store?: StoreSettings | undefined;
  /** The retrieval tool is offered and its calls are answered (by the proxy): then views too. */
  readonly offersTool?: boolean | undefined;
  /** System prompts, tools and cache marks may be made to suit providers' caches. */
  readonly aligns?: boolean | undefined;
  /**
   * Conversations that are longer than their model reads are made to fit, where originals can be fetched. `as before`:
   * what was left out stays so, and nothing else is.
   */
  readonly fits?: boolean | 'as before' | undefined;
  /** The history of a conversation whose cache has certainly gone may be said shorter, once. */
  readonly deepens?: boolean | undefined;
  /** Ordinary prose may be shortened too, by leaving sentences out. */
  readonly prose?: boolean | undefined;
  /** Of the conversations, in percent, left as they are for comparison. */
  readonly holdout?: number | undefined;
  /** What was learned, as the process found it at its start: all its threads have the same. */
  readonly learned?: LearnedSnapshot | undefined;
  /** A regular expression for how turns of the user begin that are the output of a call in text. */
  readonly textObservations?: string | undefined;
  /** The operator's models file, as it was read when the process started. */
  readonly models?: object | undefined;
  /** Of open models whose tokens are counted exactly; loaded by `prepareTokenizers`. */
  readonly vocabularies?: readonly VocabularyFile[] | undefined;
  /** Longest time for the decisions of one request, in milliseconds. */
  readonly deadlineMs: number;
}

/** What a program brings that runs the engine in its own thread: no plain values, so workers have none of it. */
export interface OwnParts {
  readonly tokenizer?: Tokenizer | undefined;
  /** What models are counted by, in place of those that are built in. */
  readonly tokenizers?: readonly Tokenizer[] | undefined;
  readonly stores?: Stores | undefined;
  /** Stands around each transform. */
  readonly around?: ((transform: Transform) => Transform) | undefined;
}

export interface OpenEngine extends Engine {
  readonly stores: Stores;
  close(): void;
}

/** For one answer of a Redis, in milliseconds: the deadline, but never as long as a worker is given up for. */
const MOST_WAIT_MS = 500;
const LEAST_WAIT_MS = 100;

/** Of a window: how full it is after results were left out. */
const LOW_WATER = 0.7;

function sizesByTokenizer(among: readonly Tokenizer[] = tokenizers): FitParts['sizesBy'] {
  const sizes = new Map<string, Sizes>();
  return ({ tokenizer, calibration }) => {
    const name = `${tokenizer} ${calibration?.factor ?? ''}`;
    const counted = tokenizerFor(tokenizer, among);
    const known = sizes.get(name) ?? new Sizes(calibration ? calibrated(counted, calibration) : counted);
    sizes.set(name, known);
    return known;
  };
}

/** @param warn told once about each kind of trouble that the stores have. */
export function openEngine(options: EngineOptions, warn: (message: string) => void, own: OwnParts = {}): OpenEngine {
  const {
    level,
    tools = [],
    allowLoss = false,
    offersTool = false,
    aligns = false,
    fits = false,
    deepens = false,
    prose = false,
    holdout = 0,
    deadlineMs,
  } = options;
  const waitMs = Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, deadlineMs));
  const stores = own.stores ?? openStores({ path: options.storePath, waitMs, ...options.store, warn });
  const models = openModels(options.models);
  const { around = (transform) => transform } = own;
  const router = around(contentRouter(prose ? [...compressors, proseCompressor] : compressors));
  const observations =
    options.textObservations === undefined ? undefined : observationPattern(options.textObservations);
  const engine = createEngine({
    formats,
    transforms: [router, around(cacheAligner), around(retrieveTool(RETRIEVAL_TOOL))],
    tokenizer: own.tokenizer ?? o200k,
    stores,
    level,
    tools,
    allowLoss,
    offersTool,
    aligns,
    fit: fits
      ? {
          models,
          sizesBy: sizesByTokenizer(own.tokenizers),
          lowWater: LOW_WATER,
          limitMs: deadlineMs,
          shorten: router,
          isOff: fits === 'as before',
        }
      : undefined,
    deepening: { models, shorten: router, memory: () => stores.ledger(), limitMs: deadlineMs, isOff: !deepens },
    holdout,
    observations,
    importanceFor: importanceIn(options.learned),
    deadlineMs,
  });
  return { ...engine, stores, close: () => stores.close() };
}

function importanceIn(learned: LearnedSnapshot | undefined): ((tenant: string) => Importance) | undefined {
  const snapshot = learned && new Snapshot(learned);
  return snapshot && ((tenant) => snapshot.forTenant(tenant));
}

/** Counts for the models of these options. @throws when a vocabulary file cannot be used. */
export function prepareTokenizers({
  vocabularies = [],
}: Pick<EngineOptions, 'vocabularies'>): Promise<readonly Tokenizer[]> {
  return tokenizersWith(vocabularies);
}

/**
 * Loads what these options need and only loads asynchronously: outlines of code. Without it they are not made.
 * @throws when the optional packages are not there.
 */
export async function prepareEngine({ level, tools = [] }: Pick<EngineOptions, 'level' | 'tools'>): Promise<void> {
  if (level !== 'aggressive' && !tools.some((rule) => rule.level === 'aggressive')) return;
  await Promise.all(compressors.flatMap((compressor) => (compressor.prepare ? [compressor.prepare()] : [])));
}

export { compressors, formats, o200k as tokenizer, RETRIEVAL_TOOL };
