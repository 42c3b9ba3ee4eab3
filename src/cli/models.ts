/** What the configuration says of models: the operator's table and vocabularies, each looked at before anything starts. */
import type { Config } from '../config/load.ts';
import { HeadroomError } from '../core/errors.ts';
import type { Tokenizer, VocabularyFile } from '../core/tokenizer.ts';
import type { ModelsFile } from '../models/file.ts';
import { createModelTable, type KnownModels, readModelsFile, unusedVocabulary } from '../models/table.ts';
import { tokenizersWith } from '../tokenizers/index.ts';

export interface ModelSettings {
  /** The operator's models file; undefined where there is none. */
  readonly models: ModelsFile | undefined;
  readonly vocabularies: readonly VocabularyFile[];
}

/** @throws HeadroomError BAD_OPTION, with the file and what is wrong in it. */
export async function modelSettings(config: Config): Promise<ModelSettings> {
  const models = ownModels(config);
  await checkedTokenizers(config, createModelTable(models));
  return { models, vocabularies: config.values.vocabulary };
}

export interface ModelsInForce {
  readonly own: ModelsFile | undefined;
  readonly table: KnownModels;
  readonly tokenizers: readonly Tokenizer[];
}

/** The same, put together. @throws like `modelSettings`. */
export async function modelsInForce(config: Config): Promise<ModelsInForce> {
  const own = ownModels(config);
  const table = createModelTable(own);
  return { own, table, tokenizers: await checkedTokenizers(config, table) };
}

function ownModels({ values }: Config): ModelsFile | undefined {
  const path = values['models-file'];
  return path === undefined ? undefined : readModelsFile(path);
}

async function checkedTokenizers({ values, sources }: Config, table: KnownModels): Promise<readonly Tokenizer[]> {
  const problem = unusedVocabulary(values.vocabulary, table);
  if (problem) throw new HeadroomError('BAD_OPTION', `${sources.vocabulary}: ${problem}`);
  try {
    return await tokenizersWith(values.vocabulary);
  } catch (error) {
    throw new HeadroomError('BAD_OPTION', `${sources.vocabulary}: ${(error as Error).message}`, { cause: error });
  }
}
