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
import { findRows, hasOwnHead, readForm, writeForm } from './form.ts';

const CLAIM = 0.9;
/** One of these stands in all of them. */
const MAY_BEGIN = ["{'", '[(', '\n('];
/** Two rows that begin alike: nobody writes that by hand without line ends. */
const DICTS = /^(?:[^\s[({=][^\n[({=]{0,80})?\[\{('[^'\n]{1,80}': )[^\n]{0,3000}?\}, \{\1/m;
const DICT_LINES = /^\{('[^'\n]{1,80}': )[^\n]*\}\r?\n\{\1[^\n]*\}\r?\n\{\1/m;
const TUPLES =
  /^(?:[^\s[({=][^\n[({=]{0,80})?\[\((?:[\d'"-]|None)[^\n]{0,3000}?\), \((?:[\d'"-]|None)[^\n]{0,3000}?\), \((?:[\d'"-]|None)/m;
const TUPLE_LINES = /^\((?:[\d'"-]|None)[^\n]*\)\n\((?:[\d'"-]|None)[^\n]*\)\n\((?:[\d'"-]|None)[^\n]*\)$/m;

function claim({ text }: Sample): number {
  const head = text.slice(0, 8192);
  if (!MAY_BEGIN.some((sign) => head.includes(sign)) && !head.startsWith('(')) return 0;
  return [DICTS, DICT_LINES, TUPLES, TUPLE_LINES].some((pattern) => pattern.test(head)) ? CLAIM : 0;
}

/** @param json says JSON shorter. */
export function pythonRowsCompressor(json: JsonCompressor): Compressor {
  const readJson = readJsonWith(json);
  return {
    name: 'python-rows',
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
      const said = opened.compress({ ...options, level: 'lossless', call: undefined })?.text;
      const lossless = said === undefined ? undefined : writeForm(lines, found, said, crlf);
      const readsBack = (): boolean => readForm(lossless!, () => spelled) === text;
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
