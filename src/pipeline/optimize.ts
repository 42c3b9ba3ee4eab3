/** Bytes in, bytes out: the whole way of a request body. A failure of one step costs that step and nothing else. */
import type { Conversation, Part } from '../core/conversation.ts';
import type { Edit, Rewrite } from '../core/edit.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Refusal, Transform } from '../core/transform.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { accept } from './accept.ts';
import { partKeys } from './chain.ts';
import type { OptimizeContext } from './context.ts';

export type Outcome = 'rewritten' | 'replayed' | 'left alone' | 'kept as history' | 'failed';

/** What became of one part, or of a step (then `part` is undefined). */
export interface Note {
  readonly part: number | undefined;
  readonly outcome: Outcome;
  readonly by: string;
  readonly reason: string;
  /** Exact for rewritten and replayed parts, else 0. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface Optimized {
  readonly body: Uint8Array;
  readonly conversation: Conversation;
  readonly notes: readonly Note[];
}

/** @throws SyntaxError, TypeError or RangeError for bodies that cannot be read: they go out as they came. */
export function optimize(
  body: Uint8Array,
  format: WireFormat,
  transforms: readonly Transform[],
  context: OptimizeContext,
): Optimized {
  const document = JsonDocument.parse(body);
  const received = format.read(document);
  const keys = partKeys(received, context.tenant, format.volatileKeys);
  const notes: Note[] = [];
  const { known, ...recalled } = recall(received, keys, context, notes);
  const structural: Edit[] = [];
  let conversation = recalled.conversation;
  for (const transform of transforms) {
    const edits = plan(transform, conversation, context, notes);
    structural.push(...edits.filter((edit) => edit.kind !== 'rewrite'));
    conversation = withRewrites(
      conversation,
      edits.filter((edit) => edit.kind === 'rewrite'),
    );
  }
  if (context.isSent) {
    const undecided = conversation.parts.filter((part) => keys.has(part.index) && !known.has(part.index));
    conversation = pin(conversation, undecided, keys, context, notes);
  }
  const changed = conversation.parts.filter((part) => part.text !== part.source).map(finalRewrite);
  const edits = [...changed, ...structural].flatMap((edit) => format.write(edit, document));
  return { body: document.apply(edits), conversation, notes };
}

interface Recalled {
  readonly conversation: Conversation;
  /** Parts that the sent log has. */
  readonly known: ReadonlySet<number>;
}

/** A part that was sent before is frozen as it was sent, whether that was rewritten or left alone. */
function recall(
  conversation: Conversation,
  keys: ReadonlyMap<number, string>,
  { sentLog }: OptimizeContext,
  notes: Note[],
): Recalled {
  const pins = new Map<number, Pin>();
  try {
    const found = keys.size === 0 ? [] : sentLog.recall([...keys.values()]);
    [...keys.keys()].forEach((part, index) => {
      if (found[index]) pins.set(part, found[index]);
    });
  } catch (error) {
    // Out of reach: every part is decided again, and a pure decision comes out the same.
    notes.push(failure('sent-log', error));
    return { conversation, known: new Set() };
  }
  const historyEnd = pins.size === 0 ? unseenHistoryEnd(conversation) : 0;
  const parts = conversation.parts.map((part): Part => {
    const known = pins.get(part.index);
    if (known) {
      if (known.text !== undefined) notes.push(replayed(part, known));
      return { ...part, text: known.text ?? part.source, frozen: true };
    }
    if (part.index >= historyEnd || part.kind !== 'tool-result') return part;
    notes.push({ ...NOTHING, part: part.index, outcome: 'kept as history', by: 'sent-log', reason: UNSEEN_HISTORY });
    return { ...part, frozen: true };
  });
  return { conversation: { ...conversation, parts }, known: new Set(pins.keys()) };
}

/** Index of the first part that may be decided in a conversation that somebody else has sent and signed so far. */
function unseenHistoryEnd({ parts }: Conversation): number {
  if (!parts.some((part) => part.isSigned)) return 0;
  return parts.findLastIndex((part) => part.role === 'assistant') + 1;
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
    return { edit: undefined, note: { ...NOTHING, part, outcome: 'left alone', by, reason } };
  }
  const part = proposed.kind === 'rewrite' ? proposed.part.index : undefined;
  const by = proposed.kind === 'rewrite' ? proposed.by : transform.name;
  try {
    const result = accept(proposed, context);
    if (typeof result === 'string') {
      return { edit: undefined, note: { ...NOTHING, part, outcome: 'left alone', by, reason: result } };
    }
    const { edit, tokensBefore, tokensAfter } = result;
    return { edit, note: { part, outcome: 'rewritten', by, reason: '', tokensBefore, tokensAfter } };
  } catch (error) {
    return { edit: undefined, note: { ...failure(by, error), part } };
  }
}

function withRewrites(conversation: Conversation, edits: readonly Rewrite[]): Conversation {
  if (edits.length === 0) return conversation;
  const texts = new Map(edits.map((edit) => [edit.part.index, edit.text]));
  const parts = conversation.parts.map((part) => ({ ...part, text: texts.get(part.index) ?? part.text }));
  return { ...conversation, parts };
}

/** Every decision of this request is pinned before the body leaves; another worker's earlier decision wins. */
function pin(
  conversation: Conversation,
  undecided: readonly Part[],
  keys: ReadonlyMap<number, string>,
  { sentLog }: OptimizeContext,
  notes: Note[],
): Conversation {
  if (undecided.length === 0) return conversation;
  const counts = new Map(notes.map((note) => [note.part, note]));
  const pins = undecided.map((part): Pin => {
    const isRewritten = part.text !== part.source;
    const note = isRewritten ? counts.get(part.index) : undefined;
    return {
      key: keys.get(part.index)!,
      text: isRewritten ? part.text : undefined,
      tokensBefore: note?.tokensBefore ?? 0,
      tokensAfter: note?.tokensAfter ?? 0,
    };
  });
  try {
    const held = sentLog.pin(pins);
    const texts = new Map(undecided.map((part, index) => [part.index, held[index]!.text ?? part.source]));
    const parts = conversation.parts.map((part) => ({ ...part, text: texts.get(part.index) ?? part.text }));
    return { ...conversation, parts };
  } catch (error) {
    notes.push(failure('sent-log', error));
    return conversation;
  }
}

const UNSEEN_HISTORY = 'signed history that was never sent through here';
const NOTHING = { part: undefined, reason: '', tokensBefore: 0, tokensAfter: 0 } as const;

function failure(by: string, error: unknown): Note {
  return { ...NOTHING, outcome: 'failed', by, reason: String(error) };
}

function replayed(part: Part, { tokensBefore, tokensAfter }: Pin): Note {
  return { part: part.index, outcome: 'replayed', by: 'sent-log', reason: 'sent before', tokensBefore, tokensAfter };
}

/** One rewrite for each part that ends up different, however many transforms had a hand in it. */
function finalRewrite(part: Part): Rewrite {
  return { kind: 'rewrite', part, text: part.text, loss: 'none', by: 'pipeline' };
}
