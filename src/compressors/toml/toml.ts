/**
 * TOML and INI files where tables are alike, as in lock files: lossless as the JSON of them in its shortest spelling.
 * What people write by hand has little to say shorter, and stays.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { readJsonWith } from '../../core/json-compressor.ts';
import { showsFile } from '../../core/shown-file.ts';
import { CLAIM, claimFor, isLockFile } from './claim.ts';
import { type ReadDocument, readForm, readSource, writeForm } from './form.ts';

/** What is read more easily as it is stays so, unless much is saved. */
const MAX_SHARE = 0.85;

/** @param json says JSON shorter. */
export function tomlCompressor(json: Compressor): Compressor {
  const readJson = readJsonWith(json);
  const readDocument: ReadDocument = (said) => JSON.parse(readJson(said)) as unknown;
  return {
    name: 'toml',
    highestClaim: CLAIM,
    claim: claimFor,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      if (options.responseFormat === 'json' || (showsFile(options.call) && !isLockFile(text))) return undefined;
      const read = readSource(text, options.deadline);
      if (!read) return undefined;
      const inner: CompressOptions = { ...options, level: 'lossless', call: undefined };
      let readOwn = readDocument;
      const say = (spelled: string): string | undefined => {
        const said = json.compress(spelled, inner)?.text;
        // What was read is what JSON gives back: texts, numbers that print as they were spelled, no keys that move.
        if (said !== undefined) readOwn = () => read.document;
        return said;
      };
      const form = writeForm(read, say);
      const lossless = form.length < text.length * MAX_SHARE ? form : undefined;
      const readsBack = (): boolean => readForm(form, readOwn) === text;
      return chooseForm({ source: text, lossless, readsBack }, options);
    },
    expand: (text: string) => readForm(text, readDocument),
    same: (source: string, expanded: string) => source === expanded,
  };
}
