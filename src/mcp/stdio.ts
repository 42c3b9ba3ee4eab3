/** `headroom mcp`: the server on standard input and output. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { mcpServer } from './server.ts';
import { type MachineOptions, ThisMachine } from './this-machine.ts';

/** Resolves once the client has gone, or a signal said so. */
export async function serveMcp(options: MachineOptions, version: string): Promise<void> {
  const machine = new ThisMachine(options);
  const handle = serveStdio(() => mcpServer(machine, version));
  await new Promise<void>((resolve) => {
    const done = (): void => resolve();
    process.stdin.once('end', done).once('close', done);
    process.on('SIGINT', done).on('SIGTERM', done).on('SIGHUP', done);
  });
  await handle.close();
  await machine.close();
}
