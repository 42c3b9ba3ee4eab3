/** What one request used of a provider's account, by class of price, and what that costs. The classes of one request never overlap. */

export interface Usage {
  readonly uncached: number;
  /** Written for five minutes; at a provider with one kind of write, all that was written. */
  readonly write5m: number;
  readonly write1h: number;
  readonly read: number;
}

export const NOTHING: Usage = { uncached: 0, write5m: 0, write1h: 0, read: 0 };

/** Dollars for a million input tokens, and what each class costs as a multiple of that. */
export interface Rates {
  readonly perMillion: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly read: number;
  /** The shortest prefix that is cached, in tokens. */
  readonly minimum: number;
}

export function plus(a: Usage, b: Usage): Usage {
  return {
    uncached: a.uncached + b.uncached,
    write5m: a.write5m + b.write5m,
    write1h: a.write1h + b.write1h,
    read: a.read + b.read,
  };
}

export function tokensOf({ uncached, write5m, write1h, read }: Usage): number {
  return uncached + write5m + write1h + read;
}

export function dollars(usage: Usage, rates: Rates): number {
  const weighed =
    usage.uncached + usage.write5m * rates.write5m + usage.write1h * rates.write1h + usage.read * rates.read;
  return (weighed * rates.perMillion) / 1e6;
}

const ANTHROPIC = { write5m: 1.25, write1h: 2, read: 0.1 };
/** Writing is not charged apart: what is not read costs the plain price. */
const OPENAI = { write5m: 1, write1h: 1, minimum: 1024 };
const GEMINI = { write5m: 1, write1h: 1, read: 0.1 };

/** The first pattern that fits counts, so the narrow ones stand above. */
const TABLE: readonly (readonly [model: RegExp, rates: Rates])[] = [
  [/opus-5[-.]5/, { ...ANTHROPIC, perMillion: 4, read: 0.05, minimum: 512 }],
  [/(?:fable|mythos)-5/, { ...ANTHROPIC, perMillion: 10, minimum: 512 }],
  [/opus-5/, { ...ANTHROPIC, perMillion: 5, minimum: 512 }],
  [/opus-4[-.]8/, { ...ANTHROPIC, perMillion: 5, minimum: 1024 }],
  [/opus-4[-.]7/, { ...ANTHROPIC, perMillion: 5, minimum: 2048 }],
  [/opus-4[-.][56]/, { ...ANTHROPIC, perMillion: 5, minimum: 4096 }],
  [/sonnet-5/, { ...ANTHROPIC, perMillion: 2, minimum: 1024 }],
  [/sonnet-4/, { ...ANTHROPIC, perMillion: 3, minimum: 1024 }],
  [/haiku-4[-.]5/, { ...ANTHROPIC, perMillion: 1, minimum: 4096 }],
  [/gpt-4o/, { ...OPENAI, perMillion: 2.5, read: 0.5 }],
  [/gpt-4\.1/, { ...OPENAI, perMillion: 2, read: 0.25 }],
  [/gpt-5(?:-|$)/, { ...OPENAI, perMillion: 1.25, read: 0.1 }],
  [/gemini-2\.5-flash/, { ...GEMINI, perMillion: 0.3, minimum: 1024 }],
  [/gemini-2\.5-pro/, { ...GEMINI, perMillion: 1.25, minimum: 2048 }],
  [/gemini-3/, { ...GEMINI, perMillion: 2, minimum: 4096 }],
];

/** @throws for a model that has no price here. */
export function ratesOf(model: string): Rates {
  const found = TABLE.find(([pattern]) => pattern.test(model));
  if (!found) throw new Error(`no price for the model ${model}`);
  return found[1];
}
