/** Starts the wrapped server, and is gone when it is. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { HeadroomError } from '../../core/errors.ts';
import { type MachineOptions, ThisMachine } from '../this-machine.ts';
import { linesOf, write } from './lines.ts';
import { Relay } from './relay.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @returns the exit code of the server. @throws HeadroomError BAD_OPTION when it cannot be started. */
export async function wrapServer([command, ...words]: readonly string[], options: MachineOptions): Promise<number> {
  const child = spawn(command!, words, { stdio: ['pipe', 'pipe', 'inherit'], env: environment() });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  const machine = new ThisMachine(options);
  try {
    const relayed = relay(child, machine, options.profile);
    const [code, signal] = await closed;
    // What it said last is still on its way.
    await relayed;
    return code ?? 128 + constants.signals[signal!];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such program; check its name and PATH' : message;
    throw new HeadroomError('BAD_OPTION', `mcp wrap: ${command} cannot be started: ${reason}`, { cause: error });
  } finally {
    await machine.close();
    process.stdin.destroy();
  }
}

type Server = ChildProcessByStdio<Writable, Readable, null>;

/** Resolves when the server has said its last. */
async function relay(server: Server, machine: ThisMachine, profile: MachineOptions['profile']): Promise<void> {
  const relay = new Relay(machine, profile === 'balanced' || profile === 'aggressive');
  // A server that is gone reads no more: that it is gone is said by its exit code.
  server.stdin.on('error', () => undefined);
  void toServer(relay, server.stdin).catch(() => server.stdin.end());
  try {
    for await (const line of linesOf(server.stdout)) await write(process.stdout, await relay.fromServer(line));
  } catch {
    // Its output broke off.
  }
}

async function toServer(relay: Relay, server: Writable): Promise<void> {
  for await (const line of linesOf(process.stdin)) {
    const { forward, reply } = await relay.fromClient(line);
    if (reply) await write(process.stdout, reply);
    if (forward) await write(server, forward);
  }
  server.end();
}

/** Ours, less what bin/headroom.js put into it for itself. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: cache, ...rest } = process.env;
  return cache === undefined || cache.endsWith(join('.cache', 'headroom'))
    ? rest
    : { ...rest, NODE_COMPILE_CACHE: cache };
}
