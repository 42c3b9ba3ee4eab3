/** Learned state in a Redis, for all proxies that use it: one hash of counters, and the salt of their names. */
import { randomBytes } from 'node:crypto';
import { type Counts, COUNTERS, type LearnedLog, type LearnedRow, NO_COUNTS } from '../core/importance.ts';
import type { Command, RedisLink, Reply } from './redis-link.ts';
import { LEARNED, LEARNED_SALT, packPin, unpackPin } from './redis-rows.ts';
import { LEARNED_ROWS, SALT_BYTES } from './terms.ts';
import type { Wrappings } from './wrapping.ts';

const SALT_KEY = 'learned salt';
const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

export function redisLearned(link: Pick<RedisLink, 'ask'>, wrappings: Wrappings): LearnedLog {
  const saltIn = (reply: Reply | undefined): string | undefined => {
    const stored = unpackPin(reply);
    for (const { unwrapPin } of stored ? wrappings : []) {
      const salt = unwrapPin(SALT_KEY, stored!)?.text;
      if (salt !== undefined) return salt;
    }
    return undefined;
  };
  const packed = (salt: string): Uint8Array => packPin(wrappings[0].wrapPin({ ...COUNTS, key: SALT_KEY, text: salt }));
  return {
    salt() {
      const known = saltIn(link.ask([['GET', LEARNED_SALT]])[0]);
      if (known !== undefined) return known;
      const salt = randomBytes(SALT_BYTES).toString('hex');
      const [, held] = link.ask(
        [
          ['SET', LEARNED_SALT, packed(salt), 'NX'],
          ['GET', LEARNED_SALT],
        ],
        true,
      );
      return saltIn(held);
    },
    add(rows, known) {
      const isFull = Number(link.ask([['HLEN', LEARNED]])[0]) > LEARNED_ROWS * COUNTERS.length;
      const asked = isFull ? [...rows, ...known] : known;
      const there = asked.length === 0 ? [] : link.ask(asked.map(hasRow));
      const found = asked.filter((_, at) => there[at] === 1);
      const commands = [...(isFull ? [] : rows), ...found].flatMap(increments);
      if (commands.length > 0) link.ask(commands, true);
    },
    read() {
      const [reply] = link.ask([['HGETALL', LEARNED]]);
      const words = (reply as readonly Reply[]).map((word) => Buffer.from(word as Uint8Array).toString());
      const rows = new Map<string, LearnedRow>();
      for (let at = 0; at + 1 < words.length; at += 2) {
        const [owner = '', shape = '', place = '', counter = ''] = words[at]!.split(' ');
        const row = rows.get(`${shape} ${place}`) ?? { owner, shape, place, counts: NO_COUNTS };
        rows.set(`${shape} ${place}`, {
          ...row,
          counts: { ...row.counts, [counter]: Number(words[at + 1]) } as Counts,
        });
      }
      return [...rows.values()].map((row) => ({ ...row, counts: ofCounters(row.counts) }));
    },
    replace(learned) {
      const added = (learned?.rows ?? []).flatMap(increments);
      const salted: Command[] = learned ? [['SET', LEARNED_SALT, packed(learned.salt)]] : [];
      link.ask([['UNLINK', LEARNED, LEARNED_SALT], ...salted, ...added], true);
    },
  };
}

/** Every row has this field, whatever was counted. */
const THERE = 'there';

function fieldOf({ owner, shape, place }: LearnedRow, counter: string): string {
  return `${owner} ${shape} ${place} ${counter}`;
}

function hasRow(row: LearnedRow): Command {
  return ['HEXISTS', LEARNED, fieldOf(row, THERE)];
}

function countsIn({ counts }: LearnedRow): Partial<Counts> {
  return Object.fromEntries(COUNTERS.filter((name) => counts[name] > 0).map((name) => [name, counts[name]]));
}

function increments(row: LearnedRow): readonly Command[] {
  const counted = Object.entries(countsIn(row)).map(
    ([name, count]): Command => ['HINCRBY', LEARNED, fieldOf(row, name), count],
  );
  return [...counted, ['HSET', LEARNED, fieldOf(row, THERE), 1]];
}

function ofCounters(counts: Counts): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, counts[name]])) as Counts;
}
