/**
 * Texts of keys and values whose stanzas are built alike: descriptions of resources, plans, records one below the other.
 * Lossless with what is alike said once; of plans, pods and certificates a view, without what says nothing of its own.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import { showsFile } from '../../core/shown-file.ts';
import { claimFor } from './claim.ts';
import { readForm, writeForm, writeShortForm } from './form.ts';
import type { Reducer } from './reducer.ts';
import { reducerFor } from './reducers.ts';

/** A form that says hardly less is not worth reading otherwise than the text. */
const MAX_SHARE = 0.95;

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { deadline, tokens } = options;
  deadline.check();
  if (showsFile(options.call)) return undefined;
  const crlf = hasCrlfOnly(text);
  const lines = text.split(crlf ? '\r\n' : '\n');
  const lossless = writeForm(lines, crlf, deadline);
  const readsBack = (): boolean => readForm(lossless!) === text;
  const reducer = reducerFor(text);
  const view = (): string | undefined => writeView(lines, reducer, options);
  const chosen = chooseForm({ source: text, lossless, readsBack, view }, options);
  const isWorth = chosen?.loss !== 'none' || tokens.count(chosen.text) <= tokens.count(text) * MAX_SHARE;
  return isWorth ? chosen : undefined;
}

function writeView(
  source: readonly string[],
  reducer: Reducer | undefined,
  { deadline }: CompressOptions,
): string | undefined {
  if (!reducer) {
    const short = writeShortForm(source, deadline);
    return short && `[headroom: ${source.length} lines in short; rows left out are counted in place]\n${short}`;
  }
  const { lines, left } = reducer.reduce(source);
  deadline.check();
  const head = `[headroom: ${source.length} lines in short; left out, counted in place: ${left}]`;
  return `${head}\n${writeForm(lines, false, deadline) ?? lines.join('\n')}`;
}

export const stanzasCompressor: Compressor = {
  name: 'stanzas',
  claim: claimFor,
  compress,
  expand: readForm,
  same: (source: string, expanded: string) => source === expanded,
};
