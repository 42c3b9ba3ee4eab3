/** Minified code, maps and other files of lines that nobody reads: a view of how each line begins and ends. */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';

/** Clients cut lines off at 2,000 characters, or a little earlier. */
const LONG_CHARS = 1_000;
const MIN_SHARE = 0.8;
const BEGINNING_CHARS = 240;
const END_CHARS = 80;
const CLAIM = 0.6;
/** So many lines that are written apart from another are a text that somebody wrote. */
const MAX_LINES = 2_000;
const FAILS = /\b(?:Error|ERROR|FATAL|Exception|Traceback|panic)\b/;

/** Lines too long to read, which are most of the text. */
function isOfLongLines(text: string): boolean {
  let long = 0;
  let lines = 0;
  for (let at = 0; at <= text.length; lines++) {
    const end = text.indexOf('\n', at);
    const length = (end < 0 ? text.length : end) - at;
    if (length >= LONG_CHARS) long += length;
    at += length + 1;
  }
  return lines <= MAX_LINES && long >= text.length * MIN_SHARE;
}

function writeView(text: string, deadline: Deadline): string {
  let cut = 0;
  const lines = text.split('\n').map((line, at) => {
    deadline.check();
    if (line.length < LONG_CHARS || FAILS.test(line)) return `${at + 1}: ${line}`;
    cut++;
    // No half of a character that two code units make.
    const beginning = line.slice(0, BEGINNING_CHARS).replace(/[\ud800-\udbff]$/, '');
    const end = line.slice(-END_CHARS).replace(/^[\udc00-\udfff]/, '');
    return `${at + 1}: ${beginning} … ${line.length - beginning.length - end.length} characters … ${end}`;
  });
  return [`[headroom: ${cut} of ${lines.length} lines are shown by their beginning and end]`, ...lines].join('\n');
}

export const longLinesCompressor: Compressor = {
  name: 'long-lines',
  viewsFiles: 'recorded',
  highestClaim: CLAIM,
  claim: ({ text }: Sample) => (text.length >= LONG_CHARS && isOfLongLines(text) ? CLAIM : 0),
  compress(text: string, options: CompressOptions): Compressed | undefined {
    const { level, call, deadline } = options;
    deadline.check();
    if (level === 'lossless' || (call && !showsFile(call)) || !isOfLongLines(text)) return undefined;
    return chooseForm({ source: text, lossless: undefined, view: () => writeView(text, deadline) }, options);
  },
  expand: () => undefined,
  same: (source: string, expanded: string) => source === expanded,
};
