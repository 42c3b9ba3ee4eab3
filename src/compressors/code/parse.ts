/** Parses code within the deadline and within an effort that its length allows, and frees the tree again. */
import type { Tree } from 'web-tree-sitter';
import type { Deadline } from '../../core/deadline.ts';
import type { CodeLanguage } from './grammars.ts';
import { parserFor } from './runtime.ts';

/** Real code takes about one step for 120 characters or more; what takes many more is no code of this language. */
const CHARS_PER_STEP = 24;
const MIN_STEPS = 400;

/** What `read` makes of the tree; undefined when there is none. */
export function withTree<T>(
  code: string,
  language: CodeLanguage,
  deadline: Deadline,
  read: (tree: Tree) => T,
): T | undefined {
  const parser = parserFor(language);
  if (!parser) return undefined;
  const tree = parse(code, parser, deadline);
  if (!tree) return undefined;
  try {
    return read(tree);
  } finally {
    tree.delete();
  }
}

type Parser = NonNullable<ReturnType<typeof parserFor>>;

function parse(code: string, parser: Parser, deadline: Deadline): Tree | undefined {
  let steps = MIN_STEPS + code.length / CHARS_PER_STEP;
  let isLate = false;
  // Nothing may be thrown through the parser: it would keep what it had allocated.
  const isOver = (): boolean => {
    try {
      deadline.check();
    } catch {
      isLate = true;
    }
    return isLate || --steps < 0;
  };
  const tree = parser.parse(code, null, { progressCallback: isOver });
  if (!tree) parser.reset();
  if (isLate) {
    tree?.delete();
    deadline.check();
  }
  return tree ?? undefined;
}
