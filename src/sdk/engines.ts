/**
 * The engines behind a Headroom, opened when they are first needed: everything heavy hangs on this file. They differ in
 * how whoever reads the shorter texts comes by originals, and share one store.
 */
import { hashOf, isHash } from '../core/hash.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import { findMarkers } from '../core/marker.ts';
import type { Stores } from '../core/stores.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import type { WireFormat } from '../core/wire-format.ts';
import {
  compressors,
  type EngineOptions,
  formats,
  openEngine,
  prepareEngine,
  prepareTokenizers,
  tokenizer as standard,
} from '../pipeline/defaults.ts';
import type { Engine, Job, Verdict } from '../pipeline/engine.ts';
import { expandText } from '../pipeline/expand.ts';
import { createModelTable, readModelsFile, unusedVocabulary } from '../models/table.ts';
import { answer } from '../retrieval/answer.ts';
import { findTokenizer } from '../tokenizers/index.ts';
import { HeadroomError } from '../core/errors.ts';
import type { HeadroomOptions } from './options.ts';
import { askingBefore } from './veto.ts';

/** `none`: not at all. `tool`: by a tool that the program has. `hidden`: by one that is offered and answered unseen. */
export type WayBack = 'none' | 'tool' | 'hidden';

/** What an engine of each way may do beside saying results shorter, in profiles that may leave something out. */
const MAY: Readonly<Record<WayBack, Pick<EngineOptions, 'allowLoss' | 'offersTool' | 'fits' | 'aligns'>>> = {
  // What was left out for others of the conversation's requests stays so.
  none: { fits: 'as before', aligns: true },
  tool: { allowLoss: true, fits: true, aligns: true },
  hidden: { offersTool: true, fits: true, aligns: true },
};

const DEADLINE_MS = 2_000;

export class Engines {
  readonly formats: readonly WireFormat[] = formats;
  readonly tokenizer: Tokenizer;
  readonly stores: Stores;
  readonly #engines: Readonly<Record<WayBack, Engine>>;

  constructor(options: HeadroomOptions, { models, tokenizers }: KnownModels) {
    const { profile = 'balanced', tools, prose, store, hooks, deadlineMs = DEADLINE_MS, warn = emitWarning } = options;
    const { path, ...settings } = typeof store === 'string' ? { path: store } : (store ?? { path: undefined });
    this.tokenizer = tokenizerOf(options.tokenizer);
    const ask = hooks?.edit && quietly(hooks.edit.bind(hooks));
    const around = ask && ((transform: Parameters<typeof askingBefore>[0]) => askingBefore(transform, ask));
    const plain = { level: profile, tools, prose, models, storePath: path, store: settings, deadlineMs } as const;
    const own = { tokenizer: this.tokenizer, tokenizers, around };
    const optionsFor = (way: WayBack): EngineOptions => {
      const { fits, aligns, ...may } = MAY[way];
      const adds = profile !== 'lossless';
      const on = {
        fits: adds && options.contextFit !== 'off' ? fits : false,
        aligns: adds && options.cacheAlign !== 'off' && aligns,
      };
      return { ...plain, ...may, ...on };
    };
    const none = openEngine(optionsFor('none'), warn, own);
    this.stores = none.stores;
    const shared = { ...own, stores: this.stores };
    this.#engines = {
      none,
      tool: openEngine(optionsFor('tool'), warn, shared),
      hidden: openEngine(optionsFor('hidden'), warn, shared),
    };
  }

  /** @throws when an option asks for optional packages that are not there, or names a file that cannot be used. */
  static async open(options: HeadroomOptions): Promise<Engines> {
    await prepareEngine({ level: options.profile ?? 'balanced', ...(options.tools && { tools: options.tools }) });
    return new Engines(options, await knownModels(options));
  }

  /** The same way, or none where originals cannot be kept now. */
  wayNow(way: WayBack): WayBack {
    return this.stores.status().problem === undefined ? way : 'none';
  }

  by(way: WayBack): Engine {
    return this.#engines[way];
  }

  run(way: WayBack, job: Omit<Job, 'body'>, body: Uint8Array): Verdict {
    return this.by(way).run({ ...job, body });
  }

  close(): void {
    this.stores.close();
  }
}

interface KnownModels {
  /** What the program knows of models. */
  readonly models: object | undefined;
  readonly tokenizers: readonly Tokenizer[];
}

/** @throws HeadroomError BAD_OPTION. */
async function knownModels({ modelsFile, vocabulary = [], tokenizer }: HeadroomOptions): Promise<KnownModels> {
  const models = typeof modelsFile === 'string' ? readModelsFile(modelsFile) : modelsFile;
  const problem = unusedVocabulary(vocabulary, createModelTable(models));
  if (problem) throw new HeadroomError('BAD_OPTION', `vocabulary: ${problem}`);
  const own = typeof tokenizer === 'object' ? [tokenizer] : [];
  return { models, tokenizers: [...own, ...(await prepareTokenizers({ vocabularies: vocabulary }))] };
}

/** Where nobody listens: a store that was asked for and is not used should not be found out by what is lost. */
function emitWarning(message: string): void {
  process.emitWarning(message, 'HeadroomWarning');
}

function tokenizerOf(wanted: HeadroomOptions['tokenizer']): Tokenizer {
  if (wanted === undefined) return standard;
  if (typeof wanted !== 'string') return wanted;
  const known = findTokenizer(wanted);
  if (!known) throw new HeadroomError('BAD_OPTION', `There is no tokenizer called ${JSON.stringify(wanted)}.`);
  return known;
}

/** A hook that throws has no say. */
export function quietly<Given, Said>(hook: (given: Given) => Said): (given: Given) => Said | undefined {
  return (given) => {
    try {
      return hook(given);
    } catch {
      return undefined;
    }
  };
}

/** What the library made of a text can be asked for by that text, in every process that shares the store. */
export function keepForm(source: string, text: string, tenant: string, stores: Stores): void {
  const hash = text === source ? undefined : hashOf(source);
  stores.sentLog(tenant).pin([{ key: formKey(text, tenant), text: hash, tokensBefore: 0, tokensAfter: 0 }]);
}

function formKey(text: string, tenant: string): string {
  return hashOf(`form ${tenant} ${text}`);
}

/** The original of a hash, of a text with a marker, or of a form; undefined when it is not kept here. */
export function originalOf(asked: string, tenants: readonly string[], stores: Stores): string | undefined {
  const find = (hash: string): string | undefined => {
    for (const tenant of tenants) {
      const text = stores.originals(tenant).get(hash);
      if (text !== undefined) return text;
    }
    return undefined;
  };
  if (isHash(asked)) return find(asked);
  for (const tenant of tenants) {
    const [pin] = stores.sentLog(tenant).recall([formKey(asked, tenant)]);
    if (pin) return pin.text === undefined ? asked : find(pin.text);
  }
  const marker = findMarkers(asked).at(-1);
  return (marker === undefined ? undefined : find(marker)) ?? expandText(asked, compressors);
}

/** An answer of the retrieval tool. */
export function answerOf(input: JsonValue, tenants: readonly string[], stores: Stores): string {
  return answer(input, (hash) => originalOf(hash, tenants, stores)).text;
}

/** @param request as it was parsed: only for bodies that are no strings already. */
export function bytesOf(request: JsonObject): Uint8Array {
  return Buffer.from(JSON.stringify(request));
}

export function parsed(body: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(body).toString()) as JsonValue;
  return isJsonObject(value) ? value : {};
}
