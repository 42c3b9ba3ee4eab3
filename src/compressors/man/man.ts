/**
 * Pages of manuals and what programs say of their options: lossless where they are struck over for bold; wrapped text
 * has nothing else to say shorter without loss. The view keeps every option, the first sentence about it and the synopsis.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { claimFor } from './claim.ts';
import { isStruck, readStruck, unstruck, writeStruck } from './overstrike.ts';
import { writeManView } from './view.ts';

function writeLossless(text: string): string | undefined {
  if (!text.includes('\b') || !isStruck(text)) return undefined;
  const form = writeStruck(text);
  return form !== undefined && readStruck(form) === text ? form : undefined;
}

export const manCompressor: Compressor = {
  name: 'man',
  claim: claimFor,
  compress(text: string, options: CompressOptions): Compressed | undefined {
    options.deadline.check();
    if (showsFile(options.call)) return undefined;
    const lossless = writeLossless(text);
    if (lossless === undefined && claimFor(new Sample(text)) === 0) return undefined;
    const view = (): string | undefined =>
      writeManView(lossless === undefined ? text : unstruck(text), options.deadline);
    return chooseForm({ source: text, lossless, view }, options);
  },
  expand: readStruck,
  same: (source: string, expanded: string) => source === expanded,
};
