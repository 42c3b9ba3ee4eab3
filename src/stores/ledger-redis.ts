/** The ledger in a Redis, for all proxies that use it: a stream of entries, and prompts that expire when nobody needs them. */
import type { Ledger, RecordedEntry, RememberedPrompt } from '../core/ledger.ts';
import { unwrapEntry, unwrapPrompt, wrapEntry, wrapPrompt } from './ledger-rows.ts';
import type { Command, RedisLink, Reply } from './redis-link.ts';
import { LEDGER, packPin, promptRow, promptsRow, unpackPin } from './redis-rows.ts';
import { HOUR_MS, PROMPTS_A_KEY } from './terms.ts';
import type { Wrappings } from './wrapping.ts';

/** About so many entries are kept. */
const MAX_ENTRIES = 200_000;
/** A request is recorded when it is over, by another clock than that of its start. */
const CLOCKS_DIFFER_MS = HOUR_MS;
const AT = 'at';
const ENTRY = 'entry';

export function redisLedger(link: Pick<RedisLink, 'ask'>, wrappings: Wrappings): Ledger {
  const [wrapping] = wrappings;
  const { nameOf } = wrapping;

  const storing = (prompt: RememberedPrompt): Command[] => {
    const name = nameOf(prompt.id);
    const seconds = Math.max(1, Math.ceil((prompt.until - prompt.at) / 1_000));
    return [
      ['SET', promptRow(name), packPin(wrapPrompt(name, prompt, wrapping)), 'EX', seconds],
      ...prompt.keys.flatMap((key): Command[] => [
        ['ZADD', promptsRow(nameOf(key)), prompt.at, name],
        ['ZREMRANGEBYRANK', promptsRow(nameOf(key)), 0, -1 - 2 * PROMPTS_A_KEY],
        ['EXPIRE', promptsRow(nameOf(key)), seconds],
      ]),
    ];
  };

  const promptsNamed = (names: readonly string[]): readonly RememberedPrompt[] => {
    if (names.length === 0) return [];
    const [rows] = link.ask([['MGET', ...names.map(promptRow)]]);
    return names.flatMap((name, at) => {
      const stored = unpackPin((rows as readonly Reply[])[at]);
      return (stored && unwrapPrompt(name, stored, wrappings)) ?? [];
    });
  };

  return {
    record(entry, prompt, replaced) {
      const packed = packPin(wrapEntry(entry, wrapping));
      const gone = replaced.map((id): Command => ['UNLINK', promptRow(nameOf(id))]);
      const added: Command = ['XADD', LEDGER, 'MAXLEN', '~', MAX_ENTRIES, '*', AT, entry.at, ENTRY, packed];
      link.ask([added, ...gone, ...(prompt ? storing(prompt) : [])], true);
    },
    read({ since = 0, after }, limit) {
      const found: RecordedEntry[] = [];
      let start = after === undefined ? `${Math.max(0, Math.floor(since - CLOCKS_DIFFER_MS))}` : `(${after}`;
      for (;;) {
        const [rows] = link.ask([['XRANGE', LEDGER, start, '+', 'COUNT', limit]]);
        const messages = rows as readonly (readonly [Uint8Array, readonly Uint8Array[]])[];
        for (const [id, fields] of messages) {
          const at = Number(Buffer.from(fields[1]!).toString());
          const stored = unpackPin(fields[3]);
          const entry = stored && at >= since ? unwrapEntry(at, stored, wrappings) : undefined;
          if (entry && found.length < limit) found.push({ position: Buffer.from(id).toString(), entry });
        }
        if (messages.length < limit || found.length >= limit) return found;
        start = `(${Buffer.from(messages.at(-1)![0]).toString()}`;
      }
    },
    recall(keys) {
      const named = wrappings.flatMap((one) =>
        keys.map((key): Command => ['ZREVRANGE', promptsRow(one.nameOf(key)), 0, PROMPTS_A_KEY - 1]),
      );
      if (named.length === 0) return [];
      const replies = link.ask(named) as readonly (readonly Uint8Array[])[];
      const names = new Set(replies.flat().map((name) => Buffer.from(name).toString()));
      return promptsNamed([...names]).toSorted((a, b) => b.at - a.at);
    },
  };
}
