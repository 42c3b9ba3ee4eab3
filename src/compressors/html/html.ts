/** HTML pages and XML: lossless with repeated markup said once; as a view of pages, the text that a reader sees. */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { showsFile } from '../../core/shown-file.ts';
import { claimFor, isXml, PAGE_CLAIM } from './claim.ts';
import { readPieces, writePieces } from './pieces.ts';
import { writeView } from './view.ts';

/** Names in place of markup cost a reader something: for little they are not worth it. */
const MAX_SHARE = 0.8;

export const htmlCompressor: Compressor = {
  name: 'html',
  highestClaim: PAGE_CLAIM,
  claim: claimFor,
  compress(text: string, options: CompressOptions): Compressed | undefined {
    const { deadline } = options;
    deadline.check();
    if (showsFile(options.call)) return undefined;
    const pieces = writePieces(text, deadline);
    const isWorth = pieces !== undefined && pieces.length < text.length * MAX_SHARE && readPieces(pieces) === text;
    const view = isXml(text) ? undefined : (): string | undefined => writeView(text, deadline);
    return chooseForm({ source: text, lossless: isWorth ? pieces : undefined, view }, options);
  },
  expand: readPieces,
  same: (source: string, expanded: string) => source === expanded,
};
