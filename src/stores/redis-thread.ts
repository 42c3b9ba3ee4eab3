/** The thread of redis-link.ts, and the one file that knows ioredis: runs commands, and says what came of them. */
import { workerData } from 'node:worker_threads';
import type { ChainableCommander, Redis, RedisOptions } from 'ioredis';
import {
  ANSWERS,
  type Answered,
  type Asked,
  clock,
  PULSE,
  type RedisThread,
  type Reply,
  STARTED,
} from './redis-link.ts';
import type { TroubleKind } from './trouble.ts';

const DEFAULT_PORT = 6379;
const MOST_RETRY_MS = 1_000;
const CONNECT_MS = 5_000;
/** A connection that is silent for so long while it should answer is dead. */
const SILENCE_MS = 10_000;
const PROBE_EVERY_MS = 200;
const PROBE_MS = 50;

const { address, login, port, signals: shared } = workerData as RedisThread;
const signals = new Int32Array(shared);

interface Connection {
  readonly redis: Redis;
  /** Settles with the first attempt, either way. */
  readonly tried: Promise<unknown>;
  /** Why there is no connection. */
  problem: Error | undefined;
}

const connection = await connect();
port.on('message', (asked: Asked) => void take(asked));
Atomics.store(signals, STARTED, 1);
Atomics.notify(signals, STARTED);

/** @returns undefined where ioredis is not installed. */
async function connect(): Promise<Connection | undefined> {
  const ioredis = await import('ioredis').catch(() => undefined);
  if (!ioredis) return undefined;
  const redis = new ioredis.Redis(optionsFor(new URL(address)));
  const made: Connection = {
    redis,
    problem: undefined,
    tried: new Promise((resolve) => {
      redis.once('ready', () => resolve(true));
      redis.once('close', () => resolve(false));
    }),
  };
  redis.on('error', (error: Error) => (made.problem = error));
  redis.on('ready', () => {
    made.problem = undefined;
    Atomics.add(signals, PULSE, 1);
  });
  return made;
}

function optionsFor({ protocol, hostname, port: given, pathname }: URL): RedisOptions & { replyMapping: 'legacy' } {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(given || DEFAULT_PORT),
    db: Number(pathname.slice(1) || 0),
    ...(login?.username && { username: login.username }),
    ...(login?.password && { password: login.password }),
    ...(protocol === 'rediss:' && { tls: {} }),
    replyMapping: 'legacy',
    connectionName: 'headroom',
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times) => Math.min(times * 50, MOST_RETRY_MS),
    // Whoever asks does not wait for a connection to come back, and asks again what was lost with one.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
}

async function take(asked: Asked): Promise<void> {
  const answer = await answerTo(asked);
  if (asked.id === 0) return;
  port.postMessage(answer);
  Atomics.add(signals, ANSWERS, 1);
  Atomics.notify(signals, ANSWERS);
  if (clock() > asked.until) void probe();
}

async function answerTo({ id, commands, isAtomic }: Asked): Promise<Answered> {
  if (!connection)
    return { id, trouble: 'unsupported', message: 'the package ioredis is missing: npm install ioredis' };
  await connection.tried;
  try {
    const batch = isAtomic ? connection.redis.multi() : connection.redis.pipeline();
    for (const [name, ...words] of commands) queue(batch, name, words);
    const results = (await batch.exec()) ?? [];
    const failed = results.find(([error]) => error)?.[0];
    if (failed) throw failed;
    return { id, replies: results.map(([, reply]) => reply as Reply) };
  } catch (error) {
    return { id, ...troubleOf(error as Error, connection) };
  }
}

function queue(batch: ChainableCommander, name: string, words: readonly (string | number | Uint8Array)[]): void {
  batch.callBuffer(
    name,
    words.map((word) =>
      word instanceof Uint8Array ? Buffer.from(word.buffer, word.byteOffset, word.byteLength) : word,
    ),
  );
}

const BY_ERROR_NAME: Readonly<Record<string, TroubleKind>> = {
  NOAUTH: 'refused',
  NOPERM: 'refused',
  WRONGPASS: 'refused',
  OOM: 'no-writes',
  READONLY: 'no-writes',
  MISCONF: 'no-writes',
  NOREPLICAS: 'no-writes',
  LOADING: 'disconnected',
  MASTERDOWN: 'disconnected',
};

function troubleOf(
  error: Error & { previousErrors?: readonly Error[] },
  { redis, problem }: Connection,
): {
  readonly trouble: TroubleKind;
  readonly message: string;
} {
  const cause = redis.status === 'ready' ? (error.previousErrors?.[0] ?? error) : (problem ?? error);
  const [name = ''] = cause.message.split(' ', 1);
  // What is no answer of the server is a connection that was lost, perhaps there again by now.
  const trouble = BY_ERROR_NAME[name] ?? (cause.name === 'ReplyError' ? 'failing' : 'disconnected');
  return { trouble, message: cause.message };
}

let isProbing = false;

/** After a late answer: tells once answers come fast again. */
async function probe(): Promise<void> {
  if (isProbing) return;
  isProbing = true;
  for (let isSlow = true; isSlow; ) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    const asked = clock();
    await connection?.redis.ping().catch(() => undefined);
    // Whoever connects anew tells by himself.
    isSlow = clock() - asked > PROBE_MS && connection?.redis.status === 'ready';
  }
  isProbing = false;
  Atomics.add(signals, PULSE, 1);
}
