/**
 * Output as terminals get it: colours, progress bars, spinners, repeated lines, bytes as text, two bytes a character.
 * Lossless: codes in one character each, repeated lines once. A view: what a person saw in the end, with counts of the
 * rest. Either is then said by the kind that claims what is left.
 */
import { chooseForm } from '../../core/choose-form.ts';
import { claimants } from '../../core/claimants.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import { shareOfBlobs, shortenBlobs, shortenLines } from './blobs.ts';
import { countSigns } from './controls.ts';
import { foldLines, hasRule } from './folds.ts';
import { readForm, writeForm } from './form.ts';
import { readScreen } from './screen.ts';
import { readLoosely, seemsTwoByte } from './two-bytes.ts';

/** Codes hide from the others what kind the text is. */
const CLAIM_OF_CODES = 0.98;
/** Others may know repeated or long lines better. */
const CLAIM_OF_LINES = 0.5;
const SEEN_CHARS = 1 << 16;
const MIN_CODES = 4;
const MIN_REPEATS = 0.2;
const MIN_REPEATING_LINES = 6;
const MIN_LONG_LINE = 3000;
const MIN_BLOB_TEXT = 400;
const MIN_BLOB_SHARE = 0.3;
const LONG_RULE = 1000;
/** Further back no line is looked for. */
const MAX_BACK = 4;

function claim({ text }: Sample): number {
  const seen = text.length > SEEN_CHARS ? text.slice(0, SEEN_CHARS) : text;
  const { escapes, returns, backspaces, lines } = countSigns(seen);
  if (seemsTwoByte(seen)) return CLAIM_OF_CODES;
  // A carriage return in every line ends the lines of some tables.
  const isProgress = returns >= MIN_CODES && returns !== lines - 1;
  if (escapes >= MIN_CODES || backspaces >= MIN_CODES || isProgress) return CLAIM_OF_CODES;
  if (text.length >= MIN_BLOB_TEXT && shareOfBlobs(seen) >= MIN_BLOB_SHARE) return CLAIM_OF_CODES;
  return repeats(seen, lines) || hasRule(seen, LONG_RULE) || seen.length > lines * MIN_LONG_LINE ? CLAIM_OF_LINES : 0;
}

/** Whether many lines stand a few lines further up too. */
function repeats(text: string, lines: number): boolean {
  if (lines < MIN_REPEATING_LINES) return false;
  const starts = new Int32Array(MAX_BACK + 1);
  const lengths = new Int32Array(MAX_BACK + 1);
  let same = 0;
  for (let at = 0, start = 0; at < lines; at++) {
    const end = text.indexOf('\n', start);
    const length = (end < 0 ? text.length : end) - start;
    const place = at % (MAX_BACK + 1);
    starts[place] = start;
    lengths[place] = length;
    for (let back = 1; length > 0 && back <= MAX_BACK && back <= at; back++) {
      const other = (at - back) % (MAX_BACK + 1);
      if (lengths[other] !== length || !isSame(text, start, starts[other]!, length)) continue;
      same++;
      break;
    }
    if (same >= lines * MIN_REPEATS) return true;
    if (same + lines - at - 1 < lines * MIN_REPEATS) return false;
    start += length + 1;
  }
  return false;
}

/** From the end: lines of one indentation begin alike. */
function isSame(text: string, a: number, b: number, length: number): boolean {
  for (let i = length - 1; i >= 0; i--) if (text.charCodeAt(a + i) !== text.charCodeAt(b + i)) return false;
  return true;
}

interface Said {
  readonly by: string;
  readonly form: Compressed;
}

/** What the kind that claims it makes of a text. */
function sayBy(kinds: readonly Compressor[], text: string, options: CompressOptions): Said | undefined {
  for (const { kind } of claimants(kinds, new Sample(text))) {
    options.deadline.check();
    const form = kind.compress(text, options);
    if (form && (form.loss !== 'none' || kind.expand(form.text) === text)) return { by: kind.name, form };
  }
  return undefined;
}

function writeLossless(text: string, kinds: readonly Compressor[], options: CompressOptions): string | undefined {
  const say = (body: string): { kind: string; text: string } | undefined => {
    const said = sayBy(kinds, body, { ...options, level: 'lossless' });
    return said && { kind: said.by, text: said.form.text };
  };
  return writeForm(text, say, options.deadline);
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Undefined when nothing would be left out. */
function writeView(text: string, kinds: readonly Compressor[], options: CompressOptions): string | undefined {
  const { deadline } = options;
  const seen = readScreen(seemsTwoByte(text) ? readLoosely(text) : text, deadline);
  const blobs = shortenBlobs(seen.lines.join('\n'), deadline);
  const lines = blobs.text.split('\n');
  // Lines of a file that is read may be edited: they stay.
  const long = showsFile(options.call) ? { lines, cut: 0 } : shortenLines(lines);
  const said = [
    ...(seen.codes > 0 ? [`${plural(seen.codes, 'control code', 'control codes')} left out`] : []),
    ...(seen.states > 0 ? [`${plural(seen.states, 'overwritten state', 'overwritten states')} of lines left out`] : []),
    ...(seen.empty > 0 ? [`${plural(seen.empty, 'empty line', 'empty lines')} left out`] : []),
    ...(blobs.blobs > 0
      ? [`${plural(blobs.blobs, 'text of bytes', 'texts of bytes')} shortened by ${blobs.left} characters`]
      : []),
    ...(long.cut > 0 ? [`${plural(long.cut, 'long line', 'long lines')} shortened`] : []),
  ];
  if (said.length === 0) return undefined;
  const what = seen.codes > 0 ? 'view of terminal output as it looked in the end' : 'view';
  const head = `[headroom: ${what}: ${said.join(', ')}]`;
  const clean = long.lines.join('\n');
  const form = sayBy(kinds, clean, options)?.form.text;
  const body = form ?? foldLines(long.lines, deadline).lines.join('\n');
  return `${head}\n${body}`;
}

/** @param kinds what the text may be under its codes, in the order in which they win ties. */
export function terminal(kinds: readonly Compressor[]): Compressor {
  return {
    name: 'terminal',
    highestClaim: CLAIM_OF_CODES,
    claim,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      options.deadline.check();
      if (options.responseFormat === 'json') return undefined;
      const lossless = writeLossless(text, kinds, options);
      return chooseForm({ source: text, lossless, view: () => writeView(text, kinds, options) }, options);
    },
    expand: (text: string) => readForm(text, (kind, form) => kinds.find(({ name }) => name === kind)?.expand(form)),
    same: (source: string, expanded: string) => source === expanded,
  };
}
