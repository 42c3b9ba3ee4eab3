/** What each entry of the package loads: the root next to nothing, the pure part nothing of Node. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'tsdown';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

interface Loaded {
  readonly files: readonly string[];
  /** Packages and built-ins. */
  readonly strangers: readonly string[];
}

/** What importing a file loads at once: its imports and theirs, without those that wait for a call. */
function loadedBy(entry: string): Loaded {
  const files = new Set([resolve(ROOT, entry)]);
  const strangers = new Set<string>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, specifier = ''] of text.matchAll(/^(?:import|export) (?!type\b)[^;'"]*?from '([^']+)';/gm)) {
      if (specifier.startsWith('.')) files.add(resolve(dirname(file), specifier));
      else strangers.add(specifier);
    }
  }
  return { files: [...files].map((file) => file.slice(ROOT.length + 1)), strangers: [...strangers] };
}

test('every entry of the package has its source', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string; types: string } | string>;
  };
  for (const target of Object.values(exports)) {
    if (typeof target === 'string') continue;
    expect(existsSync(join(ROOT, target.default.replace('./dist', 'src').replace(/\.js$/, '.ts')))).toBe(true);
    expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'));
  }
});

test('R-56: the root loads no server, no store, no engine, no tokenizer and no package', () => {
  const { files, strangers } = loadedBy('src/index.ts');
  expect(strangers).toEqual([]);
  const folders = new Set(files.map((file) => file.split('/')[1]));
  for (const heavy of ['proxy', 'mcp', 'cli', 'pipeline', 'stores', 'tokenizers', 'formats', 'transforms']) {
    expect(folders).not.toContain(heavy);
  }
  expect(files.length).toBeLessThan(25);
});

test.each(['mastra', 'openai-agents'])('headroom-ts/%s loads no package', (entry) => {
  const { strangers } = loadedBy(`src/integrations/${entry}/index.ts`);
  expect(strangers.filter((one) => !one.startsWith('node:'))).toEqual([]);
});

test('the pure part loads no package and nothing of Node', () => {
  expect(loadedBy('src/sdk/pure.ts').strangers).toEqual([]);
});

test('the essentials are a browser bundle of under 60 KB, and work where there is nothing but the language', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-bundle-'));
  try {
    const entry = join(folder, 'entry.ts');
    const pure = join(ROOT, 'src/sdk/pure.ts');
    writeFileSync(entry, `export { essentials, expand, shorten } from ${JSON.stringify(pure)};`);
    await build({
      config: false,
      entry: [entry],
      outDir: join(folder, 'out'),
      format: 'iife',
      globalName: 'headroom',
      platform: 'browser',
      minify: true,
      dts: false,
      logLevel: 'silent',
    });
    const code = readFileSync(join(folder, 'out/entry.iife.js'), 'utf8');
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(60 * 1024);
    const page = vm.createContext({ performance });
    vm.runInContext(code, page);
    const shortened = vm.runInContext(
      `const rows = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, name: 'user ' + id, state: 'active' })));
       const tokens = { name: 'letters', exact: true, count: (text) => text.length };
       const short = headroom.shorten(rows, { compressors: headroom.essentials, tokens });
       ({ ...short, isBack: headroom.expand(short.text, headroom.essentials) === rows, before: rows.length })`,
      page,
    ) as { text: string; by: string; loss: string; isBack: boolean; tokensAfter: number; before: number };
    expect(shortened).toMatchObject({ by: 'json', loss: 'none', isBack: true });
    expect(shortened.tokensAfter).toBeLessThan(shortened.before / 20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
