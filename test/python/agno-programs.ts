/** Python programs with Agno, as tests ask for them: one process runs one after the other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bareEnvironment, temporaryHome } from '../e2e/proxy-process.ts';
import type { PythonEnvironment } from './environment.ts';

export type Vendor = 'openai' | 'claude' | 'gemini' | 'responses';
export type Way = 'sync' | 'async' | 'stream' | 'astream';

export interface Asked {
  readonly vendor: Vendor;
  readonly way: Way;
  readonly provider: string;
  readonly headroom?: string;
  readonly how?: 'wrapped' | 'hooks';
  /** What the program's tool returns. */
  readonly result?: unknown;
  readonly prompts: readonly string[];
  /** The same agent goes on in the next program of this name. */
  readonly keep?: string;
  readonly options?: object;
  readonly starts?: boolean;
  readonly mode?: 'simulate';
  /** Unless it is false the program has tools. */
  readonly tools?: boolean;
}

export interface Run {
  readonly content: string | null;
  readonly status: string;
  readonly tools: readonly unknown[];
  readonly events: readonly unknown[];
  readonly memory: readonly (readonly [string, string | null, readonly string[]])[];
  readonly inputTokens: number | null;
}

export interface Savings {
  readonly total_requests: number;
  readonly total_tokens_saved: number;
  readonly average_savings_percent: number;
}

export interface Told {
  readonly runs: readonly Run[];
  readonly warned: readonly string[];
  readonly class: string;
  readonly savings?: Savings;
  readonly history?: number;
  readonly hooks?: { readonly saved: number; readonly total_requests: number; readonly said: readonly string[] };
}

export interface Programs {
  converse(asked: Asked): Promise<Told>;
  ask(program: string, asked?: object): Promise<any>; // oxlint-disable-line typescript/no-explicit-any -- each says its own
  readonly home: string;
  close(): Promise<void>;
}

export function startPrograms({ python, packages }: PythonEnvironment, environment: object = {}): Programs {
  const home = temporaryHome();
  const child: ChildProcess = spawn(python, ['-B', join(import.meta.dirname, 'programs.py')], {
    env: { ...bareEnvironment(home), PYTHONPATH: packages, AGNO_TELEMETRY: 'false', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit');
  let noise = '';
  child.stderr!.on('data', (chunk: Buffer) => (noise += chunk.toString()));
  const answers = createInterface(child.stdout!)[Symbol.asyncIterator]();
  // oxlint-disable-next-line typescript/no-explicit-any -- each program says its own
  const ask = async (program: string, asked: object = {}): Promise<any> => {
    child.stdin!.write(`${JSON.stringify({ program, ...asked })}\n`);
    const { value, done } = await answers.next();
    const told = done ? { failed: noise } : JSON.parse(value);
    if (told.failed) throw new Error(told.failed);
    return told;
  };
  return {
    home,
    ask,
    converse: (asked) => ask('converse', asked),
    async close() {
      child.stdin!.end();
      await gone;
    },
  };
}
