import { expect, test } from 'vitest';
import { levelForTool, type ToolRule } from './tool-rule.ts';

const RULES: readonly ToolRule[] = [
  { glob: 'mcp__github__get_?ile', level: 'off' },
  { glob: 'mcp__*', level: 'lossless' },
  { glob: 'Bash', level: 'aggressive' },
  { glob: 'a.b(c)', level: 'off' },
];

test.each([
  ['mcp__github__get_file', 'off'],
  ['mcp__github__list', 'lossless'],
  ['bash', 'aggressive'],
  ['BashOutput', 'balanced'],
  ['a.b(c)', 'off'],
  ['axb(c)', 'balanced'],
  ['', 'balanced'],
])('%s: %s', (name, level) => {
  expect(levelForTool(name, RULES, 'balanced')).toBe(level);
});

test('many stars cost no time', () => {
  const rules: readonly ToolRule[] = [{ glob: `${'*'.repeat(50)}x`, level: 'off' }];
  expect(levelForTool('a'.repeat(10_000), rules, 'lossless')).toBe('lossless');
});
