/** What the tests of this folder share: an exact tokenizer, and a round trip that throws when anything is lost. Never imported by product code. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Tokenizer } from '../../core/tokenizer.ts';
import { jsonCompressor } from './json.ts';

export const o200k: Tokenizer = {
  name: 'o200k',
  exact: true,
  count: (text) => countTokens(text, { disallowedSpecial: new Set() }),
};

export const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };

/** The form of a text, or undefined when the compressor declines. @throws when the form does not read back. */
export function formOf(text: string): string | undefined {
  const compressed = jsonCompressor.compress(text, options);
  if (!compressed) return undefined;
  const expanded = jsonCompressor.expand(compressed.text);
  if (expanded === undefined) throw new Error(`does not read back:\n${compressed.text}`);
  if (!jsonCompressor.same(text, expanded)) throw new Error(`reads back as\n${expanded}\nfrom\n${compressed.text}`);
  return compressed.text;
}

/** The form of a value that must have one. Whether it reads back is asked of JSON.parse too, which shares no code with ours. */
export function formOfValue(value: unknown): string {
  const source = JSON.stringify(value);
  const form = formOf(source);
  if (form === undefined) throw new Error('the compressor declined');
  if (JSON.stringify(JSON.parse(jsonCompressor.expand(form)!)) !== source)
    throw new Error(`not the same values:\n${form}`);
  return form;
}
