/** What git says as it merges: every conflict stays, whatever the level. */
import { describe, expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { gitCompressor } from './git.ts';

const options: CompressOptions = { level: 'balanced', call: undefined, tokens: o200k, deadline: NO_DEADLINE };
const CONFLICTS = Array.from({ length: 14 }, (_, i) => `src/shop/cart-${i * 7}.ts`);
const ALONE = Array.from({ length: 120 }, (_, i) => `src/module-${i % 6}/part-${i * 13}.ts`);
const MERGE = `${[
  ...CONFLICTS.flatMap((path) => [`Auto-merging ${path}`, `CONFLICT (content): Merge conflict in ${path}`]),
  'CONFLICT (modify/delete): src/old.ts deleted in dev and modified in HEAD.  Version HEAD of src/old.ts left in tree.',
  ...ALONE.map((path) => `Auto-merging ${path}`),
  'Automatic merge failed; fix conflicts and then commit the result.',
].join('\n')}\n`;

describe('git merge', () => {
  test('is claimed, and comes back', () => {
    expect(gitCompressor.claim(new Sample(MERGE))).toBeGreaterThan(0.9);
    for (const text of [MERGE, MERGE.replace('Auto-merging src/old', 'A src/old'), `${MERGE}A x\n\\y\nC z\n`]) {
      const form = gitCompressor.compress(text, { ...options, level: 'lossless' })!;
      expect(form.loss).toBe('none');
      expect(gitCompressor.expand(form.text)).toBe(text);
    }
  });

  test('the view keeps every conflict, and counts by directory what merged by itself', () => {
    const view = gitCompressor.compress(MERGE, options)!;
    expect(view.loss).toBe('recoverable');
    const kept = MERGE.split('\n').filter((line) => !line.startsWith('Auto-merging '));
    for (const line of kept) expect(view.text).toContain(line);
    expect(view.text).toMatch(/^\[view of git merge: 120 files auto-merged without conflict, by directory: /);
    for (let i = 0; i < 6; i++) expect(view.text).toContain(`src/module-${i}/ 20`);
  });
});
