/** One request of the Streamable HTTP transport, stateless: each one brings all that is needed to answer it. */
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Optimizer } from '../pipeline/pool.ts';
import { mcpServer } from './server.ts';

/** Who asks, and what there is for them. */
export interface HttpCaller {
  readonly tenant: string;
  /** Nothing is to be shortened. */
  readonly isOff: boolean;
  /** Keeps originals itself. */
  readonly optimizer: Optimizer;
  stats(): Promise<object>;
}

/** @param request whose sender was let in already: here nobody is asked for a token. */
export function answerMcp(request: Request, caller: HttpCaller, version: string): Promise<Response> {
  const { tenant, isOff, optimizer } = caller;
  const host = {
    optimizer: isOff ? undefined : optimizer,
    tenant,
    intent: 'send',
    keep: () => undefined,
    find: (hash: string) => optimizer.original(tenant, hash),
    stats: () => caller.stats(),
  } as const;
  return createMcpHandler(() => mcpServer(host, version)).fetch(request);
}
