import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOf } from './launch.ts';
import { changedLines } from './show-change.ts';

let root: string;
let script: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'headroom-launch-'));
  script = join(root, 'headroom.js');
  writeFileSync(script, '');
  for (const folder of ['bin', 'other', 'node_modules/.bin']) mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(script, join(root, 'bin', 'headroom'));
  symlinkSync(script, join(root, 'node_modules/.bin', 'headroom'));
  writeFileSync(join(root, 'other', 'headroom'), '');
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['bin', 'headroom', []],
  ['node_modules/.bin:bin', 'headroom', []],
  ['node_modules/.bin', '/opt/node', ['SCRIPT']],
  ['other:bin', '/opt/node', ['SCRIPT']],
  ['nowhere', '/opt/node', ['SCRIPT']],
])('with PATH=%s clients start it as %s', (folders, command, first) => {
  const path = folders
    .split(':')
    .map((folder) => join(root, folder))
    .join(':');
  const args = [...first.map(() => script), 'mcp', '--home', '/h'];
  expect(launchOf({ script, node: '/opt/node', path, home: '/h' })).toEqual({ command, args });
});

test('what npx keeps only for a while is started by npx', () => {
  const kept = '/home/me/.npm/_npx/1234/node_modules/headroom-ts/bin/headroom.js';
  expect(launchOf({ script: kept, node: '/opt/node', path: '', home: undefined })).toEqual({
    command: 'npx',
    args: ['-y', 'headroom-ts', 'mcp'],
  });
});

test('a change shows what changes, and no line beside it: that may be a key', () => {
  expect(changedLines('a\nsecret\nb\n', 'a\nsecret\nnew\nb\n')).toEqual(['@@ line 3 @@', '+ new']);
  const long = `{"secret":"${'x'.repeat(500)}","s":{}}`;
  expect(changedLines(long, long.replace('{}', '{"h":1}'))).toEqual(['@@ line 1 @@', '+ … "h":1 …']);
  expect(changedLines('a\r\nb', 'a')).toEqual(['@@ line 2 @@', '- b']);
});
