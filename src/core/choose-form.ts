/** Which form of a text goes out: the one place that says when a view is worth what it leaves out. */
import type { Compressed, CompressOptions, Level } from './compressor.ts';

export interface Forms {
  readonly source: string;
  /** The lossless form; undefined when there is none. It may be longer than the source: then it is not taken. */
  readonly lossless: string | undefined;
  /** Whether the lossless form gives the source again, where it may not: asked only where that decides. */
  readonly readsBack?: (() => boolean) | undefined;
  /** Makes the view; asked only where one may be taken. Undefined: none. */
  readonly view?: ((tokensOfSource: number) => string | undefined) | undefined;
  /** Of the lossless form, what the view may take at most: more where it leaves little out. */
  readonly viewShare?: number | undefined;
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
export function chooseForm(forms: Forms, options: CompressOptions): Compressed | undefined {
  const chosen = choose(forms, options);
  if (!chosen?.isByForm || !forms.readsBack || forms.readsBack()) return chosen?.said;
  return choose({ ...forms, lossless: undefined }, options)?.said;
}

interface Chosen {
  readonly said: Compressed;
  /** Without the lossless form the choice may be another. */
  readonly isByForm: boolean;
}

function choose(
  { source, lossless, view, viewShare }: Forms,
  { level, tokens, deadline }: CompressOptions,
): Chosen | undefined {
  deadline.check();
  const isShorter = lossless !== undefined && lossless.length < source.length;
  if (!isShorter && (level === 'lossless' || !view)) return undefined;
  const before = tokens.count(source);
  const after = isShorter ? tokens.count(lossless) : before;
  if (level !== 'lossless' && view && wantsView(before, after, level)) {
    deadline.check();
    const text = view(before);
    if (text !== undefined && text.length < source.length && isShortEnough(tokens.count(text), after, viewShare)) {
      // What is short beside a form that is shorter than the source is short beside the source.
      return { said: { text, loss: 'recoverable' }, isByForm: after > before };
    }
  }
  return isShorter && after < before ? { said: { text: lossless, loss: 'none' }, isByForm: true } : undefined;
}

/** Whether a source of so many tokens is long enough for a view, and its lossless form of so many not good enough. */
function wantsView(before: number, after: number, level: Exclude<Level, 'lossless'>): boolean {
  const { fromTokens, longFormTokens } = VIEW_RULES[level];
  return before >= fromTokens && after > longFormTokens && after > before * (1 - GOOD_SAVING);
}

function isShortEnough(tokensOfView: number, tokensOfForm: number, share = MAX_VIEW_SHARE): boolean {
  return tokensOfView <= tokensOfForm * share;
}

/** Whether a view is taken where a lossless form is there too. */
export function prefersView(before: number, tokensOfForm: number, tokensOfView: number, level: Level): boolean {
  return level !== 'lossless' && wantsView(before, tokensOfForm, level) && isShortEnough(tokensOfView, tokensOfForm);
}
