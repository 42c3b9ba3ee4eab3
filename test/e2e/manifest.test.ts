/** Every requirement has a test that cites it, and every citation a requirement. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { REQUIREMENTS } from './requirements.ts';

const TESTS = resolve(import.meta.dirname, '..');

function citations(): ReadonlySet<string> {
  const files = ['e2e', 'faults'].flatMap((folder) =>
    readdirSync(join(TESTS, folder)).map((file) => join(TESTS, folder, file)),
  );
  const texts = files.filter((file) => file.endsWith('.test.ts')).map((file) => readFileSync(file, 'utf8'));
  const calls = texts.flatMap((text) =>
    Array.from(text.matchAll(/\bverifies\(\s*(\[[^\]]*\]|'[^']*')/g), (match) => match[1]!),
  );
  return new Set(calls.flatMap((ids) => Array.from(ids.matchAll(/'([^']*)'/g), (match) => match[1]!)));
}

test('every requirement of the manifest is held by a test', () => {
  const cited = citations();
  expect(Object.keys(REQUIREMENTS).filter((id) => !cited.has(id))).toEqual([]);
});

test('no test cites a requirement that does not exist', () => {
  expect([...citations()].filter((id) => !(id in REQUIREMENTS))).toEqual([]);
});
