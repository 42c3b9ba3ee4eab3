/** A JSON file that an agent reads in order to edit it keeps its lines; data that it prints does not have to. */
import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from './json.ts';

const records = Array.from({ length: 60 }, (_, id) => ({ id, name: `item ${id}`, state: 'open', size: id * 3 }));
const pretty = JSON.stringify({ name: 'app', scripts: { test: 'vitest' }, records: records.slice(0, 20) }, null, 2);

function isShortened(text: string, input: object): boolean {
  const call = { id: 'a', name: 'any', input: input as never };
  return jsonCompressor.compress(text, { level: 'lossless', call, tokens: o200k, deadline: NO_DEADLINE }) !== undefined;
}

test.each([
  ['a pretty file read by a tool', pretty, { file_path: '/app/package.json' }, false],
  ['a pretty file printed by the shell', pretty, { command: 'cat package.json' }, false],
  ['the same text from an API', pretty, { command: 'curl -s localhost/items' }, true],
  ['the same text without a known call', pretty, {}, true],
  ['a minified file', JSON.stringify(records), { command: 'cat orders.json' }, true],
  [
    'a file of one record a line',
    records.map((record) => JSON.stringify(record)).join('\n'),
    { command: 'cat a.jsonl' },
    true,
  ],
  ['a long file of records', JSON.stringify([...records, ...records], null, 2), { command: 'cat orders.json' }, true],
])('%s', (_name, text, input, expected) => {
  expect(isShortened(text, input)).toBe(expected);
});
