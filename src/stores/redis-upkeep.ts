/** Counts and deletes what Headroom keeps in a Redis, and nothing else there. */
import type { StoreSettings } from '../core/stores.ts';
import { type Command, RedisLink, type Reply, scan } from './redis-link.ts';
import { isLedgerRow, PREFIX, readRowName, SEAL, unpackPin } from './redis-rows.ts';
import { DAY_MS, HOUR_MS, IDLE_DAYS } from './terms.ts';
import { type RowKind, Tally, type Upkeep } from './upkeep.ts';

const WAIT_MS = 10_000;
const ROWS_A_STEP = 1_000;
/** Holds the head of a pin, and whether there is a text. */
const HEAD_BYTES = 120;

interface Row {
  readonly name: string;
  readonly kind: RowKind;
  readonly bytes: number;
  readonly usedAt: number;
}

export function redisUpkeep(address: string, { login, idleDays = IDLE_DAYS }: StoreSettings): Upkeep {
  const link = new RedisLink({ address, login, waitMs: WAIT_MS });
  const idleMs = idleDays * DAY_MS;
  return {
    stats() {
      const tally = new Tally();
      let bytes = 0;
      for (const row of rowsIn(link, idleMs)) {
        tally.add(row.kind, row.bytes, row.usedAt);
        bytes += row.bytes;
      }
      const isEncrypted = link.ask([['EXISTS', SEAL]])[0] === 1;
      return { kind: 'redis', path: address, isEncrypted, bytes, kinds: tally.kinds() };
    },
    purge(usedBefore) {
      const gone = [...rowsIn(link, idleMs)].filter(({ usedAt }) => usedBefore === undefined || usedAt < usedBefore);
      const names = gone.map(({ name }) => name);
      for (let at = 0; at < names.length; at += ROWS_A_STEP)
        link.ask([['UNLINK', ...names.slice(at, at + ROWS_A_STEP)]]);
      if (usedBefore === undefined) {
        for (const rows of scan(link, `${PREFIX}*`)) {
          const ours = rows.filter(isLedgerRow);
          if (ours.length > 0) link.ask([['UNLINK', ...ours]]);
        }
        link.ask([['UNLINK', SEAL]]);
      }
      return names.length;
    },
    close: () => link.close(),
  };
}

function* rowsIn(link: RedisLink, idleMs: number): Generator<Row> {
  for (const names of scan(link, `${PREFIX}*`)) yield* rowsOf(names.filter(readRowName), link, idleMs);
}

/** What expires latest was used last. */
function* rowsOf(names: readonly string[], link: RedisLink, idleMs: number): Generator<Row> {
  const commands = names.flatMap((name): Command[] => [
    ['PTTL', name],
    ['MEMORY', 'USAGE', name],
    readRowName(name)!.isPin ? ['GETRANGE', name, 0, HEAD_BYTES] : ['EXISTS', name],
  ]);
  const replies = link.ask(commands);
  for (const [at, name] of names.entries()) {
    const [restMs, bytes, head] = replies.slice(3 * at, 3 * at + 3);
    // It may have expired meanwhile.
    if (typeof bytes !== 'number') continue;
    const usedAt = Date.now() - idleMs + Math.max(0, Number(restMs));
    yield { name, kind: kindOf(name, head), bytes, usedAt: Math.floor(usedAt / HOUR_MS) * HOUR_MS };
  }
}

function kindOf(name: string, head: Reply | undefined): RowKind {
  if (!readRowName(name)!.isPin) return 'originals';
  const pin = unpackPin(head);
  if (pin?.text === undefined) return 'left-alone';
  return pin.tokensBefore === 0 ? 'exchanges' : 'shortened';
}
