/** Bytes in, bytes out: the whole way of a request body. A failure of one step costs that step and nothing else. */
import { conversationKeyOf } from '../core/conversation-key.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import type { Edit, Rewrite } from '../core/edit.ts';
import { JsonDocument, type JsonEdit, type ListEnd } from '../core/json/document.ts';
import type { Policy, Refusal, Transform } from '../core/transform.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { accept } from './accept.ts';
import { alignPolicyFor } from './align.ts';
import { type Chain, chainOf } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { Decisions } from './decisions.ts';
import { Deepening } from './deepen.ts';
import { guardNotes } from './guard.ts';
import { goOnEdits, type Held, restoreHops } from './hidden.ts';
import { leaveOutAgain } from './mend.ts';
import { type Fitted, Fitting, type Overflow } from './fit.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';
import { withObservations } from './observations.ts';
import { heldAfter, policyFor } from './offer.ts';
import { type Restraint, restraintOf } from './restraint.ts';

export interface Optimized {
  readonly body: Uint8Array;
  /** Where hops are appended to it; undefined where nobody knows. */
  readonly bodyEnd: ListEnd | undefined;
  readonly conversation: Conversation;
  readonly notes: readonly Note[];
  /** The retrieval tool is in the body: its calls are ours to answer. */
  readonly isOffered: boolean;
  /** Why nothing new was done; undefined where it may be. */
  readonly restraint: Restraint | undefined;
  /** Signed history that may have lost what belongs to it, because the log has lost all of it. */
  readonly mayNeedMending: boolean;
  /** It is longer than its model reads, whatever is left out. */
  readonly overflow: Overflow | undefined;
  /** The chain of all that it says, and the same before its newest turns; undefined of one without results. */
  readonly chainEnd: string | undefined;
  readonly newestAt: string | undefined;
  /** Of a request with the retrieval tool: what its provider holds with the answer. */
  readonly held: Held | undefined;
}

/** @throws SyntaxError, TypeError or RangeError for bodies that cannot be read: they go out as they came. */
export function optimize(
  body: Uint8Array,
  format: WireFormat,
  transforms: readonly Transform[],
  given: OptimizeContext,
): Optimized {
  const document = JsonDocument.parse(body);
  const received = withObservations(format.read(document), given.observations);
  const notes: Note[] = [];
  const restraint = restraintIn(received, format, given, notes);
  const [allowed, active] = restraint ? restrained(given, transforms) : [given, transforms];
  const policy = policyOf(received, format, allowed, notes);
  const context: OptimizeContext = { ...allowed, policy };
  const chain = chainOf(received, format.volatileKeys);
  const decisions = new Decisions(received, chain.results, context, notes);
  const keyOf = lazyKey(received, format);
  const fitting = context.fit && new Fitting(keyOf(), chain, context, context.fit, notes);
  const deepening = new Deepening(received, keyOf, chain, context, notes);
  const begun = recalled(received, decisions, deepening, fitting);
  notes.push(...guardNotes(begun));
  const { conversation: planned, structural } = planAll(active, begun, context, notes);
  const fitted = restraint ? undefined : fitting?.fit(planned, body.length);
  let conversation = fitted?.conversation ?? planned;
  // What does not fit does not go out: nothing of it is decided.
  if (context.isSent && !fitted?.overflow) conversation = pinned(planned, decisions, fitted);
  const written = [...finalRewrites(conversation), ...structural].flatMap((edit) => format.write(edit, document));
  const past = pastEdits(received, chain, format, document, { ...given, notes });
  const { bytes, end } = document.applied([...written, ...past], format.continuation?.grows);
  const isOffered = structural.some((edit) => edit.kind === 'add-tool');
  return {
    body: bytes,
    bodyEnd: end,
    conversation,
    notes,
    isOffered,
    restraint,
    mayNeedMending: given.policy.allowTools && (decisions.isUnknown || fitted?.pin !== undefined),
    overflow: fitted?.overflow,
    ...endsOf(chain, deepening),
    held: isOffered ? heldAfter(received, context) : undefined,
  };
}

/** Of mere talk nobody asks for them: nothing in it is deepened, and a hop reads it again. */
function endsOf(chain: Chain, deepening: Deepening): Pick<Optimized, 'chainEnd' | 'newestAt'> {
  const isTalk = chain.results.size === 0;
  return isTalk ? { chainEnd: undefined, newestAt: undefined } : { chainEnd: chain.end, newestAt: deepening.newestAt };
}

/** The conversation as it was sent so far, and its history shorter where its cache has gone. */
function recalled(
  received: Conversation,
  decisions: Decisions,
  deepening: Deepening,
  fitting: Fitting | undefined,
): Conversation {
  const sent = deepening.recall(decisions.recall(received));
  return deepening.deepen(fitting ? fitting.recall(sent) : sent, fitting?.isStepped);
}

/** For good: each result as it was planned, and all of them as they were made to fit. */
function pinned(planned: Conversation, decisions: Decisions, fitted: Fitted | undefined): Conversation {
  const decided = decisions.pin(planned);
  return fitted?.pin?.() ?? decided;
}

/** Several steps ask for the key of a conversation, or none does. */
function lazyKey(conversation: Conversation, { volatileKeys }: WireFormat): () => string {
  let key: string | undefined;
  return () => (key ??= conversationKeyOf(conversation, volatileKeys));
}

/**
 * What earlier requests had that the client never did, and what they no longer had. Also where this request has no tools
 * itself: what the model once called is part of what it said.
 */
function pastEdits(
  received: Conversation,
  chain: Chain,
  format: WireFormat,
  document: JsonDocument,
  context: OptimizeContext & { readonly notes: Note[] },
): readonly JsonEdit[] {
  if (!context.policy.allowTools) return [];
  const edits = [
    ...restoreHops(received, chain, format, document, context),
    ...goOnEdits(received, format, document, context),
  ];
  try {
    return [...edits, ...leaveOutAgain(received, format, document, context.sentLog)];
  } catch (error) {
    context.notes.push(failure('sent-log', error));
    return edits;
  }
}

/** A log out of reach restrains nothing. */
function restraintIn(
  conversation: Conversation,
  { volatileKeys }: WireFormat,
  { tenant, sentLog, holdout = 0 }: OptimizeContext,
  notes: Note[],
): Restraint | undefined {
  try {
    return restraintOf(conversation, volatileKeys, { tenant, sentLog, holdout });
  } catch (error) {
    notes.push(failure('sent-log', error));
    return undefined;
  }
}

/** What began goes on, and nothing begins. */
function restrained(
  context: OptimizeContext,
  transforms: readonly Transform[],
): readonly [OptimizeContext, readonly Transform[]] {
  const policy: Policy = { ...context.policy, level: 'lossless' };
  return [{ ...context, isRestrained: true, policy }, transforms.filter(({ isStructural }) => isStructural)];
}

/** A log out of reach costs the tool, and with it all views, never the request. */
function policyOf(conversation: Conversation, format: WireFormat, context: OptimizeContext, notes: Note[]): Policy {
  try {
    const policy = policyFor(conversation, format, context);
    return context.aligns ? { ...policy, align: alignPolicyFor(conversation, format.volatileKeys, context) } : policy;
  } catch (error) {
    notes.push(failure('sent-log', error));
    return { ...context.policy, allowLoss: false, allowTools: false };
  }
}

interface Planned {
  readonly conversation: Conversation;
  /** Edits that are no rewrites. */
  readonly structural: readonly Edit[];
}

function planAll(
  transforms: readonly Transform[],
  received: Conversation,
  context: OptimizeContext,
  notes: Note[],
): Planned {
  const structural: Edit[] = [];
  let conversation = received;
  for (const transform of transforms) {
    const edits = plan(transform, conversation, context, notes);
    structural.push(...edits.filter((edit) => edit.kind !== 'rewrite'));
    conversation = withRewrites(conversation, edits);
  }
  return { conversation, structural };
}

function plan(
  transform: Transform,
  conversation: Conversation,
  context: OptimizeContext,
  notes: Note[],
): readonly Edit[] {
  const accepted: Edit[] = [];
  try {
    const proposals = transform.plan(conversation, context);
    for (let step = proposals.next(); !step.done; ) {
      const { edit, note } = decide(step.value, transform, context);
      notes.push(note);
      if (edit) accepted.push(edit);
      step = proposals.next(edit);
    }
  } catch (error) {
    notes.push(failure(transform.name, error));
  }
  return accepted;
}

interface Decision {
  readonly edit: Edit | undefined;
  readonly note: Note;
}

function decide(proposed: Edit | Refusal, transform: Transform, context: OptimizeContext): Decision {
  if (proposed.kind === 'refusal') {
    const { part, by, reason } = proposed;
    return { edit: undefined, note: { ...UNCOUNTED, part, outcome: 'left alone', by, reason } };
  }
  const part = proposed.kind === 'rewrite' ? proposed.part.index : undefined;
  const by = proposed.kind === 'rewrite' ? proposed.by : transform.name;
  try {
    const result = accept(proposed, context);
    if (typeof result === 'string') {
      return { edit: undefined, note: { ...UNCOUNTED, part, outcome: 'left alone', by, reason: result } };
    }
    const { edit, tokensBefore, tokensAfter } = result;
    return { edit, note: { part, outcome: 'rewritten', by, reason: '', tokensBefore, tokensAfter } };
  } catch (error) {
    return { edit: undefined, note: failure(by, error, part) };
  }
}

function withRewrites(conversation: Conversation, edits: readonly Edit[]): Conversation {
  const texts = new Map(edits.flatMap((edit) => (edit.kind === 'rewrite' ? [[edit.part.index, edit.text]] : [])));
  if (texts.size === 0) return conversation;
  const parts = conversation.parts.map((part) => ({ ...part, text: texts.get(part.index) ?? part.text }));
  return { ...conversation, parts };
}

/** One for each part that ends up different, however many transforms had a hand in it. */
function finalRewrites({ parts }: Conversation): readonly Edit[] {
  const changed = parts.filter((part) => part.text !== part.source).map(finalRewrite);
  const calls = parts.flatMap((part) =>
    part.input === undefined ? [] : [{ kind: 'rewrite-call' as const, part, input: part.input }],
  );
  return [...changed, ...calls];
}

function finalRewrite(part: Part): Rewrite {
  return { kind: 'rewrite', part, text: part.text, loss: 'none', by: 'pipeline' };
}
