/**
 * JSON texts that stand behind something, a line each: logs of containers with times and sources, event streams, output
 * of programs in between. Lossless, as JSON with what stands before it as columns; as the view of that JSON.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import type { JsonCompressor } from '../../core/json-compressor.ts';
import { claimFor } from './claim.ts';
import { asJsonLines, hasOwnHead, readForm, writeForm, writeView } from './form.ts';
import { readRecords } from './records.ts';

/** @param json says JSON shorter. */
export function prefixedCompressor(json: JsonCompressor): Compressor {
  return {
    name: 'prefixed',
    viewsFiles: 'recorded',
    claim: claimFor,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      if (options.responseFormat === 'json') return undefined;
      const crlf = hasCrlfOnly(text);
      const end = text.endsWith('\n') ? '\n' : '';
      const body = crlf ? text.replaceAll('\r\n', '\n') : text;
      const lines = body.slice(0, body.length - end.length).split('\n');
      if (hasOwnHead(lines)) return undefined;
      const records = readRecords(lines, options.deadline);
      if (!records) return undefined;
      const opened = json.open(asJsonLines(records));
      const form = writeForm(records, crlf, opened, options);
      const lossless = form === undefined ? undefined : form + end;
      const readsBack = (): boolean => readForm(lossless!, json) === text;
      const view = (): string | undefined => writeView(records, opened, options);
      return chooseForm({ source: text, lossless, readsBack, view }, options);
    },
    expand(text: string): string | undefined {
      try {
        return readForm(text, json);
      } catch {
        // Damaged, or somebody else's text that begins like a form of ours.
        return undefined;
      }
    },
    same: (source: string, expanded: string) => source === expanded,
  };
}
