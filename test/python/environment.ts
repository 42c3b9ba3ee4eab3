/**
 * A Python with Agno and the vendors' clients, made once and kept in node_modules/.cache, and the package as `pip install`
 * puts it. Where there is no Python, or pip finds no index, there is a reason instead.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const AGNO = process.env['AGNO_VERSION'] ?? '3.1.10';
const PACKAGES = [`agno==${AGNO}`, 'openai==3.54.0', 'anthropic==2.12.0', 'google-genai==3.4.0', 'flit_core==3.12.0'];
const VERSION = 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 10))';
const INSTALL_MS = 240_000;
const LOOK_MS = 200;

export interface PythonEnvironment {
  readonly python: string;
  /** Where the installed package is. */
  readonly packages: string;
  remove(): void;
}

/** The environment, or why there is none. */
export async function preparePython(): Promise<PythonEnvironment | string> {
  const found = await findPython();
  if (!found) return 'there is no Python 3.10 or newer';
  const key = createHash('sha256')
    .update(JSON.stringify([found.version, PACKAGES]))
    .digest('hex');
  const folder = join(ROOT, 'node_modules/.cache/headroom-agno', key.slice(0, 16));
  try {
    await alone(folder, () => makeOnce(found.python, folder));
    return await installPackage(pythonIn(folder));
  } catch (error) {
    return `pip could not install what the tests need: ${reasonIn(error)}`;
  }
}

function reasonIn(error: unknown): string | undefined {
  const lines = String(error).split('\n');
  return lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.findLast((line) => line.trim() !== '');
}

async function findPython(): Promise<{ readonly python: string; readonly version: string } | undefined> {
  for (const python of ['python3', 'python']) {
    try {
      const { stdout } = await run(python, ['-c', VERSION]);
      return { python, version: stdout.trim() };
    } catch {
      // The next one.
    }
  }
  return undefined;
}

function pythonIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts/python.exe') : join(folder, 'bin/python');
}

async function makeOnce(python: string, folder: string): Promise<void> {
  if (existsSync(join(folder, 'ready'))) return;
  rmSync(folder, { recursive: true, force: true });
  await run(python, ['-m', 'venv', folder]);
  await pip(pythonIn(folder), ['install', '--quiet', ...PACKAGES]);
  writeFileSync(join(folder, 'ready'), PACKAGES.join('\n'));
}

async function installPackage(python: string): Promise<PythonEnvironment> {
  const packages = mkdtempSync(join(tmpdir(), 'headroom-python-'));
  await pip(python, ['install', '--quiet', '--no-deps', '--no-build-isolation', '--target', packages, './python']);
  return { python, packages, remove: () => rmSync(packages, { recursive: true, force: true }) };
}

async function pip(python: string, words: readonly string[]): Promise<void> {
  const options = { cwd: ROOT, timeout: INSTALL_MS };
  await run(python, ['-m', 'pip', '--disable-pip-version-check', '--no-input', ...words], options);
}

/** Test files run beside each other, and one of them makes what all use. */
async function alone(folder: string, action: () => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // One that was left behind by a run that was ended.
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > INSTALL_MS + 60_000) rmSync(lock, { recursive: true, force: true });
      else await sleep(LOOK_MS);
    }
  }
  try {
    await action();
  } finally {
    rmdirSync(lock);
  }
}
