import { expect, test } from 'vitest';
import { isRetrievalTool } from './retrieval-name.ts';

test.each([
  ['headroom_retrieve', true],
  ['mcp__headroom__headroom_retrieve', true],
  ['mcp__headroom__retrieve', true],
  ['headroom_headroom_retrieve', true],
  ['fs_headroom_retrieve', true],
  ['fs.headroom_retrieve', true],
  ['headroom_compress', false],
  ['retrieve', false],
  ['myheadroom_retrieve', false],
  ['headroom_retrieve_all', false],
])('%s: %s', (name, expected) => {
  expect(isRetrievalTool(name)).toBe(expected);
});
