/** Runs the program as people do, in a process of its own with a home folder of its own: for tests. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const PROGRAM: string = fileURLToPath(new URL('../../bin/headroom.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves once stdout holds a match. @throws when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export class Machine {
  readonly home: string = mkdtempSync(join(tmpdir(), 'headroom-cli-'));
  readonly #children: Started[] = [];

  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Started {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH, HOME: this.home, HEADROOM_HOME: this.home, ...environment },
    });
    const texts = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (texts.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (texts.stderr += chunk));
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => resolve({ code, ...texts }));
    });
    const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(texts.stdout);
          if (match) resolve(match);
        };
        child.stdout.on('data', look);
        look();
        void ended.then(({ stderr }) => reject(new Error(`ended without printing ${pattern}: ${stderr}`)));
      });
    const started = { child, ended, printed };
    this.#children.push(started);
    return started;
  }

  run(
    words: readonly string[],
    stdin: string | Uint8Array = '',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const { child, ended } = this.start(words, environment);
    // A program that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    return ended;
  }

  async close(): Promise<void> {
    for (const { child } of this.#children) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(this.#children.map(({ ended }) => ended));
    rmSync(this.home, { recursive: true, force: true });
  }
}
