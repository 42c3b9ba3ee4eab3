/** Bytes in, bytes out: the whole way of a request body. A failure of one step costs that step and nothing else. */
import type { Conversation, Part } from '../core/conversation.ts';
import type { Edit, Rewrite } from '../core/edit.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { Policy, Refusal, Transform } from '../core/transform.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { accept } from './accept.ts';
import { chainOf } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { Decisions } from './decisions.ts';
import { guardNotes } from './guard.ts';
import { goOnEdits, restoreHops } from './hidden.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';
import { policyFor } from './offer.ts';

export interface Optimized {
  readonly body: Uint8Array;
  readonly conversation: Conversation;
  readonly notes: readonly Note[];
  /** The retrieval tool is in the body: its calls are ours to answer. */
  readonly isOffered: boolean;
}

/** @throws SyntaxError, TypeError or RangeError for bodies that cannot be read: they go out as they came. */
export function optimize(
  body: Uint8Array,
  format: WireFormat,
  transforms: readonly Transform[],
  given: OptimizeContext,
): Optimized {
  const document = JsonDocument.parse(body);
  const received = format.read(document);
  const notes: Note[] = [];
  const policy = policyOf(received, format, given, notes);
  const context: OptimizeContext = { ...given, policy };
  const chain = chainOf(received, format.volatileKeys);
  const decisions = new Decisions(received, chain.results, context, notes);
  const structural: Edit[] = [];
  let conversation = decisions.recall(received);
  notes.push(...guardNotes(conversation));
  for (const transform of transforms) {
    const edits = plan(transform, conversation, context, notes);
    structural.push(...edits.filter((edit) => edit.kind !== 'rewrite'));
    conversation = withRewrites(
      conversation,
      edits.filter((edit) => edit.kind === 'rewrite'),
    );
  }
  if (context.isSent) conversation = decisions.pin(conversation);
  const changed = conversation.parts.filter((part) => part.text !== part.source).map(finalRewrite);
  const written = [...changed, ...structural].flatMap((edit) => format.write(edit, document));
  // Also where this request has no tools itself: what the model once called is part of what it said.
  const hidden = { ...context, notes };
  const restored = given.policy.allowTools
    ? [...restoreHops(received, chain, format, document, hidden), ...goOnEdits(received, format, document, hidden)]
    : [];
  const isOffered = structural.some((edit) => edit.kind === 'add-tool');
  return { body: document.apply([...written, ...restored]), conversation, notes, isOffered };
}

/** A log out of reach costs the tool, and with it all views, never the request. */
function policyOf(conversation: Conversation, format: WireFormat, context: OptimizeContext, notes: Note[]): Policy {
  try {
    return policyFor(conversation, format, context);
  } catch (error) {
    notes.push(failure('sent-log', error));
    return { ...context.policy, allowLoss: false, allowTools: false };
  }
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

function withRewrites(conversation: Conversation, edits: readonly Rewrite[]): Conversation {
  if (edits.length === 0) return conversation;
  const texts = new Map(edits.map((edit) => [edit.part.index, edit.text]));
  const parts = conversation.parts.map((part) => ({ ...part, text: texts.get(part.index) ?? part.text }));
  return { ...conversation, parts };
}

/** One rewrite for each part that ends up different, however many transforms had a hand in it. */
function finalRewrite(part: Part): Rewrite {
  return { kind: 'rewrite', part, text: part.text, loss: 'none', by: 'pipeline' };
}
