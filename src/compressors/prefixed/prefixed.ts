/**
 * JSON texts that stand behind something, a line each: logs of containers with times and sources, event streams, output
 * of programs in between. Lossless, as JSON with what stands before it as columns; as the view of that JSON.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import { type JsonCompressor, readJsonWith } from '../../core/json-compressor.ts';
import { CLAIM, claimFor } from './claim.ts';
import { asJsonLines, hasOwnHead, openLines, readForm, writeForm, writeView } from './form.ts';
import { type Lines, readRecords } from './records.ts';

/** @param json says JSON shorter. */
export function prefixedCompressor(json: JsonCompressor): Compressor {
  const readJson = readJsonWith(json);
  return {
    name: 'prefixed',
    viewsFiles: 'recorded',
    highestClaim: CLAIM,
    claim: claimFor,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      if (options.responseFormat === 'json') return undefined;
      const crlf = hasCrlfOnly(text);
      const end = text.endsWith('\n') ? '\n' : '';
      const body = crlf ? text.replaceAll('\r\n', '\n') : text;
      const isWellFormed = text.isWellFormed();
      const lines: Lines = {
        text: body,
        lines: body.slice(0, body.length - end.length).split('\n'),
        // Half a character is spelled otherwise in JSON that comes back.
        objects: isWellFormed ? json.objects(body) : undefined,
      };
      if (hasOwnHead(lines)) return undefined;
      const records = readRecords(lines, options.deadline);
      if (!records) return undefined;
      const spelled = asJsonLines(records);
      const opened = openLines(records, spelled, json);
      const form = writeForm(records, crlf, opened, options);
      const lossless = form === undefined ? undefined : form + end;
      const readOwn = isWellFormed ? (): string => spelled : readJson;
      const readsBack = (): boolean => readForm(lossless!, readOwn) === text;
      const view = (): string | undefined => writeView(records, opened, options);
      return chooseForm({ source: text, lossless, readsBack, view }, options);
    },
    expand: (text: string) => readForm(text, readJson),
    same: (source: string, expanded: string) => source === expanded,
  };
}
