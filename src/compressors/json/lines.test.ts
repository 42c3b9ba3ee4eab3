import { expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import type { ReadObject } from '../../core/json-compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from './json.ts';

const LEVELS = ['lossless', 'balanced', 'aggressive'] as const;
const METHODS = ['GET', 'POST', 'PUT'];

const options = (level: CompressOptions['level']): CompressOptions => ({
  level,
  call: undefined,
  tokens: o200k,
  deadline: NO_DEADLINE,
});

function rowsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      method: METHODS[i % 3],
      path: `/api/orders/${i * 37}/items`,
      ...(i % 5 === 0 ? { user: { id: i, name: `user ${i % 7}` } } : {}),
      ms: (i * 7919) % 311,
    }),
  );
}

test.each([0, 1, 2])('lines read one by one are said as their text is, with %i texts before each object', (keys) => {
  const rows = rowsOf(90);
  const text = rows.map((row) => `web ${row}`).join('\n');
  const objects = jsonCompressor.objects(text);
  const read: { readonly cells: readonly string[]; readonly object: ReadObject }[] = [];
  let at = 0;
  for (const [i, row] of rows.entries()) {
    at = text.indexOf('{', at);
    const object = objects.at(at, at + row.length)!;
    expect(object.printed).toBe(row);
    read.push({ cells: [`web-${i % 3}`, `req "${i}"`].slice(0, keys), object });
    at += row.length;
  }
  const names = ['@1', '@2'].slice(0, keys);
  const spelled = read
    .map(
      ({ cells, object }) =>
        JSON.stringify(Object.fromEntries([...names.entries()].map(([i, name]) => [name, cells[i]]))).slice(0, -1) +
        (keys > 0 ? ',' : '') +
        object.printed.slice(1),
    )
    .join('\n');
  const opened = jsonCompressor.openLines({ keys: names, rows: read, spelled });
  for (const level of LEVELS)
    expect(opened.compress(options(level))).toEqual(jsonCompressor.compress(spelled, options(level)));
});

test('what is no object to its end, or has a key twice, is none', () => {
  const text = '{"a":1} {"a":1,"a":2} [1]';
  const objects = jsonCompressor.objects(text);
  expect(objects.at(0, 7)?.printed).toBe('{"a":1}');
  expect(objects.at(0, 6)).toBeUndefined();
  expect(objects.at(8, 21)).toBeUndefined();
  expect(objects.at(22, 25)).toBeUndefined();
});

test('a text that is opened is said the same at each level, in any order', () => {
  const text = rowsOf(120).join('\n');
  const once = LEVELS.map((level) => jsonCompressor.compress(text, options(level)));
  for (const order of [LEVELS, LEVELS.toReversed()]) {
    const opened = jsonCompressor.open(text);
    for (const level of order) expect(opened.compress(options(level))).toEqual(once[LEVELS.indexOf(level)]);
  }
});
