/** Everything that turns request bodies into shorter ones, wired from plain options: the same in a worker, inline and in tests. */
import type { Level } from '../core/compressor.ts';
import type { Part } from '../core/conversation.ts';
import { deadlineIn } from '../core/deadline.ts';
import { hashOf } from '../core/hash.ts';
import type { Importance } from '../core/importance.ts';
import type { KeptAnswer } from '../core/kept-answers.ts';
import type { ListEnd } from '../core/json/document.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { OriginalStore } from '../core/original-store.ts';
import type { SentLog } from '../core/sent-log.ts';
import type { Stores } from '../core/stores.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import type { Transform } from '../core/transform.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { type Advance, advance, type HopStep } from './advance.ts';
import { type Held, keptAnswer } from './hidden.ts';
import { shortenBatch } from './batch.ts';
import { mend } from './mend.ts';
import type { DeepenParts } from './deepen.ts';
import type { FitParts, Overflow } from './fit.ts';
import type { Note } from './note.ts';
import { optimize, type Optimized } from './optimize.ts';
import type { Restraint } from './restraint.ts';

/**
 * `send`: decide and pin, for a request that leaves now. `ask`: the same, but nothing is pinned (count_tokens, explain).
 * `as-is`: the body leaves untouched; what was not decided yet is pinned as left alone.
 */
export type Intent = 'send' | 'ask' | 'as-is';

export interface Job {
  readonly body: Uint8Array;
  /** The format's name; undefined asks the formats which of them recognises the body. */
  readonly format: string | undefined;
  /** Where the body does not say it. */
  readonly model?: string | undefined;
  readonly tenant: string;
  /** As its headers say, where they ask for a longer one than the model's own, in tokens. */
  readonly windowTokens?: number | undefined;
  /** Of what the model reads beside the body: as texts that count where the request must fit. */
  readonly beside?: readonly string[] | undefined;
  /** Whoever gets the shorter body takes its results only: calls go out as they came. */
  readonly keepsCalls?: boolean | undefined;
  /** False: whoever it goes to may refuse what aligning adds. */
  readonly aligns?: boolean | undefined;
  /** The origin of the provider that it goes to. */
  readonly upstream?: string | undefined;
  readonly intent: Intent;
  /** The body is a batch of requests, as the format has them. */
  readonly isBatch?: boolean | undefined;
  /** Whether the answer should hold `totals`: exact counts of every text take time. */
  readonly isCounted?: boolean;
  /** When it came, in milliseconds since 1970: the one clock there is in here. Undefined: no cache is known to be cold. */
  readonly at?: number | undefined;
  readonly responseFormat?: 'json' | undefined;
}

/** Exact tokens over all texts, tool calls and tool results of a body. */
export interface Totals {
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Keys of the originals of what goes out shorter. */
  readonly originals: readonly string[];
}

export interface Verdict {
  /** What to send; undefined when the body goes out as it came. */
  readonly body: Uint8Array | undefined;
  /** Where hops are appended to it; undefined where nobody knows. */
  readonly bodyEnd?: ListEnd | undefined;
  readonly format: string | undefined;
  readonly model: string;
  readonly notes: readonly Note[];
  /** The parts as they go out; only for `ask`. */
  readonly parts: readonly Part[];
  readonly totals: Totals | undefined;
  /** The body offers our own tool: its calls are answered here. */
  readonly isOffered: boolean;
  /** Why nothing new was done in this conversation. */
  readonly restraint?: Restraint | undefined;
  /** Should its provider refuse its signed reasoning, `mend` may have another body. */
  readonly mayNeedMending?: boolean;
  /** The chain of all that the body says (chain.ts), for what is kept with its answer. */
  readonly chainEnd?: string | undefined;
  /** The same before its newest turns. */
  readonly newestAt?: string | undefined;
  /** What its provider holds with its answer (hidden.ts). */
  readonly held?: Held | undefined;
  /** Why the body could not be read; undefined when it could. */
  readonly problem: string | undefined;
  /** It is longer than its model reads, whatever is left out: there is no use in sending it. */
  readonly overflow?: Overflow | undefined;
}

export interface KeptQuestion {
  readonly tenant: string;
  readonly upstream: string;
  readonly id: string;
}

/** A request of which the provider refused the signed reasoning. */
export interface Mending {
  readonly tenant: string;
  readonly format: string;
  /** The body as it was sent. */
  readonly sent: Uint8Array;
}

export interface EngineParts {
  readonly formats: readonly WireFormat[];
  readonly transforms: readonly Transform[];
  readonly tokenizer: Tokenizer;
  readonly stores: Stores;
  readonly level: Level;
  readonly tools: readonly ToolRule[];
  /** Whoever reads the shorter texts has a way to fetch originals. */
  readonly allowLoss: boolean;
  /** The retrieval tool may be offered, and its calls are answered: then and only then views go out. */
  readonly offersTool: boolean;
  /** What stands before the messages may be made to stay the same, for providers' caches. */
  readonly aligns?: boolean;
  /** How conversations that are too long are made to fit; undefined: they are not. */
  readonly fit?: FitParts | undefined;
  /** How the history of a conversation is said shorter whose cache has gone; undefined: it stays as it was sent. */
  readonly deepening?: DeepenParts | undefined;
  /** Of the conversations, in percent, left as they are for comparison. */
  readonly holdout?: number;
  /** How turns of the user begin that are the output of a call in text; undefined: there are none. */
  readonly observations?: RegExp | undefined;
  /** What was learned for a tenant, the same for the life of the process; undefined: nothing. */
  readonly importanceFor?: ((tenant: string) => Importance) | undefined;
  /** Longest time for the decisions of one request, in milliseconds. */
  readonly deadlineMs: number;
}

export interface Engine {
  /** Never throws: what goes wrong is said in `problem` and `notes`, and the body goes out as it came. */
  run(job: Job): Verdict;
  /** Without transforms: what was pinned is replayed, the rest goes out as it came and is pinned so. */
  replay(job: Job): Verdict;
  /** Answers the hidden calls of a hop. Never throws: without an answer the response ends where it is. */
  advance(step: HopStep): Advance;
  /** What the client was shown of an answer that its provider keeps. */
  kept(question: KeptQuestion): KeptAnswer | undefined;
  /** The same request without signed reasoning, for good. @throws when that cannot be kept. */
  mend(mending: Mending): Uint8Array | undefined;
}

/** Nothing is added either, and what begins without the tool goes on without it. */
const AS_IS = { transforms: [], level: 'lossless' } as const;

export function createEngine(parts: EngineParts): Engine {
  return {
    run: (job) => attempt(job, partsFor(job, parts)),
    replay: (job) => attempt(job, replaying(partsFor(job, parts))),
    advance: (step) => advance(step, parts),
    kept: ({ tenant, upstream, id }) => keptAnswer(id, { tenant, upstream, sentLog: parts.stores.sentLog(tenant) }),
    mend: ({ tenant, format, sent }) => {
      const known = parts.formats.find(({ name }) => name === format);
      return known && mend(sent, known, parts.stores.sentLog(tenant));
    },
  };
}

function partsFor({ intent }: Job, parts: EngineParts): EngineParts {
  return intent === 'as-is' ? { ...parts, ...AS_IS } : parts;
}

/** Nothing is said shorter that was not. */
function replaying({ transforms, fit, deepening, ...parts }: EngineParts): EngineParts {
  return {
    ...parts,
    transforms: transforms.filter(({ isStructural }) => isStructural),
    fit: fit && { ...fit, isOff: true },
    deepening: deepening && { ...deepening, isOff: true },
  };
}

function attempt(job: Job, parts: EngineParts): Verdict {
  const pass = {
    body: undefined,
    format: job.format,
    model: '',
    notes: [],
    parts: [],
    totals: undefined,
    isOffered: false,
  };
  try {
    const format = formatOf(job, parts.formats);
    if (!format) return { ...pass, problem: 'no format recognises this body' };
    const context = contextOf(job, parts);
    if (job.isBatch) {
      const batched = shortenBatch(job.body, format, parts.transforms, context);
      return { ...pass, ...batched, problem: undefined };
    }
    const optimized = optimize(job.body, format, parts.transforms, context);
    const totals = job.isCounted ? totalsOf(optimized, parts.tokenizer) : undefined;
    return { ...verdictOf(optimized, job, format.name), totals };
  } catch (error) {
    return { ...pass, problem: String(error) };
  }
}

function formatOf(job: Job, formats: readonly WireFormat[]): WireFormat | undefined {
  if (job.format !== undefined) return formats.find(({ name }) => name === job.format);
  const value = JSON.parse(new TextDecoder().decode(job.body));
  return formats.find((format) => format.recognizes(value));
}

function contextOf(
  {
    tenant,
    model,
    windowTokens,
    beside,
    keepsCalls,
    aligns: mayAlign = true,
    upstream,
    intent,
    at,
    responseFormat,
  }: Job,
  {
    tokenizer,
    stores,
    level,
    tools,
    allowLoss,
    offersTool,
    aligns = false,
    fit,
    deepening,
    holdout = 0,
    observations,
    importanceFor,
    deadlineMs,
  }: EngineParts,
): Parameters<typeof optimize>[3] {
  const originals: OriginalStore = stores.originals(tenant);
  const sentLog: SentLog = stores.sentLog(tenant);
  return {
    tenant,
    upstream,
    observations,
    importance: importanceFor?.(tenant),
    originals,
    sentLog,
    tokenizer,
    holdout,
    isSent: intent !== 'ask',
    model,
    windowTokens,
    beside,
    keepsCalls,
    aligns: aligns && mayAlign && intent !== 'as-is',
    fit: intent === 'as-is' ? undefined : fit,
    at: intent === 'send' ? at : undefined,
    deepening,
    deadline: deadlineIn(deadlineMs),
    policy: { level, tools, responseFormat, allowLoss, allowTools: offersTool },
  };
}

function totalsOf({ conversation }: Optimized, tokenizer: Tokenizer): Totals {
  let tokensBefore = 0;
  let tokensAfter = 0;
  const originals: string[] = [];
  const calls = new Set<JsonValue | undefined>();
  for (const { source, text, kind, turn, block } of conversation.parts) {
    // Some APIs have their calls beside the content: there the head says them all.
    if (kind === 'tool-call') calls.add(conversation.turns[turn]?.blocks[block] ?? conversation.turns[turn]?.head);
    const before = tokenizer.count(source);
    tokensBefore += before;
    tokensAfter += text === source ? before : tokenizer.count(text);
    if (text !== source) originals.push(hashOf(source));
  }
  for (const call of calls) {
    const count = tokenizer.count(JSON.stringify(call));
    tokensBefore += count;
    tokensAfter += count;
  }
  return { tokensBefore, tokensAfter, originals };
}

function verdictOf(
  {
    body,
    bodyEnd,
    conversation,
    notes,
    isOffered,
    restraint,
    mayNeedMending,
    overflow,
    chainEnd,
    newestAt,
    held,
  }: Optimized,
  job: Job,
  format: string,
): Omit<Verdict, 'totals'> {
  const isUntouched = body === job.body || job.intent === 'as-is';
  return {
    body: isUntouched ? undefined : body,
    bodyEnd,
    format,
    model: conversation.model,
    notes,
    parts: job.intent === 'ask' ? conversation.parts : [],
    isOffered: isOffered && !isUntouched,
    mayNeedMending: mayNeedMending && job.intent === 'send',
    chainEnd,
    newestAt,
    held,
    overflow,
    restraint,
    problem: undefined,
  };
}
