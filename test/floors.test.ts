/** Holds the floors of ARCHITECTURE.md: each folder's imports, ours, Node's and other packages', are in this table or fail. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');
const FLOOR_1 = [
  'formats',
  'backends',
  'compressors',
  'tokenizers',
  'models',
  'stores',
  'ledger',
  'importance',
  'limits',
  'retrieval',
  'config',
];

/** folder -> what its files may import beside their own folder; tests beside the source may also use vitest and fast-check. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['node:buffer', 'node:crypto'],
  formats: ['core', 'eventsource-parser'],
  backends: ['core'],
  compressors: ['core', 'htmlparser2', 'web-tree-sitter', 'node:fs', 'node:module'],
  tokenizers: ['core', 'gpt-tokenizer', '@huggingface/tokenizers', 'node:fs', 'node:module'],
  models: ['core', 'node:fs'],
  stores: ['core', 'node:sqlite', 'node:fs', 'node:path', 'node:crypto', 'node:worker_threads', 'lru-cache', 'ioredis'],
  ledger: ['core'],
  importance: ['core'],
  limits: ['core'],
  retrieval: ['core'],
  config: ['core', 'node:fs', 'node:os', 'node:path', 'smol-toml'],
  transforms: ['core'],
  pipeline: ['core', ...FLOOR_1, 'transforms', 'lru-cache', 'node:os', 'node:worker_threads'],
  proxy: ['core', ...FLOOR_1, 'transforms', 'pipeline', 'node:*', 'undici', 'pino', 'ws', 'package.json'],
  sdk: ['core', ...FLOOR_1, 'transforms', 'pipeline'],
  /** `@langchain/core` in `langchain/`; the others by their types alone. */
  integrations: [
    'core',
    ...FLOOR_1,
    'transforms',
    'pipeline',
    'sdk',
    'ai',
    '@langchain/core',
    'langchain',
    '@mastra/core',
    '@openai/agents',
  ],
  /** The root of the package. */
  'index.ts': ['core', 'sdk', 'integrations'],
  mcp: ['core', ...FLOOR_1, 'transforms', 'pipeline', 'node:*', '@modelcontextprotocol/server', 'smol-toml'],
  testing: ['core', ...FLOOR_1, 'transforms', 'pipeline', 'node:*', 'fast-check'],
  cli: ['*'],
};
/** Tests beside the source also use any package, the contract suites and real token counts. */
const IN_TESTS = ['package', 'testing', 'tokenizers', 'node:*', 'pipeline'];
const FOLDERS = new Set(Object.keys(MAY_IMPORT));

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return Array.from(statements, (match) => (match[1] ?? match[2] ?? match[3])!);
}

function targetOf(file: string, specifier: string): string {
  if (specifier.endsWith('/package.json')) return 'package.json';
  if (specifier.startsWith('.')) return relative(SRC, resolve(SRC, dirname(file), specifier)).split('/')[0]!;
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isAllowed(target: string, allowed: readonly string[]): boolean {
  const isPackage = !FOLDERS.has(target) && !target.startsWith('node:');
  return allowed.some(
    (entry) =>
      entry === '*' ||
      entry === target ||
      (entry === 'node:*' && target.startsWith('node:')) ||
      (entry === 'package' && isPackage),
  );
}

describe('floors', () => {
  test.each(files)('%s imports only what its floor may', (file) => {
    const folder = file.split('/')[0]!;
    const allowed = [...(MAY_IMPORT[folder] ?? []), ...(/\.(test|fixture)\.ts$/.test(file) ? IN_TESTS : [])];
    const strangers = importsOf(file)
      .map((specifier) => targetOf(file, specifier))
      .filter((target) => target !== folder && !isAllowed(target, allowed));
    expect(strangers).toEqual([]);
  });

  test('names say what a file is for', () => {
    const forbidden =
      /(^|[-/])(util|utils|helper|helpers|common|misc|manager|handler|handlers|service|processor|data|info|base)([-./]|$)/;
    expect(files.filter((file) => forbidden.test(file))).toEqual([]);
  });
});
