/**
 * Many requests in one body, answered when nobody is there who could fetch anything: each is said shorter by itself, by
 * lossless forms alone, and nothing of it is remembered (docs/decisions/021-batches.md). A request that fails, or that
 * there is no time for, stays as it came, whole.
 */
import { DeadlineExceeded } from '../core/deadline.ts';
import { hashOf } from '../core/hash.ts';
import { JsonDocument } from '../core/json/document.ts';
import { locate } from '../core/json/locate.ts';
import type { OriginalStore } from '../core/original-store.ts';
import type { SentLog } from '../core/sent-log.ts';
import type { Transform } from '../core/transform.ts';
import type { BatchFormat, WireFormat } from '../core/wire-format.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note } from './note.ts';
import { optimize } from './optimize.ts';

export interface Batched {
  /** Undefined when nothing got shorter. */
  readonly body: Uint8Array | undefined;
  /** The first that a request names. */
  readonly model: string;
  /** Of all requests together, one for each that had a hand in it. */
  readonly notes: readonly Note[];
}

/** @throws SyntaxError, TypeError or RangeError for a batch that cannot be read, or of a format without them. */
export function shortenBatch(
  batch: Uint8Array,
  format: WireFormat,
  transforms: readonly Transform[],
  given: OptimizeContext,
): Batched {
  const shortening = transforms.filter(({ isStructural }) => !isStructural).map(whereUnsigned);
  if (shortening.length === 0) return { body: undefined, model: '', notes: [] };
  const context = withoutMemory(given);
  const pieces: Uint8Array[] = [];
  const notes: Note[] = [];
  let model = '';
  let cursor = 0;
  for (const { start, end } of spansIn(batch, format.batch)) {
    const body = batch.subarray(start, end);
    try {
      context.deadline.check();
      const shorter = optimize(body, format, shortening, context);
      model ||= shorter.conversation.model;
      context.deadline.check();
      notes.push(...shorter.notes);
      if (shorter.body === body) continue;
      pieces.push(batch.subarray(cursor, start), shorter.body);
      cursor = end;
    } catch (error) {
      notes.push(failure('reading a request', error));
      if (error instanceof DeadlineExceeded) break;
    }
  }
  const body = pieces.length === 0 ? undefined : Buffer.concat([...pieces, batch.subarray(cursor)]);
  return { body, model, notes: summed(notes) };
}

/** In bytes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the requests' bodies stand. The tree of all of them is needed for nothing else, and let go. */
function spansIn(batch: Uint8Array, format: BatchFormat | undefined): readonly Span[] {
  if (!format) throw new TypeError('this format has no batches');
  const { text, value } = JsonDocument.parse(batch);
  const isAscii = text.length === batch.length;
  let at = 0;
  let bytes = 0;
  const bytesTo = (next: number): number => {
    bytes += isAscii ? next - at : Buffer.byteLength(text.slice(at, next));
    at = next;
    return bytes;
  };
  const targets = format.bodiesIn(value).map((path) => ({ path, isRemoved: false }));
  return locate(text, targets).map(({ start, end }) => ({ start: bytesTo(start), end: bytesTo(end) }));
}

/** What reasoning was signed over must stay as it was, and nobody here knows how that was: such a request is left alone. */
function whereUnsigned(transform: Transform): Transform {
  return {
    ...transform,
    *plan(conversation, context) {
      if (!conversation.parts.some(({ isSigned }) => isSigned)) yield* transform.plan(conversation, context);
    },
  };
}

const NOTHING_SENT: SentLog = { recall: (keys) => keys.map(() => undefined), pin: (pins) => pins };
const NOTHING_KEPT: OriginalStore = { put: hashOf, get: () => undefined };

/** What a request alone has to go by: nothing before it, nothing beside it, nobody to fetch what it lacks. */
function withoutMemory({
  tenant,
  tokenizer,
  deadline,
  holdout,
  observations,
  policy,
}: OptimizeContext): OptimizeContext {
  const { tools } = policy;
  return {
    tenant,
    tokenizer,
    deadline,
    holdout: holdout ?? 0,
    observations,
    originals: NOTHING_KEPT,
    sentLog: NOTHING_SENT,
    isSent: false,
    policy: { level: 'lossless', tools, allowLoss: false, allowTools: false },
  };
}

/** There may be a hundred thousand requests in a batch. */
function summed(notes: readonly Note[]): readonly Note[] {
  const sums = new Map<string, Note>();
  for (const note of notes) {
    if (note.outcome !== 'rewritten' && note.outcome !== 'failed') continue;
    const key = `${note.outcome} ${note.by}`;
    const { part, tokensBefore, tokensAfter } = sums.get(key) ?? { part: sums.size, tokensBefore: 0, tokensAfter: 0 };
    sums.set(key, {
      ...note,
      part,
      tokensBefore: tokensBefore + note.tokensBefore,
      tokensAfter: tokensAfter + note.tokensAfter,
    });
  }
  return [...sums.values()];
}
