/** What every simulated account takes and says. */
import type { Rates, Usage } from './usage.ts';
import type { Count, Json } from './wording.ts';

export interface Call {
  readonly body: Json;
  /** Milliseconds on any clock; never less than that of the call before. */
  readonly at: number;
  /** Where the body does not name it. */
  readonly model?: string;
}

export interface Settled {
  readonly usage: Usage;
  readonly model: string;
  /** How many pieces after the tools (blocks of system and messages, or whole messages) were read from the cache. */
  readonly reach: number;
  /** Tokens of the prompt up to and with its n-th piece after the tools; at 0 those of the tools. */
  readonly upTo: readonly number[];
}

export interface Account {
  /** @throws Refusal as the provider would answer; a refused request leaves no trace. */
  settle(call: Call): Settled;
}

/** A request that the provider does not take. */
export class Refusal extends Error {
  readonly status = 400;
  readonly body: Json;

  constructor(message: string) {
    super(message);
    this.body = { type: 'error', error: { type: 'invalid_request_error', message } };
  }
}

export interface AccountOptions {
  /** Tokens of a text; exact o200k unless told. */
  readonly count?: Count;
  readonly ratesOf?: (model: string) => Rates;
  /** From the arrival of a request until what it writes can be read, in milliseconds. */
  readonly readableAfterMs?: number;
  /** Of providers that cache by themselves. */
  readonly retention?: Retention;
}

/** How long a prompt is kept: since it was last used, and since it was written. */
export interface Retention {
  readonly idleMs: number;
  readonly oldestMs: number;
}
