import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packageApi } from '../scripts/render-api.ts';
import { renderDocs } from '../scripts/render-docs.ts';
import { backends } from '../src/backends/index.ts';
import { OPTIONS, type OptionName } from '../src/config/options.ts';

test.each(renderDocs().map(({ path, text }) => [path, text]))(
  '%s says what its table says (node scripts/gen-docs.ts)',
  (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
  },
);

test('every backend has an option for its address, with the address it listens on', () => {
  expect(backends.length).toBeGreaterThan(0);
  for (const { name, defaultUrl } of backends)
    expect([name, OPTIONS[`${name}-url` as OptionName]?.default]).toEqual([name, defaultUrl]);
});

test('everything that programs can import says what it is', () => {
  const silent = packageApi().flatMap(({ names, exports }) =>
    exports.filter(({ doc }) => doc === '').map(({ name }) => `${names[0]}: ${name}`),
  );
  expect(silent).toEqual([]);
});
