/**
 * Values as Node prints them (`console.log`, `util.inspect`, the shells of some databases). Lossless as JSON in its
 * shortest spelling; as the view of that JSON.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import { type JsonCompressor, readJsonWith } from '../../core/json-compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { findValues, hasOwnHead, readForm, spelled, writeForm } from './form.ts';
import { readValue } from './read.ts';

const CLAIM = 0.85;
const SEEN_CHARS = 8192;
/** Values that are said with hardly less are not worth reading otherwise. */
const MIN_SAVING = 0.1;
/** Where a value may begin: a bracket, and under or behind it a key without quotes, a text in single quotes or another bracket. */
const BEGINS =
  /^(?:[^\s[({=][^\n[({=]{0,80} )?(?=[[{](?: |\n +)(?:[A-Za-z_]\w*: |'|[[{](?: |\n +)(?:[A-Za-z_]\w*: |')))/gm;
const MAX_LOOKED_AT = 4;
/** What was read of a value says that it is one; a longer one is cut off within its last piece. */
const MIN_READ = 40;
const MAX_PIECE = 400;

function claim({ text }: Sample): number {
  const head = text.slice(0, SEEN_CHARS);
  const seen = head.includes('\r') ? head.replaceAll('\r\n', '\n') : head;
  let looked = 0;
  for (const { index, 0: before } of seen.matchAll(BEGINS)) {
    if (looked++ === MAX_LOOKED_AT) break;
    const start = index + before.length;
    const { json, end } = readValue(seen, start, () => undefined);
    const isCut = text.length > SEEN_CHARS && end > seen.length - MAX_PIECE;
    if (end - start >= MIN_READ && (json !== undefined || isCut)) return CLAIM;
  }
  return 0;
}

/** @param json says JSON shorter. */
export function inspectedCompressor(json: JsonCompressor): Compressor {
  const readJson = readJsonWith(json);
  return {
    name: 'inspected',
    highestClaim: CLAIM,
    claim,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      const { deadline } = options;
      deadline.check();
      if (showsFile(options.call) || options.responseFormat === 'json' || hasOwnHead(text)) return undefined;
      const crlf = hasCrlfOnly(text);
      const source = crlf ? text.replaceAll('\r\n', '\n') : text;
      const found = findValues(source, () => deadline.check());
      if (found.length === 0) return undefined;
      const opened = found.map((one) => json.open(spelled(one)));
      const said = found.map((one, i) => {
        const shorter = opened[i]!.compress({ ...options, level: 'lossless', call: undefined });
        return shorter?.text ?? spelled(one);
      });
      const form = writeForm(source, found, said, crlf);
      const chars = found.reduce((sum, { start, end }) => sum + end - start, 0);
      const lossless = source.length - form.length >= chars * MIN_SAVING ? form : undefined;
      const known = new Map(found.map((one, i) => [said[i]!, spelled(one)]));
      const readsBack = (): boolean => readForm(form, (own) => known.get(own)!) === text;
      const view = (): string | undefined => {
        const seen = opened.map((one) => one.compress(options));
        if (!seen.some((one) => one?.loss === 'recoverable')) return undefined;
        return writeForm(
          source,
          found,
          seen.map((one, i) => one?.text ?? said[i]!),
          false,
        );
      };
      return chooseForm({ source: text, lossless, readsBack, view }, options);
    },
    expand: (text: string) => readForm(text, readJson),
    same: (source: string, expanded: string) => source === expanded,
  };
}
