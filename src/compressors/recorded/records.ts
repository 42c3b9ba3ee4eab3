/**
 * Files of JSON lines, whole or cut off by the client: transcripts, event logs, maps. A view only, and only of files that a
 * call shows; where records are too much alike for one line each, the other kind that knows JSON has a better one.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import type { Sample } from '../../core/sample.ts';
import { showsFile } from '../../core/shown-file.ts';
import type { Limits } from './record-writer.ts';
import { readRecords, type RecordLines, RecordsView } from './records-view.ts';

const CLAIM = 0.96;
const HEAD_CHARS = 4096;
/** Longer texts are hardly what a client lets a model read. */
const MAX_CHARS = 2_000_000;
/** From gentle to short; the first that is short enough is taken. */
const LIMITS: readonly Limits[] = [
  { chars: 320, items: 40 },
  { chars: 160, items: 20 },
  { chars: 80, items: 10 },
  { chars: 48, items: 6 },
];
const GOOD_SHARE = { balanced: 0.45, aggressive: 0.3 } as const;

/** A line that opens an object with a key; a single line must be long, or it is any JSON. */
const OPENS = /^\{\s*"(?:[^"\\]|\\.){0,200}"\s*:/;
const MIN_SINGLE_CHARS = 2_000;

function claim({ text }: Sample): number {
  if (!text.startsWith('{')) return 0;
  const head = text.slice(0, HEAD_CHARS).split('\n');
  if (!OPENS.test(head[0]!)) return 0;
  const filled = head.filter((line) => line.trim() !== '');
  if (filled.length === 1) return text.length >= MIN_SINGLE_CHARS && head[0]!.length >= MIN_SINGLE_CHARS ? CLAIM : 0;
  return filled.every((line) => OPENS.test(line)) ? CLAIM : 0;
}

/** The gentlest view that is short enough, else the shortest. */
function writeShortest(
  read: RecordLines,
  text: string,
  { level, tokens, deadline }: CompressOptions,
): { readonly said: string; readonly isGood: boolean } {
  const good = tokens.count(text) * GOOD_SHARE[level === 'aggressive' ? level : 'balanced'];
  const view = new RecordsView(read);
  let said = '';
  for (const limits of LIMITS) {
    deadline.check();
    said = view.write(limits, deadline);
    if (tokens.count(said) <= good) return { said, isGood: true };
  }
  return { said, isGood: false };
}

/** @param json says whole JSON shorter. */
export function recordLines(json: Compressor): Compressor {
  return {
    name: 'records',
    viewsFiles: 'recorded',
    highestClaim: CLAIM,
    claim,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      const { level, call, deadline } = options;
      deadline.check();
      if (level === 'lossless' || (call && !showsFile(call)) || text.length > MAX_CHARS) return undefined;
      const read = readRecords(text.split('\n'), deadline);
      if (!read) return undefined;
      const { said, isGood } = writeShortest(read, text, options);
      // Many records alike are better told by what they have in common.
      const other = isGood ? undefined : json.compress(text, options);
      if (other?.loss === 'recoverable') return other;
      const lossless = isGood ? json.compress(text, { ...options, level: 'lossless' }) : other;
      return chooseForm({ source: text, lossless: lossless?.text, view: () => said }, options);
    },
    expand: (text: string) => json.expand(text),
    same: (source: string, expanded: string) => json.same(source, expanded),
  };
}
