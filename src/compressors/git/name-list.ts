/**
 * The paths that `git log --name-only` and `--name-status` print under a commit: those that stand together in one
 * directory as one line, `src/shop/: cart.ts pay.ts`.
 */
import type { RecordKind, Taken } from './record.ts';

/** A path alone on its line. */
export const NAME_ONLY: RegExp = /^"?[^\s"':;,][^:;,]{0,400}\/[^\s/]+"?$|^\.?[\w-]+(?:\.[\w-]+)+$/;
const NAMED = /^((?:[ACDMTUX]\t)?\S{1,400}\/)([^\s/]{1,200})$/;
const RECORD = /^((?:[ACDMTUX]\t)?\S{1,400}\/): (\S+(?: \S+)+)$/;
const MAX_NAMES = 40;
/** A path out of a shorter list will be quoted whole: there it stands whole. */
const MIN_NAMES = 300;

/** Whether so many lines are paths that they are worth folding. */
export function hasManyNames(lines: readonly string[], isInHunk: Uint8Array): boolean {
  let names = 0;
  for (const [i, line] of lines.entries()) if (isInHunk[i] !== 1 && line.includes('/') && NAMED.test(line)) names++;
  return names >= MIN_NAMES;
}

export const nameListRecord: RecordKind = {
  encode(lines: readonly string[], at: number): Taken | undefined {
    const folder = NAMED.exec(lines[at]!)?.[1];
    if (folder === undefined) return undefined;
    const names: string[] = [];
    for (let i = at; i < lines.length && names.length < MAX_NAMES; i++) {
      const match = NAMED.exec(lines[i]!);
      if (match?.[1] !== folder) break;
      names.push(match[2]!);
    }
    return names.length > 1 ? { lines: [`${folder}: ${names.join(' ')}`], end: at + names.length } : undefined;
  },
  looksLike: (line: string): boolean => line.includes('/: ') && RECORD.test(line),
  decode(form: readonly string[], at: number): Taken | undefined {
    const [, folder = '', names = ''] = RECORD.exec(form[at]!) ?? [];
    return { lines: names.split(' ').map((name) => folder + name), end: at + 1 };
  },
};
