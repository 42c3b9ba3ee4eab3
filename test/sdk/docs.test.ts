/** The programs in README.md and the pages for those who program run as they stand there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScriptedProvider, startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { fromSource, ROOT } from './documented-programs.ts';

let provider: ScriptedProvider;
let folder: string;

beforeAll(async () => {
  provider = await startScriptedProvider({ text: 'fine' });
  folder = mkdtempSync(join(tmpdir(), 'headroom-docs-'));
  // Where the packages that they import are found.
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await provider.close();
});

const PROGRAMS = ['README.md', 'docs/library.md', 'docs/migration.md'].flatMap((file) => {
  const blocks = readFileSync(join(ROOT, file), 'utf8').matchAll(/^```ts\n(.*?)^```/gms);
  return Array.from(blocks, ([, code = ''], index) => [`${file}, program ${index + 1}`, code] as const);
});

test.each(PROGRAMS)('%s', async (name, code) => {
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`);
  writeFileSync(file, fromSource(code));
  const env = {
    ...process.env,
    // Most of the time is loading.
    NODE_COMPILE_CACHE: join(folder, 'cache'),
    // Nothing leaves this machine.
    OPENAI_AGENTS_DISABLE_TRACING: '1',
    MASTRA_TELEMETRY_DISABLED: '1',
    MASTRA_OFFLINE: '1',
    ANTHROPIC_API_KEY: 'sk-ant-api03-dummy',
    ANTHROPIC_BASE_URL: provider.url,
    OPENAI_API_KEY: 'sk-dummy',
    OPENAI_BASE_URL: `${provider.url}/v1`,
    GEMINI_API_KEY: 'dummy',
    GOOGLE_GEMINI_BASE_URL: provider.url,
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', file], {
    cwd: folder,
    env,
    timeout: 25_000,
  });
  expect(stdout).not.toMatch(/\bfalse\b|undefined/);
});
