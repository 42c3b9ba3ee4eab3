/**
 * Texts of keys and values whose stanzas are built alike: descriptions of resources, plans, records one below the other.
 * Lossless with what is alike said once; of plans, pods and certificates a view, without what says nothing of its own.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import { keepLast } from '../../core/keep-last.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import { showsFile } from '../../core/shown-file.ts';
import { CERTAIN, claimFor } from './claim.ts';
import { readForm, shapesFor, writeForm, writeShortForm } from './form.ts';
import type { Reducer } from './reducer.ts';
import { reducerFor } from './reducers.ts';
import type { Shapes } from './shapes.ts';

/** A form that says hardly less is not worth reading otherwise than the text. */
const MAX_SHARE = 0.95;

const expand = keepLast(readForm);

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { deadline, tokens } = options;
  deadline.check();
  if (showsFile(options.call)) return undefined;
  const crlf = hasCrlfOnly(text);
  const lines = text.split(crlf ? '\r\n' : '\n');
  const shapes = shapesFor(lines, deadline);
  const lossless = shapes && writeForm(lines, crlf, shapes);
  const readsBack = (): boolean => expand(lossless!) === text;
  const reducer = reducerFor(text);
  const view = (): string | undefined =>
    reducer ? reduced(lines, reducer, deadline) : shapes && inShort(lines, shapes);
  const chosen = chooseForm({ source: text, lossless, readsBack, view }, options);
  const isWorth = chosen?.loss !== 'none' || tokens.count(chosen.text) <= tokens.count(text) * MAX_SHARE;
  return isWorth ? chosen : undefined;
}

function inShort(source: readonly string[], shapes: Shapes): string | undefined {
  const short = writeShortForm(source, shapes);
  return short && `[headroom: ${source.length} lines in short; rows left out are counted in place]\n${short}`;
}

function reduced(source: readonly string[], reducer: Reducer, deadline: Deadline): string {
  const { lines, left } = reducer.reduce(source);
  deadline.check();
  const head = `[headroom: ${source.length} lines in short; left out, counted in place: ${left}]`;
  const shapes = shapesFor(lines, deadline);
  return `${head}\n${shapes ? writeForm(lines, false, shapes) : lines.join('\n')}`;
}

export const stanzasCompressor: Compressor = {
  name: 'stanzas',
  highestClaim: CERTAIN,
  claim: claimFor,
  compress,
  expand,
  same: (source: string, expanded: string) => source === expanded,
};
