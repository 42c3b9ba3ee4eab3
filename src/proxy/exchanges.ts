/** What went through since the start, in numbers: for /stats and, one line each, for the log. No text, header or query. */
import type { ErrorCode } from '../core/errors.ts';
import type { Bust } from '../core/ledger.ts';
import type { Usage } from '../core/wire-format.ts';
import type { Verdict } from '../pipeline/engine.ts';

export interface Exchange {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly format: string | undefined;
  /** The backend's name; undefined for requests that were refused before they went anywhere. */
  readonly upstream: string | undefined;
  readonly model: string;
  /** What the client got; 0 when it went away first. */
  readonly status: number;
  readonly ms: number;
  readonly saving: Saving;
  readonly usage: Usage | undefined;
  /** What the provider's cache could not be read for any more, and why. */
  readonly bust?: Bust | undefined;
  /** The conversation had become dearer, and is frozen from here on. */
  readonly froze?: boolean;
  /** A code or a short phrase. */
  readonly problem: string | undefined;
}

/** Of the parts that went out shorter, in tokens. */
export interface Saving {
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** How much of the difference was decided in this request; the rest was sent so before. */
  readonly tokensNew: number;
}

export const NO_SAVING: Saving = { tokensBefore: 0, tokensAfter: 0, tokensNew: 0 };

/** A part counts once, as it went out at last, however many steps had a hand in it. */
export function savingOf({ notes }: Verdict): Saving {
  const last = new Map(
    notes.filter(({ outcome }) => outcome === 'rewritten' || outcome === 'replayed').map((note) => [note.part, note]),
  );
  let [tokensBefore, tokensAfter, tokensNew] = [0, 0, 0];
  for (const note of last.values()) {
    tokensBefore += note.tokensBefore;
    tokensAfter += note.tokensAfter;
    if (note.outcome === 'rewritten') tokensNew += note.tokensBefore - note.tokensAfter;
  }
  return { tokensBefore, tokensAfter, tokensNew };
}

/** Refused by budgets and limits of ours. */
const LIMITS_HELD: readonly ErrorCode[] = ['OVER_BUDGET', 'RATE_LIMITED'];
/** Model names come from clients: there may be any number of them. */
const MAX_NAMES = 100;

export class Exchanges {
  readonly #log: (exchange: Exchange) => void;
  readonly #startedAt = performance.now();
  readonly #byUpstream = new Map<string, number>();
  readonly #byModel = new Map<string, number>();
  readonly #problems = new Map<string, number>();
  #total = 0;
  #failed = 0;
  #saved = 0;
  #savedNew = 0;
  #usage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };

  constructor(log: (exchange: Exchange) => void) {
    this.#log = log;
  }

  record(exchange: Exchange): void {
    const { status, saving, usage, upstream, model, problem } = exchange;
    this.#total++;
    if (status === 0 || status >= 400) this.#failed++;
    this.#saved += saving.tokensBefore - saving.tokensAfter;
    this.#savedNew += saving.tokensNew;
    if (usage) this.#usage = sum(this.#usage, usage);
    if (upstream !== undefined) count(this.#byUpstream, upstream);
    if (model !== '') count(this.#byModel, model);
    if (problem !== undefined) count(this.#problems, problem);
    this.#log(exchange);
  }

  get uptimeSeconds(): number {
    return Math.round((performance.now() - this.#startedAt) / 1000);
  }

  /** The shape that clients of /stats know; savings are shares of what the providers really counted. */
  snapshot(): object {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = this.#usage;
    const sent = inputTokens + cacheReadTokens + cacheWriteTokens + cacheWrite1hTokens;
    const before = sent + this.#saved;
    return {
      uptime_s: this.uptimeSeconds,
      requests: {
        total: this.#total,
        failed: this.#failed,
        cached: 0,
        rate_limited: LIMITS_HELD.reduce((sum, code) => sum + (this.#problems.get(code) ?? 0), 0),
        by_provider: Object.fromEntries(this.#byUpstream),
        by_model: Object.fromEntries(this.#byModel),
      },
      tokens: {
        input: sent,
        uncached_input: inputTokens,
        cache_read: cacheReadTokens,
        cache_write: cacheWriteTokens,
        cache_write_1h: cacheWrite1hTokens,
        output: outputTokens,
        saved: this.#saved,
        saved_first_time: this.#savedNew,
        total_before_compression: before,
        savings_percent: before === 0 ? 0 : Math.round((10_000 * this.#saved) / before) / 100,
      },
      problems: Object.fromEntries(this.#problems),
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  const key = counts.has(name) || counts.size < MAX_NAMES ? name.slice(0, 100) : 'other';
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function sum(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    cacheWrite1hTokens: left.cacheWrite1hTokens + right.cacheWrite1hTokens,
  };
}
