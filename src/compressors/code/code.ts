/**
 * Source code as an outline, by its syntax tree, or by indentation where there is no grammar or no parser: a view for
 * whoever reads on and does not edit, at level `aggressive` alone.
 */
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { chooseForm } from '../../core/choose-form.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { type Deadline, DeadlineExceeded, deadlineIn } from '../../core/deadline.ts';
import { wantsLines } from './asked.ts';
import { claim } from './claim.ts';
import { type CodeLanguage, GRAMMARS } from './grammars.ts';
import { readRuns, type Run } from './gutter.ts';
import { indentedLanguageOf, languageOf } from './language.ts';
import { looksIndented } from './indented.ts';
import { isPrepared, prepareRuntime } from './runtime.ts';
import { holdsNotes, type OutlineWay, writeOutline } from './view.ts';

export type { CodeLanguage };

/** Longer texts are hardly one file of code, and would hold the thread too long. */
const MAX_CHARS = 1 << 18;
const OUTLINE_MS = 2_000;

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, call, deadline } = options;
  deadline.check();
  if (level !== 'aggressive' || text.length > MAX_CHARS || holdsNotes(text)) return undefined;
  const lines = text.split('\n');
  const runs = readRuns(lines);
  if (wantsLines(call, lines, runs)) return undefined;
  const view = (): string | undefined => writeOutline(lines, runs, (run) => wayOf(run, call), deadline);
  return chooseForm({ source: text, lossless: undefined, view }, options);
}

function wayOf({ lines }: Run, call: ToolCall | undefined): OutlineWay | undefined {
  const language = isPrepared() ? languageOf(lines, call) : undefined;
  if (language) return { by: 'grammar', language };
  const title = indentedLanguageOf(call);
  return title !== undefined && looksIndented(lines) ? { by: 'indentation', title } : undefined;
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
    const view = writeOutline(lines, readRuns(lines), () => ({ by: 'grammar', language }), deadline);
    return view !== undefined && view.length < text.length ? view : undefined;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return undefined;
    throw error;
  }
}

export const codeCompressor: Compressor = {
  name: 'code',
  viewsFiles: 'settled-code',
  prepare: prepareRuntime,
  claim,
  compress,
  expand: () => undefined,
  same: (source: string, expanded: string) => source === expanded,
};
