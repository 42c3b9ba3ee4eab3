/**
 * Source code as an outline, by its syntax tree: a view for whoever reads on and does not edit, at level `aggressive`
 * alone. It declines until `prepare` has loaded the parser.
 */
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { chooseForm } from '../../core/choose-form.ts';
import { type Deadline, DeadlineExceeded, deadlineIn } from '../../core/deadline.ts';
import { wantsLines } from './asked.ts';
import { claim } from './claim.ts';
import { type CodeLanguage, GRAMMARS } from './grammars.ts';
import { readRuns } from './gutter.ts';
import { languageOf } from './language.ts';
import { isPrepared, prepareRuntime } from './runtime.ts';
import { holdsNotes, writeOutline } from './view.ts';

export type { CodeLanguage };

/** Longer texts are hardly one file of code, and would hold the thread too long. */
const MAX_CHARS = 1 << 18;
const OUTLINE_MS = 2_000;

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, call, deadline } = options;
  deadline.check();
  if (level !== 'aggressive' || !isPrepared() || text.length > MAX_CHARS || holdsNotes(text)) return undefined;
  const lines = text.split('\n');
  const runs = readRuns(lines);
  if (wantsLines(call, lines, runs)) return undefined;
  const view = (): string | undefined => writeOutline(lines, runs, (run) => languageOf(run.lines, call), deadline);
  return chooseForm({ source: text, lossless: undefined, view }, options);
}

export function isCodeLanguage(name: string): name is CodeLanguage {
  return Object.hasOwn(GRAMMARS, name);
}

/**
 * The outline of a file in this language; undefined when there is nothing to leave out, when it does not parse, or not
 * in time.
 * @throws when the optional packages that parse are not installed.
 */
export async function outline(
  text: string,
  language: CodeLanguage,
  deadline: Deadline = deadlineIn(OUTLINE_MS),
): Promise<string | undefined> {
  await prepareRuntime();
  if (text.length > MAX_CHARS || holdsNotes(text)) return undefined;
  const lines = text.split('\n');
  try {
    const view = writeOutline(lines, readRuns(lines), () => language, deadline);
    return view !== undefined && view.length < text.length ? view : undefined;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return undefined;
    throw error;
  }
}

export const codeCompressor: Compressor = {
  name: 'code',
  viewsFiles: true,
  prepare: prepareRuntime,
  claim,
  compress,
  expand: () => undefined,
  same: (source: string, expanded: string) => source === expanded,
};
