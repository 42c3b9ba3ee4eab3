/** Starts and ends a proxy. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DestinationStream } from 'pino';
import { backends } from '../backends/index.ts';
import type { Backend } from '../core/backend.ts';
import type { Level } from '../core/compressor.ts';
import { HeadroomError } from '../core/errors.ts';
import type { LearnedSnapshot } from '../core/importance.ts';
import type { Limits } from '../core/limits.ts';
import type { StoreSettings } from '../core/stores.ts';
import type { VocabularyFile } from '../core/tokenizer.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { formats } from '../formats/index.ts';
import { type Clerk, type ClerkOptions, openClerk } from '../pipeline/clerk.ts';
import { type Limiter, openLimiter } from '../pipeline/limiter.ts';
import { openModels } from '../pipeline/models.ts';
import { openOptimizer, type Optimizer, type PoolOptions } from '../pipeline/pool.ts';
import type { AnswerMcp, App, Status } from './app.ts';
import { Drain, DRAIN_TIMES, type DrainTimes } from './drain.ts';
import { Exchanges } from './exchanges.ts';
import { isLoopback } from './guard.ts';
import { handle } from './handle.ts';
import { KeptPrefixes } from './kept-prefixes.ts';
import { Later } from './later.ts';
import { type Log, openLog } from './log.ts';
import type { Environment } from './send/connect.ts';
import { openUpstream, type Upstream } from './send/upstream.ts';
import { Untouched } from './untouched.ts';
import { Tunnels } from './websocket.ts';

export interface ProxyOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Backend name -> address; a missing one is the backend's own. */
  readonly upstreams: Readonly<Record<string, string>>;
  readonly profile: 'off' | Level;
  readonly tools?: readonly ToolRule[];
  readonly prose?: boolean;
  /** Of the conversations, in percent, left as they are for comparison. */
  readonly holdout?: number;
  /** What was learned before this start, and whether more is counted. */
  readonly learned?: LearnedSnapshot | undefined;
  readonly learns?: boolean;
  readonly aligns?: boolean;
  readonly fits?: boolean;
  /** The history of a conversation whose cache has certainly gone may be said shorter, once. */
  readonly deepens?: boolean;
  /** How long providers that keep prefixes under a name are asked to; undefined: they are not. */
  readonly keepMinutes?: number | undefined;
  /** The operator's models file, as it was read. */
  readonly models?: object | undefined;
  readonly vocabularies?: readonly VocabularyFile[];
  /** A regular expression for how turns of the user begin that are the output of a call in text. */
  readonly textObservations?: string | undefined;
  /** What becomes of a call of the model that writes words of Headroom's: `report` unless given. */
  readonly guard?: 'report' | 'refuse';
  /** Nobody has any unless given. */
  readonly limits?: Limits;
  /** Needed when `host` is not loopback. */
  readonly token: string | undefined;
  /** The database file, or the address of a Redis without a login; undefined keeps everything in memory. */
  readonly storePath: string | undefined;
  readonly store?: StoreSettings;
  readonly maxBodyBytes: number;
  readonly deadlineMs: number;
  readonly workers: number;
  readonly connectTimeoutMs: number;
  /** Silence before the first byte and between bytes of an answer; 0 for none. */
  readonly responseTimeoutMs: number;
  readonly logLevel: string;
  readonly warn: (message: string) => void;
}

/** What a proxy is made of, where it is not what it usually is: for tests and other owners. */
export interface ProxyParts {
  readonly openOptimizer?: (options: PoolOptions) => Optimizer;
  /** Nobody keeps accounts where only the optimizer is another one. */
  readonly openClerk?: ((options: ClerkOptions) => Clerk) | undefined;
  readonly formats?: readonly WireFormat[];
  readonly backends?: readonly Backend[];
  readonly environment?: Environment;
  readonly logTo?: DestinationStream;
  /** What answers at /mcp; without it nothing does. */
  readonly answerMcp?: AnswerMcp | undefined;
  readonly openLimiter?: typeof openLimiter;
  /** Milliseconds since 1970, for budgets and limits. */
  readonly now?: () => number;
  readonly drainTimes?: DrainTimes;
}

export interface RunningProxy {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets running ones end for some minutes, then ends. */
  close(): Promise<void>;
  /** Cuts what is running, now: `close` then waits for the accounts alone. */
  cut(): void;
}

const MAX_WARNINGS = 20;

/** @throws HeadroomError BAD_OPTION or PORT_IN_USE. */
export async function startProxy(options: ProxyOptions, parts: ProxyParts = {}): Promise<RunningProxy> {
  const { host, token } = options;
  if (!isLoopback(host) && !token) {
    throw new HeadroomError(
      'BAD_OPTION',
      `--host ${host} can be reached from other machines: set --token too, or listen on 127.0.0.1.`,
    );
  }
  const upstreams = openUpstreams(options, parts);
  const log = openLog(options.logLevel, parts.logTo);
  const status: Status = {
    isReady: false,
    isCut: false,
    storePath: options.storePath,
    warnings: [],
    startedAt: Date.now(),
  };
  const warn = (message: string): void => {
    status.warnings.push(message);
    if (status.warnings.length > MAX_WARNINGS) status.warnings.shift();
    options.warn(message);
  };
  const level = options.profile === 'off' ? 'lossless' : options.profile;
  const adds = options.profile === 'balanced' || options.profile === 'aggressive';
  const optimizer = (parts.openOptimizer ?? openOptimizer)({
    ...options,
    level,
    offersTool: adds,
    aligns: adds && options.aligns === true,
    fits: adds && options.fits === true,
    deepens: adds && options.deepens === true,
    warn,
    formats: parts.formats ?? formats,
  });
  void optimizer.ready.then(() => (status.isReady = true));
  const later = new Later();
  const app: App = {
    formats: parts.formats ?? formats,
    backends: parts.backends ?? backends,
    upstreams,
    optimizer,
    clerk: clerkFor(options, parts, warn),
    limiter: limiterFor(options, parts, warn),
    prefixes: prefixesFor(options),
    profile: options.profile,
    guard: options.guard ?? 'report',
    maxBodyBytes: options.maxBodyBytes,
    door: { host, token },
    exchanges: new Exchanges((exchange) => log.exchange(exchange)),
    later,
    untouched: new Untouched(later),
    status,
    answerMcp: parts.answerMcp,
  };
  return listen(app, options, parts.drainTimes ?? DRAIN_TIMES, log);
}

function clerkFor(options: ProxyOptions, parts: ProxyParts, warn: (message: string) => void): Clerk | undefined {
  if (parts.openClerk) return parts.openClerk(options);
  return parts.openOptimizer ? undefined : openClerk(options, { warn });
}

function limiterFor(
  { limits, storePath, store, models }: ProxyOptions,
  { now, openLimiter: open = openLimiter }: ProxyParts,
  warn: (message: string) => void,
): Limiter | undefined {
  if (!limits) return undefined;
  const { budgets, requestsAMinute, tokensAMinute } = limits;
  const isLimited = budgets.length > 0 || requestsAMinute !== undefined || tokensAMinute !== undefined;
  return isLimited ? open({ limits, storePath, store, models }, { warn, now }) : undefined;
}

function prefixesFor({ keepMinutes = 0, models }: ProxyOptions): KeptPrefixes | undefined {
  return keepMinutes > 0 ? new KeptPrefixes({ seconds: keepMinutes * 60, models: openModels(models) }) : undefined;
}

function openUpstreams(options: ProxyOptions, parts: ProxyParts): ReadonlyMap<string, Upstream> {
  const environment = parts.environment ?? process.env;
  return new Map(
    (parts.backends ?? backends).map(({ name, defaultUrl }) => {
      const address = options.upstreams[name] ?? defaultUrl;
      const url = URL.parse(address);
      if (!url || !/^https?:$/.test(url.protocol)) {
        throw new HeadroomError(
          'BAD_OPTION',
          `--${name}-url must be an http:// or https:// address, not "${address}".`,
        );
      }
      return [name, openUpstream(name, url, options, environment)];
    }),
  );
}

async function listen(app: App, { host, port }: ProxyOptions, times: DrainTimes, log: Log): Promise<RunningProxy> {
  const tunnels = new Tunnels();
  const server = http.createServer(SERVER_OPTIONS, (incoming, client) =>
    drain.track(incoming, client, handle(incoming, client, app)),
  );
  const drain = new Drain(server, tunnels, app.status, times);
  server.keepAliveTimeout = 75_000;
  server.on('upgrade', (incoming, socket, head) => tunnels.open({ incoming, socket, head }, app));
  const end = async (): Promise<void> => {
    // Should they be cut: what keeps the accounts is loaded by then.
    if (drain.isBusy) void app.clerk?.savings(Date.now());
    await drain.finish();
    await app.later.flush();
    await app.prefixes?.close();
    await Promise.all(Array.from(app.upstreams.values(), ({ pool }) => pool.destroy()));
    await app.clerk?.close();
    await app.limiter?.close();
    await app.optimizer.close();
    log.close();
  };
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => (ended ??= end());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    await close();
    throw listenError(error as Error & { code?: string }, host, port);
  }
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close,
    cut: () => drain.cut(),
  };
}

const SERVER_OPTIONS: http.ServerOptions & { shouldUpgradeCallback: (incoming: http.IncomingMessage) => boolean } = {
  // A slow upload is no attack here, and answers may take as long as models think.
  requestTimeout: 0,
  headersTimeout: 90_000,
  maxHeaderSize: 64 * 1024,
  noDelay: true,
  // Some clients offer HTTP/2 with every request; that offer is not taken up.
  shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
};

function listenError(error: Error & { code?: string }, host: string, port: number): HeadroomError {
  if (error.code === 'EADDRINUSE') {
    const message = `Port ${port} on ${host} is in use: another proxy may be running. Choose another --port, or 0 for any that is free.`;
    return new HeadroomError('PORT_IN_USE', message, { cause: error });
  }
  return new HeadroomError(
    'BAD_OPTION',
    `Cannot listen on ${host}:${port} (${error.code ?? error.message}). Check --host and --port.`,
    { cause: error },
  );
}
