/** How browser tools print pages. */
import type { Dialect } from '../dialect.ts';
import { axtree, axtrees } from './axtree.ts';
import { bulleted } from './bulleted.ts';
import { outline } from './outline.ts';
import { refTags } from './ref-tags.ts';
import { tagDialects } from './tab-tags.ts';
import { uids } from './uids.ts';

/** Those that a page may begin with; each may show itself to be a variant of its own. */
export const dialects: readonly Dialect[] = [bulleted, uids, ...tagDialects, refTags, outline, axtree];

const all: readonly Dialect[] = [...dialects, ...axtrees];

export function dialectNamed(name: string): Dialect | undefined {
  return all.find((dialect) => dialect.name === name);
}
