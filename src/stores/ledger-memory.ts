/** The ledger for the life of this process: the latest entries and prompts, within a bound. */
import { LRUCache } from 'lru-cache';
import type { Ledger, RecordedEntry, RememberedPrompt } from '../core/ledger.ts';
import { PROMPTS_A_KEY } from './terms.ts';

const MAX_ENTRIES = 20_000;
const MAX_PROMPT_CHARS = 64 * 2 ** 20;

export function memoryLedger(): Ledger {
  const entries: RecordedEntry[] = [];
  let recorded = 0;
  const prompts = new LRUCache<string, RememberedPrompt>({
    maxSize: MAX_PROMPT_CHARS,
    sizeCalculation: ({ body }) => 200 + body.length,
  });
  const latest = (key: string): readonly RememberedPrompt[] =>
    [...prompts.values()]
      .filter(({ keys }) => keys.includes(key))
      .toSorted((a, b) => b.at - a.at)
      .slice(0, PROMPTS_A_KEY);
  return {
    record(entry, prompt, replaced) {
      entries.push({ position: String(++recorded), entry });
      if (entries.length > MAX_ENTRIES) entries.splice(0, entries.length - MAX_ENTRIES);
      for (const id of replaced) prompts.delete(id);
      if (prompt) prompts.set(prompt.id, prompt);
    },
    read: ({ since = 0, after = '0' }, limit) =>
      entries.filter(({ position, entry }) => Number(position) > Number(after) && entry.at >= since).slice(0, limit),
    recall: (keys) => [...new Set(keys.flatMap(latest))].toSorted((a, b) => b.at - a.at),
  };
}
