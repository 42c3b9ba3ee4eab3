/** Outlines of source code, by themselves. */
import { type CodeLanguage, GRAMMARS } from '../compressors/code/grammars.ts';

export type { CodeLanguage };

/** Whether `outline` knows a language of this name. */
export function isCodeLanguage(name: string): name is CodeLanguage {
  return Object.hasOwn(GRAMMARS, name);
}

/**
 * The outline of a file in this language; undefined when there is nothing to leave out, or when it does not parse.
 * @throws when the optional packages that parse are not installed.
 */
export async function outline(text: string, language: CodeLanguage): Promise<string | undefined> {
  const code = await import('../compressors/code/code.ts');
  return code.outline(text, language);
}
