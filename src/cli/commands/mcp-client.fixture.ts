/** The official MCP client before a program or an address, for tests: what it heard, and the end of the program. */
import { Client, type ClientOptions, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Machine } from '../run-program.fixture.ts';
import { PROGRAM } from '../run-program.fixture.ts';

export interface Session {
  readonly client: Client;
  /** All that came, as it was. */
  readonly heard: JSONRPCMessage[];
  /** All that the program wrote to stderr so far. */
  readonly stderr: () => string;
  readonly pid: number;
}

/** Of a machine that is busy with other tests nothing can be said about time. */
export const PATIENT: Readonly<Record<string, string>> = { HEADROOM_DEADLINE_MS: '20000' };

/** With `isModern` it speaks the protocol of 2026-07-28, else that of 2025-11-25. */
export async function startMcp(
  machine: Machine,
  words: readonly string[],
  { isModern = false, environment = {} }: { isModern?: boolean; environment?: Readonly<Record<string, string>> } = {},
): Promise<Session> {
  const { PATH = '' } = process.env;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, ...words],
    env: { PATH, HOME: machine.home, HEADROOM_HOME: machine.home, ...PATIENT, ...environment },
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const client = new Client({ name: 'test', version: '1' }, isModern ? MODERN : {});
  await client.connect(transport);
  const heard: JSONRPCMessage[] = [];
  const listen = transport.onmessage!;
  transport.onmessage = (message) => {
    heard.push(message);
    listen(message);
  };
  return { client, heard, stderr: () => stderr, pid: transport.pid! };
}

export const MODERN: ClientOptions = { versionNegotiation: { mode: 'auto' } };

/** The texts of a tool's result. */
export async function textsOf(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string[]> {
  const { content } = await client.callTool({ name, arguments: input });
  return content.map((block) => (block.type === 'text' ? block.text : block.type));
}
