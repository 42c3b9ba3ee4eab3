/** Which form of a text goes out: the one place that says when a view is worth what it leaves out. */
import type { Compressed, CompressOptions, Level } from './compressor.ts';

export interface Forms {
  readonly source: string;
  /** The lossless form; undefined when there is none. It may be longer than the source: then it is not taken. */
  readonly lossless: string | undefined;
  /** Makes the view; asked only where one may be taken. Undefined: none. */
  readonly view?: ((tokensOfSource: number) => string | undefined) | undefined;
}

interface ViewRule {
  /** Shorter sources need no view. */
  readonly fromTokens: number;
  /** Nor do those whose lossless form is short enough. */
  readonly longFormTokens: number;
}

const VIEW_RULES: Readonly<Record<Exclude<Level, 'lossless'>, ViewRule>> = {
  balanced: { fromTokens: 1_000, longFormTokens: 600 },
  aggressive: { fromTokens: 500, longFormTokens: 300 },
};
/** A lossless form that saves this share is good enough. */
const GOOD_SAVING = 0.85;
/** Of the lossless form: a view that is not this much shorter is not worth a loss. */
const MAX_VIEW_SHARE = 0.7;

/** The form to send, or undefined when none is shorter than the source. */
export function chooseForm(
  { source, lossless, view }: Forms,
  { level, tokens, deadline }: CompressOptions,
): Compressed | undefined {
  deadline.check();
  const isShorter = lossless !== undefined && lossless.length < source.length;
  if (!isShorter && (level === 'lossless' || !view)) return undefined;
  const before = tokens.count(source);
  const after = isShorter ? tokens.count(lossless) : before;
  if (level !== 'lossless' && view && isWorthAView(before, after, VIEW_RULES[level])) {
    deadline.check();
    const text = view(before);
    if (text !== undefined && text.length < source.length && tokens.count(text) <= after * MAX_VIEW_SHARE) {
      return { text, loss: 'recoverable' };
    }
  }
  return isShorter && after < before ? { text: lossless, loss: 'none' } : undefined;
}

function isWorthAView(before: number, after: number, { fromTokens, longFormTokens }: ViewRule): boolean {
  return before >= fromTokens && after > longFormTokens && after > before * (1 - GOOD_SAVING);
}
