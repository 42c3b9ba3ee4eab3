/**
 * Meters in a Redis, for all proxies that use it: written only where nobody was faster, else decided anew on what stands
 * there now. Rows go by themselves when nobody needs them.
 */
import type { Metered, Meters } from '../core/limits.ts';
import { unwrapMeter, wrapMeter } from './meters-rows.ts';
import type { RedisLink, Reply, Word } from './redis-link.ts';
import { meterRow, packPin, unpackPin } from './redis-rows.ts';
import { StoreTrouble } from './trouble.ts';
import type { Wrapping } from './wrapping.ts';

/** What was read, then what is to be written (empty: nothing), then for how long. Says what stands there where that is something else. */
const WRITE_WHERE_READ = `
for i, key in ipairs(KEYS) do
  if (redis.call('GET', key) or '') ~= ARGV[i] then return redis.call('MGET', unpack(KEYS)) end
end
for i, key in ipairs(KEYS) do
  if ARGV[#KEYS + i] ~= '' then redis.call('SET', key, ARGV[#KEYS + i], 'PX', ARGV[#ARGV]) end
end
return 1`;
/** Each failed one is another proxy's success. */
const ATTEMPTS = 200;
const NOTHING = new Uint8Array();

export function redisMeters(link: Pick<RedisLink, 'ask'>, wrapping: Wrapping): Meters {
  const textOf = (name: string, reply: Reply): string | undefined => {
    const stored = unpackPin(reply);
    return stored && unwrapMeter(name, stored, wrapping);
  };
  return {
    change<Result>(
      keys: readonly string[],
      change: (texts: readonly (string | undefined)[]) => Metered<Result>,
    ): Result {
      const names = keys.map(wrapping.nameOf);
      const rows = names.map(meterRow);
      let [found] = link.ask([['MGET', ...rows]]) as readonly (readonly Reply[])[];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { texts, at, until, result } = change(names.map((name, index) => textOf(name, found![index]!)));
        if (texts.every((text) => text === undefined)) return result;
        const read = found!.map((reply): Word => (reply instanceof Uint8Array ? reply : NOTHING));
        const written = names.map(
          (name, index): Word =>
            texts[index] === undefined ? NOTHING : packPin(wrapMeter(name, texts[index], wrapping)),
        );
        const ms = Math.max(1, Math.ceil(until - at));
        const [reply] = link.ask([['EVAL', WRITE_WHERE_READ, rows.length, ...rows, ...read, ...written, ms]]);
        if (typeof reply === 'number') return result;
        found = reply as readonly Reply[];
      }
      throw new StoreTrouble('slow', 'other proxies change the same rows all the time');
    },
  };
}
