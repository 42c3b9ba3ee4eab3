/** All that a running proxy has, made once at start. */
import type { Backend } from '../core/backend.ts';
import type { Level } from '../core/compressor.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { Clerk } from '../pipeline/clerk.ts';
import type { Limiter } from '../pipeline/limiter.ts';
import type { Optimizer } from '../pipeline/pool.ts';
import type { Exchanges } from './exchanges.ts';
import type { Door } from './guard.ts';
import type { KeptPrefixes } from './kept-prefixes.ts';
import type { Later } from './later.ts';
import type { Upstream } from './send/upstream.ts';
import type { Untouched } from './untouched.ts';

/** What is there for one who asks by MCP. */
export interface McpCaller {
  readonly tenant: string;
  /** Nothing is to be shortened. */
  readonly isOff: boolean;
  readonly optimizer: Optimizer;
  stats(): Promise<object>;
}

/** Answers a request to /mcp. The proxy has no MCP of its own: its owner brings it. */
export type AnswerMcp = (request: Request, caller: McpCaller) => Promise<Response>;

export interface App {
  readonly formats: readonly WireFormat[];
  readonly backends: readonly Backend[];
  /** By backend name; every backend and every format's backend has one. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly optimizer: Optimizer;
  /** Keeps the accounts; undefined where nobody does. */
  readonly clerk: Clerk | undefined;
  /** Undefined where there are neither budgets nor limits. */
  readonly limiter: Limiter | undefined;
  /** Undefined where providers are asked to keep nothing. */
  readonly prefixes: KeptPrefixes | undefined;
  /** `off` when nothing is to be changed. */
  readonly profile: 'off' | Level;
  /** What becomes of a call that writes words of Headroom's. */
  readonly guard: 'report' | 'refuse';
  readonly maxBodyBytes: number;
  readonly door: Door;
  readonly exchanges: Exchanges;
  readonly later: Later;
  readonly untouched: Untouched;
  readonly status: Status;
  /** Undefined where there is no /mcp. */
  readonly answerMcp: AnswerMcp | undefined;
}

/** What /health and /readyz tell. */
export interface Status {
  isReady: boolean;
  /** The proxy ends and waits no longer: what breaks off now does so because of it. */
  isCut: boolean;
  readonly storePath: string | undefined;
  /** What the operator was warned of since the start, the last ones. */
  readonly warnings: string[];
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}
