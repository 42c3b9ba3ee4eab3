/** One step of an exchange with hidden calls: they are answered, and either the next request is made or all is kept. */
import type { Hop, HopEnd, HiddenResult } from '../core/continuation.ts';
import type { Conversation } from '../core/conversation.ts';
import { JsonDocument, type ListEnd } from '../core/json/document.ts';
import { findMarkers } from '../core/marker.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { answer } from '../retrieval/answer.ts';
import { LIMIT_REACHED } from '../retrieval/answered.ts';
import { type Chain, chainOf } from './chain.ts';
import { Decisions } from './decisions.ts';
import { deadlineIn } from '../core/deadline.ts';
import type { EngineParts } from './engine.ts';
import { REFUSED } from './guard.ts';
import { withObservations } from './observations.ts';
import { type Held, keepAnswer, keepHops } from './hidden.ts';

/** So often may the model fetch within one turn; after that it is told to go on without. */
const MAX_ROUNDS = 3;

export interface HopStep {
  readonly tenant: string;
  readonly upstream?: string | undefined;
  readonly format: string;
  /** The body as the client sent it. */
  readonly received: Uint8Array;
  /** The chain of all that stands in it, where that is known already. */
  readonly chainEnd?: string | undefined;
  /** What its provider holds with its answer (hidden.ts). */
  readonly held?: Held | undefined;
  /** The body that the present hop answers. */
  readonly sent: Uint8Array;
  /** Where hops are appended to it, where that is known already. */
  readonly sentEnd?: ListEnd | undefined;
  /** The hops before it. */
  readonly hops: readonly Hop[];
  readonly end: HopEnd;
  /** Over frames the next request goes on from what the connection holds. */
  readonly isFrame?: boolean;
}

export interface Advance {
  /** All hops, the present one with its results. */
  readonly hops: readonly Hop[];
  /** The next request; undefined when the visible response may end. */
  readonly body: Uint8Array | undefined;
  /** Where the hop after it would be appended. */
  readonly bodyEnd?: ListEnd | undefined;
  /** Why there is no answer; undefined when all is well. */
  readonly problem: string | undefined;
}

export function advance(step: HopStep, parts: EngineParts): Advance {
  try {
    return take(step, parts);
  } catch (error) {
    return { hops: step.hops, body: undefined, problem: String(error) };
  }
}

function take(step: HopStep, parts: EngineParts): Advance {
  const { end, hops: earlier } = step;
  const format = parts.formats.find(({ name }) => name === step.format)!;
  const keeping = { tenant: step.tenant, upstream: step.upstream, sentLog: parts.stores.sentLog(step.tenant) };
  if (earlier.length === 0 && end.hidden.length === 0) {
    const hops = [withoutHidden(end)];
    keepAnswer(hops, keeping, step.held);
    return { hops, body: undefined, problem: undefined };
  }
  const past = new Past(step, format, parts);
  const hop = end.calls.length > 0 ? answered(end, earlier.length, (hash) => past.find(hash)) : withoutHidden(end);
  const hops = [...earlier, hop];
  const goesOn = end.calls.length > 0 && !end.isMixed && earlier.length <= MAX_ROUNDS;
  const speaker = step.isFrame ? format.frames : format.continuation;
  if (goesOn && speaker) {
    const document = JsonDocument.known(step.sent, step.sentEnd);
    const { bytes: body, end: bodyEnd } = document.applied(speaker.extend(hop, document));
    return { hops, body, bodyEnd, problem: undefined };
  }
  if (hops.some(({ hidden }) => hidden.length > 0)) keepHops(hops, step.chainEnd ?? past.chain.end, format, keeping);
  keepAnswer(hops, keeping, step.held);
  return { hops, body: undefined, problem: undefined };
}

function answered(
  { pieces, hidden, calls, id: name }: HopEnd,
  rounds: number,
  find: (hash: string) => string | undefined,
): Hop {
  const results = calls.map(({ id, input, isRefused }): HiddenResult => {
    if (isRefused) return { id, text: REFUSED, isError: true };
    if (rounds >= MAX_ROUNDS) return { id, text: LIMIT_REACHED, isError: true };
    return { id, ...answer(input, find) };
  });
  return { pieces, hidden, results, ...(name !== undefined && { id: name }) };
}

/** A call that was cut off, or not meant to be answered, was never made. */
function withoutHidden({ pieces, hidden, id }: HopEnd): Hop {
  const visible = pieces.filter((_, index) => !hidden.includes(index));
  return { pieces: visible, hidden: [], results: [], ...(id !== undefined && { id }) };
}

/**
 * What this conversation may ask for: what its tenant keeps, and what the log proves to have been sent in it before its
 * client's token was renewed. Its request is read again only for what is not found at once.
 */
class Past {
  readonly #step: HopStep;
  readonly #format: WireFormat;
  readonly #parts: EngineParts;
  #read: { readonly conversation: Conversation; readonly chain: Chain } | undefined;

  constructor(step: HopStep, format: WireFormat, parts: EngineParts) {
    this.#step = step;
    this.#format = format;
    this.#parts = parts;
  }

  get chain(): Chain {
    return this.#conversation.chain;
  }

  find(hash: string): string | undefined {
    const { stores } = this.#parts;
    const own = stores.originals(this.#step.tenant).get(hash);
    return own ?? (this.#wasIssued(hash) ? stores.findOriginal(hash) : undefined);
  }

  #wasIssued(hash: string): boolean {
    const { stores, tokenizer, level, tools, deadlineMs } = this.#parts;
    const { tenant } = this.#step;
    const { conversation, chain } = this.#conversation;
    const [originals, sentLog] = [stores.originals(tenant), stores.sentLog(tenant)];
    const policy = { level, tools, allowLoss: false, allowTools: false };
    const context = { tenant, originals, sentLog, tokenizer, policy, isSent: false, deadline: deadlineIn(deadlineMs) };
    const { parts } = new Decisions(conversation, chain.results, context, []).recall(conversation);
    return parts.some(({ frozen, text }) => frozen && findMarkers(text).includes(hash));
  }

  get #conversation(): { readonly conversation: Conversation; readonly chain: Chain } {
    if (this.#read) return this.#read;
    const received = this.#format.read(JsonDocument.known(this.#step.received));
    const conversation = withObservations(received, this.#parts.observations);
    return (this.#read = { conversation, chain: chainOf(conversation, this.#format.volatileKeys) });
  }
}
