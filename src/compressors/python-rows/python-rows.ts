/**
 * Rows that a Python program printed, as many servers of databases do: a list of dicts or tuples, or one of them a line.
 * Lossless as JSON in its shortest spelling; as the view of that JSON.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { hasCrlfOnly } from '../../core/line-ends.ts';
import { type JsonCompressor, readJsonWith } from '../../core/json-compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { beginsWithRows, findRows, hasOwnHead, readForm, writeForm } from './form.ts';

const CLAIM = 0.9;
/** One of these stands in all of them. */
const MAY_BEGIN = ["{'", '[(', '\n('];
const SEEN_CHARS = 8192;
/** Rows that are said with hardly less are not worth reading otherwise. */
const MIN_SAVING = 0.1;

function claim({ text }: Sample): number {
  const head = text.slice(0, SEEN_CHARS);
  if (!MAY_BEGIN.some((sign) => head.includes(sign)) && !head.startsWith('(')) return 0;
  const seen = head.includes('\r') ? head.replaceAll('\r\n', '\n') : head;
  return beginsWithRows(seen, text.length > SEEN_CHARS) ? CLAIM : 0;
}

/** @param json says JSON shorter. */
export function pythonRowsCompressor(json: JsonCompressor): Compressor {
  const readJson = readJsonWith(json);
  return {
    name: 'python-rows',
    highestClaim: CLAIM,
    claim,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      const { deadline } = options;
      deadline.check();
      if (showsFile(options.call) || options.responseFormat === 'json' || hasOwnHead(text)) return undefined;
      const crlf = hasCrlfOnly(text);
      const lines = crlf ? text.replaceAll('\r\n', '\n') : text;
      const found = findRows(lines, () => deadline.check());
      if (!found) return undefined;
      const spelled = found.rows.join('\n');
      const opened = json.open(spelled);
      const said = opened.compress({ ...options, level: 'lossless', call: undefined })?.text ?? spelled;
      const form = writeForm(lines, found, said, crlf);
      const lossless = lines.length - form.length >= (found.end - found.start) * MIN_SAVING ? form : undefined;
      const readsBack = (): boolean => readForm(form, () => spelled) === text;
      const view = (): string | undefined => {
        const seen = opened.compress(options);
        return seen?.loss === 'recoverable' ? writeForm(lines, found, seen.text, false) : undefined;
      };
      return chooseForm({ source: text, lossless, readsBack, view }, options);
    },
    expand: (text: string) => readForm(text, readJson),
    same: (source: string, expanded: string) => source === expanded,
  };
}
