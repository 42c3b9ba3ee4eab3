import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageApi } from '../scripts/render-api.ts';
import { renderDocs } from '../scripts/render-docs.ts';
import { backends } from '../src/backends/index.ts';
import { loadConfig } from '../src/config/load.ts';
import { OPTIONS, type OptionName } from '../src/config/options.ts';

test.each(renderDocs().map(({ path, text }) => [path, text]))(
  '%s says what its table says (node scripts/gen-docs.ts)',
  (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
  },
);

test('the example on the page of options is a configuration, and its words name every section that there may be', async () => {
  const page = readFileSync(new URL('../docs/options.md', import.meta.url), 'utf8');
  const home = mkdtempSync(join(tmpdir(), 'headroom-docs-'));
  writeFileSync(join(home, 'config.toml'), /```toml\n([^]*?)```/.exec(page)![1]!);
  const { values } = await loadConfig({ flags: {}, environment: { HEADROOM_HOME: home } });
  rmSync(home, { recursive: true });
  expect(values).toMatchObject({ profile: 'lossless', tools: [{ glob: 'mcp__github__*', level: 'lossless' }] });
  const [words] = /^A `config.toml` holds .*$/m.exec(page)!;
  for (const [name, { isTable }] of Object.entries(OPTIONS)) expect(words.includes(`[${name}]`)).toBe(isTable === true);
});

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
