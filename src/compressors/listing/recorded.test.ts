/** The forms on recorded listings, short lists of paths included; they need HEADROOM_DATA. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { listing } from './listing.ts';

const foldingAll = listing(0);
const options: CompressOptions = { level: 'lossless', call: undefined, tokens: o200k, deadline: NO_DEADLINE };

const DATA = process.env['HEADROOM_DATA'];

test.skipIf(DATA === undefined || !existsSync(join(DATA, 'to_npm_shell_build.jsonl')))(
  'real listings lose a quarter of their tokens (needs HEADROOM_DATA)',
  () => {
    let [before, after] = [0, 0];
    for (const file of ['to_npm_shell_build.jsonl', 'to_git_grep_listing.jsonl', 'to_loghub_logs.jsonl']) {
      for (const row of readFileSync(join(DATA!, file), 'utf8').trim().split('\n')) {
        const { content } = JSON.parse(row) as { content: string };
        const form = foldingAll.compress(content, options)?.text;
        if (form === undefined) continue;
        expect(file).not.toContain('loghub');
        expect(foldingAll.expand(form)).toBe(content);
        before += o200k.count(content);
        after += o200k.count(form);
      }
    }
    expect(after).toBeLessThan(before * 0.75);
  },
);
