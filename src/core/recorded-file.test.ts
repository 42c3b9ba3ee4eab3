import { expect, test } from 'vitest';
import { fileNameOf, isForeignPath, isRecordedPath } from './recorded-file.ts';

test.each([
  ['/home/a/.claude/projects/x/session.jsonl', true],
  ['events.ndjson', true],
  ['/tmp/tasks/b7636e2.output', true],
  ['nohup.out', true],
  ['app/Cargo.lock', true],
  ['app/package-lock.json', true],
  ['dist/app.min.js', true],
  ['dist/app.js.map', true],
  ['go.sum', true],
  ['package.json', false],
  ['tsconfig.json', false],
  ['src/log.ts', false],
  ['src/lock/index.js', false],
  ['compose.yaml', false],
  ['notes.txt', false],
  ['rows.csv', false],
])('a program recorded %s: %s', (path, expected) => {
  expect(isRecordedPath(path)).toBe(expected);
});

test.each([
  ['node_modules/ws/lib/sender.js', true],
  ['/srv/app/deps/ash/lib/ash.ex', true],
  ['/opt/env/lib/python3.12/site-packages/flask/app.py', true],
  ['.venv/bin/activate.py', true],
  ['/root/.cargo/registry/src/x/serde/src/lib.rs', true],
  ['/root/go/pkg/mod/golang.org/x/net/http2/frame.go', true],
  ['/usr/include/stdio.h', true],
  ['target/debug/build/out.rs', true],
  ['src/target/index.ts', false],
  ['src/deps.ts', false],
  ['lib/dist_tools.ex', false],
  ['/usr/local/app/src/a.c', false],
])('%s is of another project: %s', (path, expected) => {
  expect(isForeignPath(path)).toBe(expected);
});

test('the name of a file is what follows its last folder', () => {
  expect(['a/b.log', String.raw`C:\x\b.log`, 'b.log'].map(fileNameOf)).toEqual(['b.log', 'b.log', 'b.log']);
});
