import { expect, test } from 'vitest';
import { showsFile } from './shown-file.ts';

test.each([
  [{ file_path: '/src/package.json' }, true],
  [{ path: 'a/b/.eslintrc.json', limit: 3 }, true],
  [{ command: 'cat package.json' }, true],
  [{ command: 'cd app && sed -n 1,80p tsconfig.json' }, true],
  [{ command: 'cat data.json | jq .items' }, false],
  [{ command: 'node list.js' }, false],
  [{ command: ['bash', '-lc', 'cat src/a.ts'] }, true],
  [{ command: ['cat', 'src/a.ts'] }, true],
  [{ command: ['bash', '-lc', 'npm test'] }, false],
  [{ command: ['/bin/sh', '-c', 'cat a.json | jq .'] }, false],
  [{ command: 'curl -s https://example.org/a.json' }, false],
  [{ url: 'https://example.org/a.json' }, false],
  [{ path: 'src/components' }, false],
  [{ query: 'error OR fatal' }, false],
  [{ city: 'St. Louis' }, false],
  [null, false],
])('the call with %j shows a file: %s', (input, expected) => {
  expect(showsFile({ id: 'a', name: 'any', input })).toBe(expected);
});
