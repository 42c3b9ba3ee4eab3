/** The log: JSON lines on stderr. An exchange is one line of numbers and names; nothing that anybody wrote or proved. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Exchange } from './exchanges.ts';

export interface Log {
  exchange(exchange: Exchange): void;
  warn(message: string): void;
  close(): void;
}

/** @param destination stderr when left out. */
export function openLog(level: string, destination?: DestinationStream): Log {
  const stderr = destination ? undefined : pino.destination({ dest: 2, sync: false });
  const log: Logger = pino({ level, base: null }, destination ?? stderr!);
  return {
    warn: (message) => log.warn(message),
    exchange(exchange) {
      // What we failed at is an error; what an upstream refused is its answer.
      if (exchange.problem === undefined) log.info(lineOf(exchange), 'exchange');
      else log.error(lineOf(exchange), 'exchange');
    },
    close() {
      try {
        stderr?.flushSync();
      } catch {
        // Nothing was written yet.
      }
    },
  };
}

function lineOf({
  method,
  path,
  status,
  ms,
  format,
  upstream,
  model,
  saving,
  usage,
  bust,
  froze,
  problem,
}: Exchange): object {
  return {
    method,
    path,
    status,
    ms: Math.round(ms),
    format,
    upstream,
    ...(model === '' ? {} : { model }),
    ...(saving.tokensBefore === 0 ? {} : { tokens_before: saving.tokensBefore, tokens_after: saving.tokensAfter }),
    ...(usage && {
      input: usage.inputTokens,
      output: usage.outputTokens,
      cache_read: usage.cacheReadTokens,
      cache_write: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
    }),
    ...(bust && { cache_bust: bust.cause, bust_by: bust.by, bust_tokens: bust.tokens }),
    ...(froze && { frozen: true }),
    problem,
  };
}
