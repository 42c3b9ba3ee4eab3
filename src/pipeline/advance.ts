/** One step of an exchange with hidden calls: they are answered, and either the next request is made or all is kept. */
import type { Hop, HopEnd, HiddenResult } from '../core/continuation.ts';
import { JsonDocument } from '../core/json/document.ts';
import { findMarkers } from '../core/marker.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { answer } from '../retrieval/answer.ts';
import { type Chain, chainOf } from './chain.ts';
import { Decisions } from './decisions.ts';
import { deadlineIn } from '../core/deadline.ts';
import type { EngineParts } from './engine.ts';
import { keepAnswer, keepHops } from './hidden.ts';

/** So often may the model fetch within one turn; after that it is told to go on without. */
const MAX_ROUNDS = 3;
const LIMIT_REACHED = 'headroom: the limit of retrievals in one turn is reached; continue with what you have.';

export interface HopStep {
  readonly tenant: string;
  readonly format: string;
  /** The body as the client sent it. */
  readonly received: Uint8Array;
  /** The body that the present hop answers. */
  readonly sent: Uint8Array;
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
  const keeping = { tenant: step.tenant, sentLog: parts.stores.sentLog(step.tenant) };
  if (earlier.length === 0 && end.hidden.length === 0) {
    const hops = [withoutHidden(end)];
    keepAnswer(hops, keeping);
    return { hops, body: undefined, problem: undefined };
  }
  const past = pastOf(step, format, parts);
  const hop = end.calls.length > 0 ? answered(end, earlier.length, past.find) : withoutHidden(end);
  const hops = [...earlier, hop];
  const goesOn = end.calls.length > 0 && !end.isMixed && earlier.length <= MAX_ROUNDS;
  const speaker = step.isFrame ? format.frames : format.continuation;
  if (goesOn && speaker) {
    const document = JsonDocument.parse(step.sent);
    return { hops, body: document.apply(speaker.extend(hop, document)), problem: undefined };
  }
  if (hops.some(({ hidden }) => hidden.length > 0)) keepHops(hops, past.chain, format, keeping);
  keepAnswer(hops, keeping);
  return { hops, body: undefined, problem: undefined };
}

function answered(
  { pieces, hidden, calls, id: name }: HopEnd,
  rounds: number,
  find: (hash: string) => string | undefined,
): Hop {
  const results = calls.map(({ id, input }): HiddenResult => {
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

interface Past {
  readonly chain: Chain;
  readonly find: (hash: string) => string | undefined;
}

/**
 * What this conversation may ask for: what its tenant keeps, and what the log proves to have been sent in it before its
 * client's token was renewed.
 */
function pastOf(step: HopStep, format: WireFormat, { stores, tokenizer, level, tools, deadlineMs }: EngineParts): Past {
  const { tenant } = step;
  const conversation = format.read(JsonDocument.parse(step.received));
  const chain = chainOf(conversation, format.volatileKeys);
  const [originals, sentLog] = [stores.originals(tenant), stores.sentLog(tenant)];
  const policy = { level, tools, allowLoss: false, allowTools: false };
  const context = { tenant, originals, sentLog, tokenizer, policy, isSent: false, deadline: deadlineIn(deadlineMs) };
  const issued = (): ReadonlySet<string> => {
    const { parts } = new Decisions(conversation, chain.results, context, []).recall(conversation);
    return new Set(parts.filter(({ frozen }) => frozen).flatMap(({ text }) => findMarkers(text)));
  };
  return {
    chain,
    find: (hash) => originals.get(hash) ?? (issued().has(hash) ? stores.findOriginal(hash) : undefined),
  };
}
