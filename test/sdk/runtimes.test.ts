/**
 * R-56: the library under Bun and Deno does what it does under Node, to the byte. A runtime is the program of its name
 * on the PATH, or what HEADROOM_BUN or HEADROOM_DENO says; where there is none its tests are skipped.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startScriptedProvider } from '../../src/testing/scripted-provider.ts';
import type { Seen } from './runtime.fixture.ts';

const LIBRARY = join(import.meta.dirname, '../../src/index.ts');
const PROGRAM = join(import.meta.dirname, 'runtime.fixture.ts');

interface Runtime {
  readonly name: string;
  readonly file: string | undefined;
  readonly args: readonly string[];
}

const RUNTIMES: readonly Runtime[] = [
  { name: 'Bun', file: found('bun', 'HEADROOM_BUN'), args: [] },
  { name: 'Deno', file: found('deno', 'HEADROOM_DENO'), args: ['run', '--allow-all', '--no-remote', '--quiet'] },
];

function found(program: string, variable: string): string | undefined {
  const said = process.env[variable];
  if (said) return said;
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

interface Run {
  /** What the program saw. */
  readonly seen: Seen;
  /** What the provider was sent. */
  readonly bodies: readonly string[];
}

/** A model that fetches the first original that it is told of. */
async function ran(file: string, args: readonly string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-runtime-'));
  const provider = await startScriptedProvider(({ body }) => {
    const hash = /headroom_retrieve hash=(\w+)/.exec(body.toString())?.[1];
    return { text: 'fine', ...(hash !== undefined && { call: [{ tool: /^headroom_retrieve$/, input: { hash } }] }) };
  });
  try {
    const { stdout } = await promisify(execFile)(file, [...args, PROGRAM, LIBRARY, provider.url, folder], {
      timeout: 25_000,
      maxBuffer: 2 ** 24,
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    const bodies = provider.requests.map(({ body }) => body.toString());
    return { seen: JSON.parse(stdout) as Seen, bodies };
  } finally {
    await provider.close();
    rmSync(folder, { recursive: true });
  }
}

let underNode: Promise<Run> | undefined;

for (const { name, file, args } of RUNTIMES) {
  const missing = `no ${name} on the PATH`;
  test.skipIf(file === undefined)(
    `the same texts, messages, originals, store and clients under ${name}${file === undefined ? `: ${missing}` : ''}`,
    async () => {
      const [there, here] = [await ran(file!, args), await (underNode ??= ran(process.execPath, []))];
      expect(here.seen.store).toEqual({ isKept: true, warnings: [] });
      expect(here.bodies).toHaveLength(3);
      expect(there).toEqual(here);
    },
  );
}
