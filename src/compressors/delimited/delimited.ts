/**
 * Tables that are text: CSV and its kin, boxes and columns of SQL clients, Markdown tables. Lossless as the JSON of the
 * rows in the shortest spelling there is; as a view with what stands in each column and every row that is out of line.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import type { JsonCompressor } from '../../core/json-compressor.ts';
import { showsFile } from '../../core/shown-file.ts';
import { claimFor, DRAWN } from './claim.ts';
import { findTables, readBlockWith, readCellsWith, readForm, readsBack, toLines, writeForm } from './form.ts';
import { writeView } from './view.ts';

/** A file longer than this is data, which nobody edits line by line. */
const MAX_EDITED_LINES = 100;

/** @param json says JSON shorter without loss. */
export function delimitedCompressor(json: JsonCompressor): Compressor {
  const readBlock = readBlockWith(readCellsWith(json));
  return {
    name: 'delimited',
    highestClaim: DRAWN,
    claim: claimFor,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      const source = toLines(text);
      const { lines } = source;
      if (lines.length <= MAX_EDITED_LINES && showsFile(options.call)) return undefined;
      const tables = findTables(lines, options.deadline);
      if (tables.length === 0) return undefined;
      const form = writeForm(source, tables, json, options);
      const isSame = (): boolean => readsBack(form!, lines, text, readBlock);
      const view = (before: number): string | undefined => writeView(lines, tables, before, options);
      return chooseForm({ source: text, lossless: form?.text, readsBack: isSame, view }, options);
    },
    expand: (text: string) => readForm(text, readBlock),
    same: (source: string, expanded: string) => source === expanded,
  };
}
